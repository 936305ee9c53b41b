package sla

import (
	"slices"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// warmed makes the first seconds of a record its warm-up.
func warmed(r *timeline.Record, length time.Duration) *timeline.Record {
	at := t0 + int64(length)
	r.Header.Phases.WarmUp = length
	r.Marks = slices.Insert(r.Marks, 1, timeline.Mark{Name: timeline.MarkBaseline, Before: at,
		After: at})
	return r
}

// What happens in the warm-up is not judged: neither its outages, nor its latencies, nor
// its generator. Without one it voids the run.
func TestWarmUpIsNotJudged(t *testing.T) {
	s := usual()
	s.downs = append(s.downs, down{0, 3 * sec, 1, "503"})
	s.adjust = func(q *load.Request) {
		if q.Due-t0 < 4*sec {
			q.Sent, q.Done = q.Sent+300*ms, q.Done+400*ms
		}
	}
	if card := Score(s.record(), s.goals); card.Verdict != Inconclusive {
		t.Fatalf("without a warm-up: %s %q", card.Verdict, card.Reasons)
	}
	card := Score(warmed(s.record(), 5*time.Second), s.goals)
	if card.Verdict != Pass || len(card.Outages) != 1 {
		t.Fatalf("have %s %q, %+v", card.Verdict, card.Reasons, card.Outages)
	}
	if p := card.Groups[0].Phases[0]; p.Failed != 0 || p.Sent > 1001 || p.Sent < 999 {
		t.Errorf("baseline %+v, want the 10 s after the warm-up", p)
	}
}

// A run that ended because its system was dead says so, and nothing is met in it.
func TestDeadBaselineMeetsNothing(t *testing.T) {
	s := usual()
	s.downs, s.control = []down{{0, 40 * sec, 1, "503"}}, true
	r := s.record()
	r.Header.Control, r.Header.Faults = false, []timeline.Fault{{Name: "fault", Kind: "latency"}}
	at := t0 + s.inject
	r.Marks = append(r.Marks[:1], timeline.Mark{Name: timeline.MarkDead, Before: at, After: at,
		Detail: "1500 of 1500 requests of users were bad in the baseline"},
		timeline.Mark{Name: timeline.MarkEnd, Before: at, After: at})
	card := Score(r, s.goals)
	if card.Verdict != Inconclusive || !card.Void ||
		!card.Reasons[0].Equal(Say(Dead, []string{"users"})) {
		t.Errorf("have %s %q", card.Verdict, card.Reasons)
	}
	for _, o := range card.Objectives {
		if o.Result == Met {
			t.Errorf("met: %+v", o)
		}
	}
	// An older record may have been injected into all the same.
	dead := usually(crowd{rate: 100, bad: always(1)})
	card = Score(dead.record(1), dead.goals)
	if card.Verdict == Pass || card.Faults[0].Absorbed ||
		slices.ContainsFunc(card.Objectives, func(o Objective) bool { return o.Result == Met }) {
		t.Errorf("have %s, %+v", card.Verdict, card.Objectives)
	}
}
