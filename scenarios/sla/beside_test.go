package sla

import "testing"

// A small group that stays unwell is seen beside a large one with an outage of its own,
// whose steady state would hide it among all.
func TestSmallGroupBesideALargeOne(t *testing.T) {
	passes := 0
	for seed := range uint64(20) {
		w := usually(crowd{rate: 1000, bad: either(from(15, 25, 1), always(0.001))},
			crowd{rate: 10, bad: from(25, 99, 0.06)})
		w.recovery = 60
		if Score(w.record(seed), w.goals).Verdict == Pass {
			passes++
		}
	}
	if passes > 4 {
		t.Errorf("%d of 20 pass", passes)
	}
}
