package sla

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// comesAndGoes gives a world's fault a flap, and its injection a bracket.
func comesAndGoes(w world, seed uint64, period, on, bracket time.Duration) *timeline.Record {
	r := w.record(seed)
	r.Header.Faults[0].Traits = link.Traits{Counts: link.Requests, Period: period, On: on}
	for i := range r.Marks {
		if m := &r.Marks[i]; m.Name == timeline.MarkInject && m.Fault == "fault" {
			m.After += int64(bracket)
		}
	}
	return r
}

const eight, third = 8 * time.Second, 3200 * time.Millisecond

// Lifted 50 ms into a part which users met: they were well as soon as it was lifted.
func TestLiftedAsUsersMeetAPart(t *testing.T) {
	w := usually(crowd{rate: 1000, bad: either(from(15, 18.2, 0.33), from(23, 26.2, 0.33),
		from(31, 31.05, 0.33))})
	w.fault, w.confirm = 16.05, 3
	w.goals.Recover = within(3)
	card := Score(comesAndGoes(w, 1, eight, third, 0), w.goals)
	if x := card.Faults[0].Recover; x == nil || x.Seconds > 0.2 || card.Verdict != Pass {
		t.Errorf("recover %+v, %s, want 0 s, pass", x, card.Verdict)
	}
}

// Where the injection is known to 300 ms, a lift 200 ms into a part may be in the pause.
func TestPartsAreKnownAsTheInjectionIs(t *testing.T) {
	w := usually(crowd{rate: 100, bad: either(from(15.3, 18.5, 0.33), from(23.3, 29.5, 0.33))})
	w.fault, w.confirm = 16.2, 3
	w.goals.Recover = within(1)
	card := Score(comesAndGoes(w, 1, eight, third, 300*time.Millisecond), w.goals)
	if x := card.Faults[0].Recover; x == nil || x.Seconds+x.Resolution < 3 || card.Verdict == Pass {
		t.Errorf("recover %+v, %s, want 3 s, no pass", x, card.Verdict)
	}
}

// It is not gone later than it is clear.
func TestPauseEndsWithTheLift(t *testing.T) {
	w := usually(crowd{rate: 100, bad: from(15.3, 18.5, 0.33)})
	w.fault, w.confirm = 11.25, 3
	s := newScorer(comesAndGoes(w, 1, eight, third, 300*time.Millisecond), w.goals)
	if x := s.span("fault"); x.paused != never {
		if gone, _ := x.gone(); gone > x.cleared {
			t.Errorf("gone %v s after it was cleared", float64(gone-x.cleared)/1e9)
		}
	}
}

// A part in which users were unwell of another's outage shows nothing of them being well.
func TestAnothersOutageConfirmsNothing(t *testing.T) {
	w := usually(crowd{rate: 100, bad: either(from(15, 18.2, 0.33), from(23, 26.2, 0.33))})
	w.fault, w.confirm = 16, 3
	w.also = []onset{{"other", 22.9, 31}} // harmless, and comes just before the second part
	w.goals.Mitigate = within(4)
	card := Score(comesAndGoes(w, 1, eight, third, 0), w.goals)
	if m := card.Faults[0].Mitigate; m == nil || !m.Censored || card.Verdict == Pass {
		t.Errorf("mitigate %+v, %s, and nobody acted", m, card.Verdict)
	}
	if o := card.Outages; len(o) != 2 || !slices.Contains(o[1].By, "fault") {
		t.Errorf("%+v: the second part of the fault is not named", o)
	}
}

// One in eight requests fails in each part for ever: the pauses do not hide it.
func TestPausesHideNoBrownOut(t *testing.T) {
	met := 0
	for seed := range uint64(50) {
		w := usually(crowd{rate: 50, bad: func(at float64) float64 {
			part := int((at - 15) / 10)
			switch into := at - 15 - float64(part)*10; {
			case at < 15 || at >= 115 || into >= 0.5:
				return 0
			case part == 0:
				return 1
			}
			return 0.12
		}})
		w.fault, w.confirm = 100, 3
		w.goals.Mitigate = within(5)
		r := comesAndGoes(w, seed, 10*time.Second, 500*time.Millisecond, 0)
		met += int(one(Score(r, w.goals).Verdict == Pass))
	}
	if met > 0 {
		t.Errorf("passed in %d of 50", met)
	}
}

// Nor is a fault absorbed that fails one request in ten in each part.
func TestPausesHideNoFaintFault(t *testing.T) {
	absorbed := 0
	for seed := range uint64(50) {
		w := usually(crowd{rate: 100, bad: func(at float64) float64 {
			if into := math.Mod(at-15, 10); at < 15 || at >= 115 || into >= 0.5 {
				return 0
			}
			return 0.1
		}})
		w.baseline, w.fault, w.confirm = 15, 100, 3
		r := comesAndGoes(w, seed, 10*time.Second, 500*time.Millisecond, 0)
		absorbed += int(one(Score(r, w.goals).Faults[0].Absorbed))
	}
	if absorbed > 0 {
		t.Errorf("absorbed in %d of 50", absorbed)
	}
}

// Users who were out for the whole of a part that is known to the bracket alone were not well
// while it was on.
func TestAnOutageWithinTheBracketIsNotWell(t *testing.T) {
	w := usually(crowd{rate: 1000, bad: from(15.3, 15.55, 1)})
	w.fault, w.confirm = 16, 3
	w.goals.Mitigate = within(5)
	r := comesAndGoes(w, 1, 20*time.Second, 250*time.Millisecond, 300*time.Millisecond)
	if o := Score(r, w.goals).Objectives[0]; o.Result == Met {
		t.Errorf("%s: %+v", o.Name, o.Measured)
	}
}

// Pauses that cannot be told apart excuse no alarm that is raised again and again.
func TestFinePausesExcuseNoFlaps(t *testing.T) {
	w := usually(crowd{rate: 100, bad: from(15, 17, 0.33)})
	w.alarms = []float64{16, 18, 20, 22}
	r := w.record(1)
	want := Score(r, w.goals).Watchers[0].FalseBy.Flaps
	r = comesAndGoes(w, 1, 150*time.Millisecond, 140*time.Millisecond, 0)
	if have := Score(r, w.goals).Watchers[0].FalseBy.Flaps; have != want || want == 0 {
		t.Errorf("%d flaps, want %d", have, want)
	}
}

// A limit that leaves too little of a fault's parts to confirm it is noted, by what they leave.
func TestLimitBeyondPartsIsNoted(t *testing.T) {
	w := usually(crowd{rate: 100, bad: from(15, 16, 0.33)})
	w.fault, w.confirm = 16, 3
	for limit, want := range map[float64]bool{7: false, 9: true} { // 3 s of the second part's 3.2
		w.goals.Mitigate = within(limit)
		card := Score(comesAndGoes(w, 1, eight, third, 0), w.goals)
		noted := slices.ContainsFunc(card.Notes,
			func(n Said) bool { return n.Code == LimitBeyondFault })
		if noted != want {
			t.Errorf("limit %v s: noted %v: %v", limit, noted, card.Notes)
		}
	}
}
