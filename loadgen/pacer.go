//go:build linux

package loadgen

import (
	"math"
	"sort"
	"time"
)

// A Pacer says when the n-th hit, counted from 0, is due after the start. It is
// pure and never decreases with n.
type Pacer func(n uint64) time.Duration

// Constant paces rate hits per second, rate > 0: the n-th is due at n/rate. It
// is computed from n and not summed, so that no rounding piles up.
func Constant(rate float64) Pacer {
	return func(n uint64) time.Duration {
		return time.Duration(min(float64(n)*(1e9/rate), math.MaxInt64/4))
	}
}

// Count is how many hits are due within the first elapsed of the load, the one
// due at that very instant included.
func (p Pacer) Count(elapsed time.Duration) uint64 {
	if elapsed < 0 {
		return 0
	}
	limit := 1
	for p(uint64(limit)) <= elapsed {
		limit *= 2
	}
	return uint64(sort.Search(limit, func(n int) bool { return p(uint64(n)) > elapsed }))
}

// vegetaPacer makes vegeta follow a Pacer on the record's clock. Vegeta's own idea of
// the elapsed time is not used: it begins a little later than the start that is
// recorded, and due has to be exact.
type vegetaPacer struct {
	pacer Pacer
	start int64
	now   func() int64
	over  func(n uint64) bool
}

// Pace fits vegeta.Pacer.
func (b vegetaPacer) Pace(_ time.Duration, hits uint64) (time.Duration, bool) {
	return b.pacer(hits) - time.Duration(b.now()-b.start), b.over(hits)
}

// Rate fits vegeta.Pacer; hits per second.
func (b vegetaPacer) Rate(elapsed time.Duration) float64 {
	n := b.pacer.Count(elapsed)
	return 1 / (b.pacer(n+1) - b.pacer(n)).Seconds()
}
