//go:build linux

package loadgen

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestConstantIsDueAtNOverRate(t *testing.T) {
	for _, c := range []struct {
		rate float64
		n    uint64
		want time.Duration
	}{
		{200, 0, 0},
		{200, 1, 5 * time.Millisecond},
		{200, 200 * 3600, time.Hour},
		{3, 3 * 86400 * 7, 7 * 24 * time.Hour}, // a gap of 333,333,333.3 ns: no drift in a week
		{0.5, 10, 20 * time.Second},
	} {
		have := Constant(c.rate)(c.n)
		if d := have - c.want; d < -time.Microsecond || d > time.Microsecond {
			t.Errorf("%g/s: hit %d is due at %s, want %s", c.rate, c.n, have, c.want)
		}
	}
}

func TestCountIsTheInverseOfDue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Constant(rapid.Float64Range(0.01, 8000).Draw(t, "rate"))
		at := time.Duration(rapid.Int64Range(-1, int64(24*time.Hour)).Draw(t, "elapsed"))
		n := p.Count(at)
		if n > 0 && p(n-1) > at {
			t.Fatalf("%d hits counted at %s, the last is due only at %s", n, at, p(n-1))
		}
		if p(n) <= at {
			t.Fatalf("%d hits counted at %s, but the next was due at %s", n, at, p(n))
		}
	})
}

func TestTallyKnowsWhatIsMissing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		added := rapid.SliceOfDistinct(rapid.Uint64Range(0, 60), rapid.ID[uint64]).Draw(t, "added")
		var have tally
		is := map[uint64]bool{}
		for _, n := range added {
			have.add(n)
			is[n] = true
		}
		missing := have.missing(50)
		for _, n := range missing {
			if is[n] || n >= 50 {
				t.Fatalf("%d is said to be missing", n)
			}
			is[n] = true
		}
		for n := range uint64(50) {
			if !is[n] {
				t.Fatalf("%d is missing and not said to be", n)
			}
		}
	})
}
