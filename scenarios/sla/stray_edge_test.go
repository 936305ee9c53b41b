package sla

import (
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// A bad request soon behind an outage, which may be its last one, adds its distance to ±
// and leaves what the share beside the edge allows as it was.
func TestStrayLeavesTheEdgeAsFine(t *testing.T) {
	const stray = 1500 * ms
	resolution := func(last int64) float64 {
		s := usual()
		s.rate, s.length, s.downs = 10, 60*time.Second, nil
		s.adjust = func(q *load.Request) {
			if at := q.Due - t0; at >= 15*sec && at < 23*sec && q.Seq%2 == 0 || at >= 23*sec+last &&
				at < 23*sec+last+100*ms && last > 0 {
				q.Class, q.Status = load.Status, 503
			}
		}
		card := Score(s.record(), s.goals)
		if len(card.Outages) != 1 {
			t.Fatalf("stray after %d ms: have %+v, want one outage", last/ms, card.Outages)
		}
		return card.Outages[0].Resolution
	}
	alone, joined := resolution(0), resolution(stray)
	if joined <= alone || joined > alone+1.8 {
		t.Errorf("have ± %.2f s with a stray 1.5 s behind, ± %.2f s without, want at most 1.8 s more",
			joined, alone)
	}
}
