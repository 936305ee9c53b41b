package sla

import (
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// steady is what a baseline says of the steady state: how long requests took, and how
// evenly the bad ones came.
type steady struct {
	first, until int64
	bad          baselineBads
	begin        []spread // how long requests took, of each of the seconds that may be cold
	rest         spread   // of those after
	parts        [5]spread
}

// mostCold is how many seconds at the beginning of a baseline may be cold; at most half
// of it.
const mostCold = 30

// newSteady takes in a group's requests that were due from one instant to another.
func newSteady(from, until int64) *steady {
	b := &steady{first: min(from, until), until: until}
	n := (until-b.first)/int64(time.Second) + 1
	b.bad, b.begin = baselineBads{from: b.first, until: until}, make([]spread, min(n/2, mostCold))
	return b
}

func (b *steady) add(r *load.Request, bad bool) {
	i := int((r.Due - b.first) / int64(time.Second))
	if bad && r.Done < b.until {
		b.bad.due = append(b.bad.due, r.Due)
	}
	if i < len(b.begin) {
		b.begin[i].add(took(r))
	} else {
		b.rest.add(took(r))
	}
	n := int64(len(b.parts))
	b.parts[min(n-1, (r.Due-b.first)*n/max(1, b.until-b.first))].add(took(r))
}

// slowing reports whether the last parts of the baseline were slower than those before:
// their p95 is not within what would be calm beside them, and more of them are above that
// than these explain, by the alarm's own chance.
func (b *steady) slowing() bool {
	for k := len(b.parts) / 2; k < len(b.parts); k++ {
		var early, late spread
		for i := range b.parts {
			if i < k {
				early.join(&b.parts[i])
			} else {
				late.join(&b.parts[i])
			}
		}
		limit := calmLimit(early.quantile(calmQuantile))
		a := against{base: early.n, calm: early.over(limit), in: late.n, bad: late.over(limit)}
		if late.quantile(calmQuantile) > limit && a.chance() < alpha {
			return true
		}
	}
	return false
}

// took is how long a request took once it was sent: what the generator's own lag adds
// is not the target's.
func took(r *load.Request) time.Duration { return time.Duration(r.Done - r.Sent) }

// usual is p95 of the baseline, without the seconds at its beginning that were colder
// than all of it that follows: those whose own p95 is above the limit that what comes
// after those that may be would set for calm. Cold is when the last of them ended; 0: there is
// none.
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
