package sla

import "testing"

// An outage that was on already when the fault came is not the fault's, however soon
// before it began; one request of the steady state's before it is none.
func TestOutageThatWasOnAlreadyIsNotTheFaults(t *testing.T) {
	for name, c := range map[string]struct {
		rate float64
		bad  func(float64) float64
		pass bool
	}{
		"half a second before":  {10, from(59.5, 71, 1), false},
		"a second before, 30 %": {100, from(59, 70, 0.3), false},
		"1.4 s before, 5/s":     {5, from(58.6, 71, 1), false},
		"as it came":            {100, from(60, 70, 1), true},
		"30 % as it came":       {20, from(60, 70, 0.3), true},
		"a stray before":        {100, either(from(59.5, 59.51, 1), from(60, 70, 1)), true},
		"0.1 % all along":       {100, either(always(0.001), from(60, 70, 1)), true},
	} {
		t.Run(name, func(t *testing.T) {
			void := 0
			for seed := range uint64(20) {
				w := usually(crowd{rate: c.rate, bad: c.bad})
				w.baseline = 60
				card := Score(w.record(seed), w.goals)
				if c.pass && card.Void || !c.pass && card.Verdict == Pass {
					void++
				}
			}
			if void > 0 {
				t.Errorf("%d of 20 runs", void)
			}
		})
	}
}
