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
	slices       []pulse
	whole        spread
}

// pulse is one slice of a baseline.
type pulse struct {
	sent, bad int
	took      spread
}

// newSteady takes in a group's requests that were due from one instant to another.
func newSteady(from, until int64) *steady {
	b := &steady{first: min(from, until), until: until}
	b.slices = make([]pulse, (until-b.first)/int64(time.Second)+1)
	return b
}

func (b *steady) add(r *loadgen.Request, bad bool) {
	p := &b.slices[(r.Due-b.first)/int64(time.Second)]
	p.sent++
	if bad && r.Done < b.until {
		p.bad++
	}
	p.took.add(took(r))
	b.whole.add(took(r))
}

// took is how long a request took once it was sent: what the generator's own lag adds
// is not the target's.
func took(r *loadgen.Request) time.Duration { return time.Duration(r.Done - r.Sent) }

// usual is p95 of the baseline, without the seconds at its beginning that were colder
// than all of it that follows: those whose own p95 is above the limit that the second
// half would set for calm. Cold is when the last of them ended; 0: there is none.
func (b *steady) usual() (p95 time.Duration, cold int64) {
	half := len(b.slices) / 2
	var warm spread
	for i := half; i < len(b.slices); i++ {
		warm.join(&b.slices[i].took)
	}
	if half == 0 || warm.n == 0 {
		return b.whole.quantile(calmQuantile), 0
	}
	limit := calmLimit(warm.quantile(calmQuantile))
	from := 0
	for from < half && b.slices[from].took.quantile(calmQuantile) > limit {
		from++
	}
	for i := from; i < half; i++ {
		warm.join(&b.slices[i].took)
	}
	if from > 0 {
		cold = b.first + int64(from)*int64(time.Second)
	}
	return warm.quantile(calmQuantile), cold
}

// calmLimit is what p95 may be for latency to be as before.
func calmLimit(p95 time.Duration) time.Duration {
	return max(time.Duration(calmRatio*float64(p95)), p95+calmMore)
}

// counts are the bad requests per second.
func (b *steady) counts() []int {
	counts := make([]int, 0, len(b.slices))
	for i := range b.slices[:max(0, len(b.slices)-1)] { // the last one is cut short
		counts = append(counts, b.slices[i].bad)
	}
	return counts
}

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
