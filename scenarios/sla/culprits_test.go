package sla

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// answers503 marks the bad answers of some time as made by a fault.
func answers503(r *timeline.Record, fault string, from, to int64) {
	edit(r, "users", func(_ int, q *load.Request) {
		if at := q.Due - t0; q.Class != load.OK && at >= from && at < to {
			q.Class, q.Status, q.Node, q.Injected, q.Fault = load.Status, 503, "", true, fault
		}
	})
}

// Two faults that overlap, in every order and by every distance: where the answers say
// which of them made them, it is that one, and the other, which was on then, is never
// absorbed.
func TestCulpritIsWhoseAnswersTheyWere(t *testing.T) {
	for _, apart := range []int64{-5 * sec, -30 * ms, 0, 30 * ms, 300 * ms, 5 * sec} {
		for _, share := range []float64{0.1, 1} {
			for seed := range runs(3, 40) {
				s := two(down{15 * sec, 25 * sec, share, "503"})
				s.seed = uint64(seed)
				r := s.record()
				also(r, "a-later", 15*sec+apart, 25*sec+apart)
				answers503(r, "fault", 0, 60*sec)
				card := Score(r, s.goals)
				if o := card.Outages; len(o) != 1 || by(o[0]) != "fault" ||
					!slices.Equal(o[0].With, []string{"a-later"}) {
					t.Fatalf("%v after the first, share %v, seed %d: outages %+v",
						time.Duration(apart), share, seed, o)
				}
				if f := card.Faults[1]; f.Absorbed || f.During != "fault" {
					t.Fatalf("%v after the first: the other %+v", time.Duration(apart), f)
				}
				if f := card.Faults[0]; f.Absorbed || f.Outage == nil {
					t.Fatalf("%v after the first: the culprit %+v", time.Duration(apart), f)
				}
			}
		}
	}
}

// Where nothing tells two faults of almost one instant apart, both are named, and users
// whose recovery the first lift may have brought were not mitigated.
func TestTieNamesAll(t *testing.T) {
	for seed := range runs(20, 200) {
		s := two(down{15*sec + 40*ms, 21 * sec, 0.3, "reset"})
		s.seed = uint64(seed)
		s.lift = 20 * sec
		r := s.record()
		also(r, "a-later", 15*sec+30*ms, 30*sec)
		card := Score(r, s.goals)
		if o := card.Outages; len(o) != 1 || by(o[0]) != "fault a-later" {
			t.Fatalf("seed %d: outages %+v", seed, o)
		}
		for _, f := range card.Faults {
			if f.Absorbed || f.Mitigate == nil || !f.Mitigate.Censored || f.Recover == nil {
				t.Fatalf("seed %d: %+v", seed, f)
			}
		}
		wantTime(t, fmt.Sprintf("seed %d: recover from the lift that may have brought it", seed),
			card.Times.Recover, 1)
	}
}

// Bad requests that no mark explains, more than the steady state's, are another fault's,
// too; one or two of a noisy steady state are no fault's.
func TestUnmarkedAreAnothersToo(t *testing.T) {
	for name, c := range map[string]struct {
		until int64 // marked
		want  string
	}{"half": {20 * sec, "fault a-later"}, "but one": {25*sec - 10*ms, "fault"}} {
		s := two(down{15 * sec, 25 * sec, 1, "503"})
		r := s.record()
		also(r, "a-later", 15*sec+30*ms, 25*sec)
		answers503(r, "fault", 0, c.until)
		card := Score(r, s.goals)
		if o := card.Outages; len(o) != 1 || by(o[0]) != c.want {
			t.Errorf("%s: outages %+v, want %s", name, o, c.want)
		}
		if slices.ContainsFunc(card.Picture.Marks, // it came amid the outage
			func(p Point) bool { return p.What.Equal(Say(MarkOnset, "a-later")) }) {
			t.Errorf("%s: marks %+v: an onset of what was not injected yet", name, card.Picture.Marks)
		}
	}
}

// A group that cannot meet a fault is never charged to it.
func TestGroupThatCannotMeetIt(t *testing.T) {
	s := two(down{16 * sec, 20 * sec, 1, "reset"})
	r := s.record()
	r.Header.Faults[0].Groups = []string{"others"}
	if o := Score(r, s.goals).Outages; len(o) != 1 || len(o[0].By) != 0 {
		t.Errorf("outages %+v, want one that is unexplained", o)
	}
}

// Faults of one instant are marked as each is injected, which may take one of them long:
// the first that began begins the fault phase.
func TestFirstInjectionIsTheEarliest(t *testing.T) {
	s := two(down{15 * sec, 20 * sec, 1, "reset"})
	r := s.record()
	also(r, "a-later", 15*sec-20*ms, 25*sec) // it took longer, and so is marked later
	if from, _, _ := courseOf(r).phase("fault"); from != t0+15*sec-20*ms {
		t.Errorf("the fault phase begins at %v", time.Duration(from-t0))
	}
}

// A run that ends a moment after the injection, amid requests that were under way, has no
// time below zero.
func TestNoTimeIsBelowZero(t *testing.T) {
	s := two(down{14*sec + 500*ms, 15 * sec, 1, "hang"})
	s.length, s.unlifted = 15*time.Second, true
	s.inject = 14*sec + 990*ms
	r := s.record()
	r.Marks = slices.DeleteFunc(r.Marks,
		func(m timeline.Mark) bool { return m.Name == timeline.MarkEnd })
	r.Marks = append(r.Marks, timeline.Mark{Name: timeline.MarkInterrupted, Before: t0 + 15*sec,
		After: t0 + 15*sec})
	for i := range r.Marks { // as the load node's last answer came before it
		if r.Marks[i].Name == timeline.MarkInject {
			r.Marks[i].Before, r.Marks[i].After = t0+15*sec+5*ms, t0+15*sec+5*ms
		}
	}
	card := Score(r, s.goals)
	if o := card.Outages; len(o) != 1 || o[0].Recovery < o[0].Onset {
		t.Errorf("outages %+v, want one that ends no earlier than it began", o)
	}
	for name, x := range map[string]*Time{"of the fault": card.Faults[0].Outage, "detect": card.Times.Detect, "mitigate": card.Times.Mitigate, "recover": card.Times.Recover, "outage": card.Times.Outage} {
		if x != nil && x.Seconds < 0 {
			t.Errorf("%s: %s", name, x.Said())
		}
	}
}
