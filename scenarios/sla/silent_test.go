package sla

import (
	"testing"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// without leaves a record's requests out that were due from one second to another.
func without(r *timeline.Record, from, to float64) {
	for name, all := range r.Requests {
		var kept []load.Request
		for _, q := range collect(all) {
			if at := float64(q.Due-t0) / 1e9; at < from || at >= to {
				kept = append(kept, q)
			}
		}
		r.Requests[name] = timeline.Pack(kept)
	}
}

// No data is no absorbed fault: what was due and is not on record is missing.
func TestSilentLoadIsVoid(t *testing.T) {
	for name, gap := range map[string][2]float64{"to the end": {16, 99}, "while the fault is on": {14.9, 25.1}, "behind it": {26, 99}} {
		t.Run(name, func(t *testing.T) {
			r := usually(crowd{rate: 100}).record(1)
			without(r, gap[0], gap[1])
			c := Score(r, timeline.Objectives{Recover: within(5)})
			if c.Verdict != Inconclusive || c.Reasons[0].Code != LoadSilent {
				t.Errorf("%s: %v", c.Verdict, c.Reasons)
			}
		})
	}
}
