package sla

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The observer, which sorts little and forgets what it has seen, raises its alarms
// where sorting all requests by when they were known finds them.
func TestObserverAgainstSorting(t *testing.T) {
	type request struct {
		seen
		due int64
		bad bool
	}
	rapid.Check(t, func(t *rapid.T) {
		s := &stream{good: -0.1, bad: 1, limit: 2}
		o := observer{test: s, least: rapid.IntRange(0, 9).Draw(t, "least")}
		var all []request
		due := int64(0)
		for i := range rapid.IntRange(0, 60).Draw(t, "requests") {
			due += rapid.Int64Range(0, 3).Draw(t, "gap")
			took := rapid.SampledFrom([]int64{0, 1, 1, 2, 20}).Draw(t, "took")
			all = append(all, request{seen{due + took, uint32(i)}, due,
				rapid.IntRange(0, 2).Draw(t, "bad") == 0})
		}
		for _, r := range all {
			o.see(r.seen, r.bad, r.due)
		}
		o.until(math.MaxInt64)

		var want []int64
		slices.SortStableFunc(all, func(a, b request) int { return cmp.Compare(a.known, b.known) })
		sum := 0.0
		for _, r := range all {
			if !r.bad {
				sum = max(0, sum+s.good)
			} else if sum += s.bad; sum > s.limit {
				want, sum = append(want, r.known), 0
			}
		}
		if !slices.Equal(o.alarms, want) {
			t.Fatalf("of %+v: have %v, want %v", all, o.alarms, want)
		}
	})
}
