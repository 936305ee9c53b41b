package sla

import (
	"fmt"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Of a watcher that asked in the wrong place the report says what it was answered, and of one
// whose server HAProxy does not check, that its state could not change.
func TestWatcherUnanswered(t *testing.T) {
	const lost = "statistics: backend app has no server app2; it has app-1, app-2"
	for _, c := range []struct {
		known  bool
		detail string
		noted  bool // that the server has no check
	}{{false, lost, false}, {true, "no check", true}, {true, "UP", false}} {
		r := usual().record()
		r.Header.Watch = []timeline.Watcher{{Name: "balancer", Kind: "haproxy",
			WatcherTraits: timeline.WatcherTraits{Polled: true}}}
		r.Header.Objectives.Detect = map[string]time.Duration{"balancer": 3 * time.Second}
		r.Answers = nil
		for at := int64(t0); at < t0+int64(40*time.Second); at += int64(time.Second) {
			r.Answers = append(r.Answers, load.Answer{Check: "balancer", Start: at, End: at + 1,
				Good: c.known, Known: c.known, Detail: c.detail})
		}
		card := Score(r, r.Header.Objectives)
		w, noted := card.Watchers[0], false
		for _, n := range card.Notes {
			noted = noted || n.Code == ServerUnchecked
		}
		if want := !c.known; (card.NoAnswer(w) == lost) != want || card.Unheard(w) != want {
			t.Errorf("%s: have %+v, unheard %t", c.detail, w, card.Unheard(w))
		}
		if noted != c.noted {
			t.Errorf("%s: noted as unchecked %t", c.detail, noted)
		}
		if o := card.Objectives[0]; !c.known && (o.Why == nil || o.Why.Code != NoAnswerCounts ||
			fmt.Sprint(o.Why.Values[0].Is) != lost) {
			t.Errorf("%s: have %+v", c.detail, o)
		}
	}
}
