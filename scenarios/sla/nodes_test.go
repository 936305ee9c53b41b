package sla

import (
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Requests that get no answer as a node is dead are its own where no other answers, and
// may be where others do: neither way is it well.
func TestResetsOfADeadNodeAreItsOwn(t *testing.T) {
	for others, want := range map[bool]string{false: Missed, true: Undecided} {
		s := usual()
		s.goals = timeline.Objectives{Keep: []string{"success of node web in fault >= 99%"}}
		s.downs = []down{{15 * sec, 17 * sec, 0.5, "reset"}}
		s.adjust = func(q *load.Request) {
			if others && q.Seq%2 == 0 && q.Node != "" {
				q.Node = "web-2"
			}
		}
		r := s.record()
		r.Header.Faults[0].Kind, r.Header.Faults[0].State, r.Header.Faults[0].Nodes = "kill", true,
			[]string{"web"}
		card := Score(r, s.goals)
		if o := card.Objectives[0]; o.Result != want {
			t.Errorf("others answer %v: have %+v, want %s", others, o, want)
		}
	}
}

// Users who were answered more slowly, and none of whom failed, count as hurt: whether a
// watcher had to notice is left open.
func TestSlowerIsNotSpared(t *testing.T) {
	w := usually(crowd{rate: 100, took: changing(func(at float64) float64 { return 0.003 + from(15, 25, 0.1)(at) },
		0.05)})
	w.alarms = []float64{-9} // content all along
	w.goals.Detect, w.goals.IfFelt = map[string]time.Duration{"probe": 5 * time.Second},
		[]string{"probe"}
	card := Score(w.record(1), w.goals)
	if o := card.Objectives[0]; o.Name != "detect probe" || o.Result != Undecided ||
		card.Spared(card.Watchers[0]) || !card.Faults[0].Slower {
		t.Errorf("have %s, %+v, fault %+v", card.Verdict, card.Objectives, card.Faults[0])
	}
}
