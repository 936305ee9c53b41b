package sla

import (
	"math/rand/v2"
	"testing"
)

// Bursts are found where there are some, also where bad requests are few, and else as
// seldom as is promised; and the share that the alarm goes by is no less than the true one
// as often as its bound says.
func TestBurstsAreFound(t *testing.T) {
	const n = 400
	for _, c := range []struct {
		share, burst float64
		found        [2]int // of n
	}{{0.005, 3, [2]int{395, n}}, {0.002, 3, [2]int{360, n}}, {0.005, 0, [2]int{0, 12}}, {0.0005, 0,
		[2]int{0, 12}}} {
		found, above := 0, 0
		for seed := range uint64(n) {
			random, g := rand.New(rand.NewPCG(seed, 3)), crowd{bad: always(c.share), burst: c.burst}
			x, bad, running := baselineBads{until: 15 * sec}, 0, false
			for i := range int64(15_000) {
				if running = g.fails(0, running, random); running {
					x.due, bad = append(x.due, i*ms), bad+1
				}
			}
			st := stream{spread: x.dispersion()}
			st.setTest(bad, 15_000, 45_000, 1)
			if st.spread > 1 {
				found++
			}
			if st.p0 >= c.share {
				above++
			}
		}
		if found < c.found[0] || found > c.found[1] || above < n*92/100 {
			t.Errorf("%+v: bursts found in %d, p0 above the share in %d of %d", c, found, above, n)
		}
	}
}
