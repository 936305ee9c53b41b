package sla

import (
	"slices"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/stormdrill/stormdrill/loadgen"
)

// steady is what a baseline says of the steady state: how long requests took, and how
// evenly the bad ones came.
type steady struct {
	first, until int64
	bad          []int    // per second
	begin        []spread // how long requests took, of each of the seconds that may be cold
	rest         spread   // of those after
}

// mostCold is how many seconds at the beginning of a baseline may be cold; at most half
// of it.
const mostCold = 30

// newSteady takes in a group's requests that were due from one instant to another.
func newSteady(from, until int64) *steady {
	b := &steady{first: min(from, until), until: until}
	n := (until-b.first)/int64(time.Second) + 1
	b.bad, b.begin = make([]int, n), make([]spread, min(n/2, mostCold))
	return b
}

func (b *steady) add(r *loadgen.Request, bad bool) {
	i := int((r.Due - b.first) / int64(time.Second))
	if bad && r.Done < b.until {
		b.bad[i]++
	}
	if i < len(b.begin) {
		b.begin[i].add(took(r))
	} else {
		b.rest.add(took(r))
	}
}

// took is how long a request took once it was sent: what the generator's own lag adds
// is not the target's.
func took(r *loadgen.Request) time.Duration { return time.Duration(r.Done - r.Sent) }

// usual is p95 of the baseline, without the seconds at its beginning that were colder
// than all of it that follows: those whose own p95 is above the limit that what comes
// after those that may be would set for calm. Cold is when the last of them ended; 0: there is none.
func (b *steady) usual() (p95 time.Duration, cold int64) {
	limit := calmLimit(b.rest.quantile(calmQuantile))
	from := 0
	for b.rest.n > 0 && from < len(b.begin) && b.begin[from].quantile(calmQuantile) > limit {
		from++
	}
	for i := from; i < len(b.begin); i++ {
		b.rest.join(&b.begin[i])
	}
	if from > 0 {
		cold = b.first + int64(from)*int64(time.Second)
	}
	return b.rest.quantile(calmQuantile), cold
}

// calmLimit is what p95 may be for latency to be as before.
func calmLimit(p95 time.Duration) time.Duration {
	return max(time.Duration(calmRatio*float64(p95)), p95+calmMore)
}

// counts are the bad requests per second; the last one, which is cut short, left out.
func (b *steady) counts() []int { return b.bad[:len(b.bad)-1] }

// dispersionOf is the index of dispersion of the bad requests: the variance of their
// counts per slice ÷ the mean. It is 1 where they come independently, and where so few
// came, or so evenly, that chance explains what it is above 1 (the dispersion test, at
// dispersionChance), else its upper bound with Confidence, as p0 is of the share; bursts
// of a mean length L make the index itself up to 2·L − 1.
// One stretch of bad seconds is no bursts but an outage: the worst second and those
// beside it are left out.
func dispersionOf(counts []int) float64 {
	if len(counts) > 3 {
		worst := slices.Index(counts, slices.Max(counts))
		counts = slices.Concat(counts[:max(0, worst-1)], counts[min(len(counts), worst+2):])
	}
	n, sum, squares := float64(len(counts)), 0.0, 0.0
	for _, c := range counts {
		sum += float64(c)
		squares += float64(c) * float64(c)
	}
	if n < 2 || sum == 0 {
		return 1
	}
	index := (squares - sum*sum/n) / (n - 1) / (sum / n)
	if chance := (distuv.ChiSquared{K: n - 1}).Survival((n - 1) * index); chance > dispersionChance {
		return 1
	}
	least := distuv.ChiSquared{K: n - 1}.Quantile(1 - Confidence)
	return max(1, index*(n-1)/least)
}
