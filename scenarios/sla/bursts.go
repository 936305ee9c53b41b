package sla

import (
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat/distuv"
)

// baselineBads is when the bad requests of a steady state were due, in order, and how long it was.
type baselineBads struct {
	from, until int64
	due         []int64
}

// mostHalved is how often a second is halved in search of bursts: 16 ms are shorter than
// the scheduler lets any failure last.
const mostHalved = 6

// dispersion is the index of dispersion of the bad requests: the variance of their
// counts per slice ÷ the mean; bursts of a mean length L make it up to 2·L − 1. It is 1
// where they come independently, and where so few came, or so evenly, that chance
// explains what it is above 1, by one of so many tests at dispersionChance. Else it is its
// upper bound with Confidence, as p0 is of the share.
//
// Slices of a second are few, and leave much to chance; shorter ones show more, and miss
// what lasts longer than they do. So it is of the shortest whose bound no longer slice
// contradicts.
//
// One stretch of bad seconds is no bursts but an outage: the worst second and those
// beside it are left out.
func (x baselineBads) dispersion() float64 {
	seconds := (x.until - x.from) / int64(time.Second)
	due := x.due
	if worst := x.worst(); seconds > 3 && len(due) > 0 {
		left, right := max(0, worst-1), min(seconds, worst+2)
		due = slices.DeleteFunc(slices.Clone(due), func(t int64) bool {
			second := (t - x.from) / int64(time.Second)
			return second >= left && second < right || second >= seconds
		})
		seconds -= right - left
	}
	if seconds < 2 || len(due) == 0 {
		return 1
	}
	var all []rung
	for halved := 0; halved <= mostHalved; halved++ {
		n := seconds << halved
		all = append(all, rungOf(due, x.from, int64(time.Second)>>halved, float64(n)))
	}
	if !slices.ContainsFunc(all, func(r rung) bool {
		return r.chance <= dispersionChance/float64(len(all))
	}) {
		return 1
	}
	for k := len(all) - 1; ; k-- {
		if !slices.ContainsFunc(all[:k],
			func(longer rung) bool { return longer.low > all[k].high }) {
			return max(1, all[k].high)
		}
	}
}

// worst is the second with the most of them.
func (x baselineBads) worst() (worst int64) {
	most, n, last := 0, 0, int64(-1)
	for _, t := range x.due {
		second := (t - x.from) / int64(time.Second)
		if second != last {
			n, last = 0, second
		}
		if n++; n > most {
			most, worst = n, second
		}
	}
	return worst
}

// rung is the index by slices of one length: its bounds, each with Confidence, and how
// likely independent failures give as much.
type rung struct{ low, high, chance float64 }

// leastBursts bounds what so few bursts say of how long they may be.
const leastBursts = 4

// rungOf counts in n slices; those without any need no place. The degrees of freedom are
// the number of bursts, and no more than there are slices.
func rungOf(due []int64, from, slice int64, n float64) rung {
	squares, count, met, last := 0.0, 0.0, 0.0, int64(-1)
	for _, t := range due {
		if k := (t - from) / slice; k != last {
			squares, count, met, last = squares+count*count, 0, met+1, k
		}
		count++
	}
	squares += count * count
	sum := float64(len(due))
	statistic := (squares - sum*sum/n) / (sum / n) // n − 1 times the index
	index := statistic / (n - 1)
	degrees := min(n-1, max(leastBursts, sum/index))
	free := distuv.ChiSquared{K: degrees}
	return rung{index * degrees / free.Quantile(Confidence),
		index * degrees / free.Quantile(1-Confidence), byChance(sum, n, met, statistic)}
}

// byChance is how likely independent failures are as uneven: by the dispersion test (χ²)
// where slices have one on average, else by how many of them came into a slice, of n, in
// which there was one already: so many less than were met.
func byChance(sum, n, met, statistic float64) float64 {
	if sum >= n {
		return distuv.ChiSquared{K: n - 1}.Survival(statistic)
	}
	expected := sum + n*math.Expm1(sum*math.Log1p(-1/n))
	if sum == met {
		return 1
	}
	return distuv.Poisson{Lambda: expected}.Survival(sum - met - 1)
}
