package campaign

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// Rank gives the order statistic, 1 to n, that bounds the q-quantile from above
// with sla.Confidence: the smallest r with P(fewer than r of n values lie at or
// below the quantile) ≥ sla.Confidence, the count being Binomial(n, q). Whatever the
// distribution, X₍ᵣ₎ is then no smaller than the quantile in at least 95 of 100
// campaigns. ok is false where n values are too few: the 95th percentile takes
// 59, the 90th 29, the median 5.
func Rank(n int, q float64) (r int, ok bool) {
	b := distuv.Binomial{N: float64(n), P: q}
	r = 1 + sort.Search(n, func(k int) bool { return b.CDF(float64(k)) >= sla.Confidence })
	return r, r <= n
}

// AtLeast is the lower bound of a share of which k of n was seen, with
// sla.Confidence (Clopper and Pearson, 1934): for k = n it is 0.05^(1/n), so 59 of 59
// say 95 %, 10 of 10 say 74 %.
func AtLeast(k, n int) float64 {
	if k <= 0 || n <= 0 {
		return 0
	}
	return mathext.InvRegIncBeta(float64(k), float64(n-k+1), 1-sla.Confidence)
}

// AtMost is the upper bound of a share of which k of n was seen, with
// sla.Confidence: for k = 0 it is 1 − 0.05^(1/n).
func AtMost(k, n int) float64 { return 1 - AtLeast(n-k, n) }

// Needs is how many runs it takes to say that a share of at least q meets the
// SLA when allowed of them exceed it: for 95 %, 59, 93 and 124 with none, one and
// two.
func Needs(q float64, allowed int) int {
	return 1 + allowed + sort.Search(1<<20,
		func(i int) bool { return AtLeast(1+i, 1+i+allowed) >= q })
}

// Percentile writes a share as people name quantiles, cut so that it never
// promises more: 0.7411 is 74.
func Percentile(share float64) int { return int(math.Floor(100*share + 1e-9)) }
