package sla

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// quantile is the nearest-rank quantile, by sorting; zero of nothing.
func quantile(all []time.Duration, q float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[max(0, int(math.Ceil(q*float64(len(all))))-1)]
}

// A spread, of however many parts, has the quantiles that sorting finds, to the
// microsecond.
func TestSpreadIsExact(t *testing.T) {
	micros := rapid.Map(rapid.OneOf(rapid.Int64Range(0, 5000), rapid.Int64Range(0, 5_000_000)),
		func(us int64) time.Duration { return time.Duration(us) * time.Microsecond })
	rapid.Check(t, func(t *rapid.T) {
		var whole spread
		var all []time.Duration
		for _, part := range rapid.SliceOfN(rapid.SliceOf(micros), 1, 3).Draw(t, "parts") {
			var s spread
			for _, d := range part {
				s.add(d)
			}
			whole.join(&s)
			all = append(all, part...)
		}
		for _, q := range []float64{0, 0.5, 0.95, 0.99, 0.999, 1} {
			if have, want := whole.quantile(q), quantile(all, q); have != want {
				t.Fatalf("q %g of %v: have %v, want %v", q, all, have, want)
			}
		}
	})
}
