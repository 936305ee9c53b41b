package sla

import (
	"math/rand/v2"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// A fault that comes while users are still unwell of another that is gone is no excuse
// for that one: they were unwell with none on. Where they were well in between, it is.
func TestFaultThatComesExcusesNone(t *testing.T) {
	for name, c := range map[string]struct {
		bad  func(float64) float64
		want Verdict
	}{
		"down from one through the other": {from(15, 33, 1), Fail},
		"well in between":                 {either(from(15, 25.1, 1), from(31, 32, 1)), Pass},
		"well, for less than confirms it": {either(from(15, 25.1, 1), from(29, 32, 1)), Pass},
		"a stray in between": {either(from(15, 25.1, 1), from(28, 28.01, 1),
			from(29, 32, 1)), Pass},
	} {
		t.Run(name, func(t *testing.T) {
			w := usually(crowd{rate: 100, bad: c.bad})
			w.fault, w.also = 20, []onset{{"other", 31, 32}}
			if name != "well in between" && c.want == Pass {
				w.also[0].from = 29
			}
			r := w.record(1)
			for i := range r.Marks {
				if m := &r.Marks[i]; m.Fault == "fault" && m.Name != timeline.MarkInject {
					m.Before, m.After = t0+25*sec, t0+25*sec
				}
			}
			if card := Score(r, timeline.Objectives{Recover: within(3)}); card.Verdict != c.want {
				t.Errorf("%s: %v, recover %v", card.Verdict, card.Reasons, card.Times.Recover)
			}
		})
	}
}

// What is under way when the next fault comes meets that one, and is no more of the one before.
func TestRequestsUnderWayAreTheNextFaults(t *testing.T) {
	w := usually(crowd{rate: 100, bad: either(from(15, 25.1, 1), from(25.91, 28, 1)),
		took: func(float64, *rand.Rand) float64 { return 0.1 }})
	w.fault, w.also = 20, []onset{{"other", 26, 28}}
	r := w.record(1)
	for i := range r.Marks {
		if m := &r.Marks[i]; m.Fault == "fault" && m.Name != timeline.MarkInject {
			m.Before, m.After = t0+25*sec, t0+25*sec
		}
	}
	card := Score(r, timeline.Objectives{Recover: within(0.5)})
	if card.Verdict != Pass {
		t.Errorf("%s: %v, recover %v", card.Verdict, card.Reasons, card.Times.Recover)
	}
}
