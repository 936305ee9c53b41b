package sla

import (
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// A run that leaves its users unwell is no pass, whatever was asked.
func TestUsersUnwellAtTheEndAreNoPass(t *testing.T) {
	down := func(from0 float64) crowd { return crowd{rate: 100, bad: from(from0, 99, 1)} }
	slow := crowd{rate: 100, took: changing(step(15, 0.003, 0.45), 0.02)}
	for name, c := range map[string]struct {
		users    crowd
		recovery float64
		goals    timeline.Objectives
		code     Code
	}{
		"detected, and down for good": {down(15), 20,
			timeline.Objectives{Detect: map[string]time.Duration{"probe": 5 * time.Second}},
			"outage-unended"},
		"down for good from the lift": {down(25.2), 20, timeline.Objectives{Mitigate: within(5)},
			"outage-unended"},
		"no limit reaches there": {down(15), 20,
			timeline.Objectives{Keep: []string{"success in baseline >= 99%"}}, "outage-unended"},
		"slow, in a short recovery": {slow, 4, timeline.Objectives{Mitigate: within(5)},
			"slower-at-end"},
	} {
		t.Run(name, func(t *testing.T) {
			w := usually(c.users)
			w.recovery, w.alarms = c.recovery, []float64{16, 17, 18, 19, 20, 21, 22, 23, 24}
			card := Score(w.record(1), c.goals)
			if card.Verdict != Inconclusive || card.Void || card.Reasons[0].Code != c.code {
				t.Errorf("%s: %v", card.Verdict, card.Reasons)
			}
		})
	}
}
