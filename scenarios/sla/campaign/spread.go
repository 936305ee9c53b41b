package campaign

import (
	"cmp"
	"math"
	"slices"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// quantiles that are stated where the runs are enough for them.
var quantiles = []float64{0.5, 0.9, 0.95, 0.99}

// sample is one run's part in a spread.
type sample struct {
	result string // of an objective
	value  Value
}

// spreads gathers every objective, and every time that is none, over the runs
// with the faults, in the order of their first appearance. The numbers of a void
// run prove nothing: it is undecided, and without end.
func spreads(d Design, done []Outcome) []Spread {
	out := []Spread{}
	samples := [][]sample{}
	runs := slices.DeleteFunc(slices.Clone(done),
		func(o Outcome) bool { return o.Control || !known(o.Card.Verdict) })
	for i, o := range runs {
		for _, s := range measured(o.Card) {
			wanted := wantedOf(s)
			k := slices.IndexFunc(out,
				func(have Spread) bool { return have.Name == s.Name && same(have.Wanted, wanted) })
			if k < 0 {
				k = len(out)
				out = append(out, Spread{Name: s.Name, Wanted: wanted, Limit: limitOf(s),
					Floor: s.Op == ">="})
				samples = append(samples, missing(runs))
			}
			samples[k][i] = sampleOf(o, s)
			out[k].Unit = cmp.Or(out[k].Unit, s.Unit)
		}
	}
	for k := range out {
		out[k].fill(d, samples[k])
	}
	return slices.DeleteFunc(out, func(s Spread) bool {
		return s.Wanted == nil && s.Best == nil // it was not wanted, and no run had it
	})
}

// missing is a sample of each run in which nothing was measured.
func missing(runs []Outcome) []sample {
	all := make([]sample, len(runs))
	for i, o := range runs {
		all[i] = sample{sla.Undecided, Value{Folder: o.Folder()}}
	}
	return all
}

// wantedOf is what an objective wants, as it is for every run: one that is relative to the
// baseline also has the limit that its own run's baseline made. Nil: it wants nothing.
func wantedOf(o sla.Objective) *sla.Said {
	wanted := o.Wanted
	switch wanted.Code {
	case "":
		return nil
	case sla.WantOfBaseline:
		wanted = sla.Say(sla.WantOfBaseline, wanted.Of("op"), wanted.Of("factor"))
	}
	return &wanted
}

// limitOf is the limit that an objective has in every run.
func limitOf(o sla.Objective) *float64 {
	if o.Wanted.Code == sla.WantOfBaseline {
		return nil
	}
	return o.Limit
}

func same(a, b *sla.Said) bool { return a == b || a != nil && b != nil && a.Equal(*b) }

func sampleOf(o Outcome, x sla.Objective) sample {
	if o.Card.Void {
		return sample{sla.Undecided, Value{Folder: o.Folder()}}
	}
	return sample{x.Result, Value{o.Folder(), x.Value, x.Resolution, x.Censored}}
}

// measured is what a scorecard measured: its objectives, and the times that no
// objective is about. Users without an outage had one of no length. That a drill
// aborted itself is a run's reason, and no measurement.
func measured(c sla.Scorecard) []sla.Objective {
	all := slices.DeleteFunc(slices.Clone(c.Objectives),
		func(o sla.Objective) bool { return o.Name == sla.NoAbort })
	add := func(name string, t *sla.Time) {
		if !slices.ContainsFunc(all, func(o sla.Objective) bool { return o.Name == name }) {
			all = append(all, timed(name, t))
		}
	}
	for _, w := range c.Watchers {
		add("detect "+w.Name, w.Detect)
		add("alert-clear "+w.Name, w.Restore)
	}
	if c.Times.Outage == nil {
		c.Times.Outage = &sla.Time{}
	}
	add("outage", c.Times.Outage)
	return all
}

// timed writes a time as an objective that wants nothing.
func timed(name string, t *sla.Time) sla.Objective {
	o := sla.Objective{Name: name}
	if t != nil {
		o.Value, o.Unit, o.Resolution, o.Censored = &t.Seconds, "s", t.Resolution, t.Censored
	}
	return o
}

// fill computes a spread from one sample per run that was run, of those
// that were planned.
func (s *Spread) fill(d Design, all []sample) {
	s.Values = []Value{}
	var sorted, upper []float64
	for _, x := range all {
		switch {
		case s.Wanted == nil:
		case x.result == sla.Met:
			s.Met++
		case x.result == sla.Missed:
			s.Missed++
		default:
			s.Undecided++
		}
		s.Values = append(s.Values, x.value)
		sorted = append(sorted, s.cost(x.value, 0))
		upper = append(upper, s.cost(x.value, x.value.Resolution))
	}
	if s.Wanted != nil {
		s.AtLeast = round(AtLeast(s.Met, d.Runs))
	}
	slices.Sort(sorted)
	slices.Sort(upper)
	if len(sorted) > 0 {
		s.Best, s.Median, s.Worst = s.number(sorted[0]), s.number(sorted[(len(sorted)-1)/2]),
			s.number(sorted[len(sorted)-1])
	}
	s.Bounds = s.bounds(d, upper)
}

// cost is a value so that less is better, plus doubt; without end where there is
// none, or it is censored.
func (s *Spread) cost(v Value, doubt float64) float64 {
	switch {
	case v.Number == nil || v.Censored:
		return math.Inf(1)
	case s.Floor:
		return -*v.Number
	}
	return *v.Number + doubt
}

// number turns a cost back into a value; null where it has no end.
func (s *Spread) number(cost float64) *float64 {
	if math.IsInf(cost, 1) {
		return nil
	}
	if s.Floor && cost != 0 {
		cost = -cost
	}
	cost = round(cost)
	return &cost
}

// bounds states the usual quantiles, and the one that the design was made for,
// from sorted costs with each run's own resolution in it: every rank is fixed
// beforehand. A run that was planned and not run counts as without end, and what
// has no end is not stated.
func (s *Spread) bounds(d Design, sorted []float64) []Bound {
	out, n := []Bound{}, d.Runs
	ends, _ := slices.BinarySearch(sorted, math.Inf(1))
	add := func(q float64, rank int) {
		if k := len(out) - 1; k >= 0 && out[k].Rank == rank {
			out = out[:k] // the same value bounds more
		}
		out = append(out, Bound{round(q), *s.number(sorted[rank-1]), rank})
	}
	for _, q := range quantiles {
		if r, ok := Rank(n, q); ok && r <= ends {
			add(q, r)
		}
	}
	r := n - d.Allowed
	if top := AtLeast(r, n); r <= ends &&
		(len(out) == 0 || Percentile(top) > Percentile(out[len(out)-1].Quantile)) {
		add(top, r)
	}
	return out
}

// round keeps numbers to a millionth, as scorecards do.
func round(f float64) float64 { return math.Round(f*1e6) / 1e6 }
