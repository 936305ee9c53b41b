package sla

import (
	"math"
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// What a Difference says of the second run beside the first.
const (
	Better = "better"
	Worse  = "worse"
	Alike  = "alike" // the two cannot be told apart
	Open   = "open"  // one of them was not measured, or is not in both
)

// Difference is one thing in two runs.
type Difference struct {
	Name   string
	Values [2]*Said // as measured; nil: not there
	Is     string   // Better, Worse, Alike, Open
	By     *Said    // by how much; nil where not measured
}

// Compare holds a second run against a first, objective by objective: by the intervals that
// times were measured in, and by the 95 % bounds (Clopper-Pearson) of shares with counts that are
// known. Times that begin at the fault, and shares where there was an outage, differ of
// themselves by as much as the drill's jitter. A bare difference is none.
func Compare(a, b Scorecard) (all []Difference) {
	jitter := max(a.Jitter, b.Jitter)
	for _, name := range names(a.Objectives, b.Objectives) {
		all = append(all, difference(name, objective(a, name), objective(b, name), jitter))
	}
	for _, g := range a.Groups {
		for _, p := range g.Phases {
			if q := phaseOf(b, g.Name, p.Name); q != nil && p.Sent > 0 && q.Sent > 0 {
				all = append(all, differentShare(of("success", g.Name)+" in "+p.Name, p, *q,
					max(a.within(jitter, g.Name, p), b.within(jitter, g.Name, *q))))
			}
		}
	}
	return all
}

// jitter is how far two runs of a drill differ of themselves, seconds. Records of before do not
// have it: then it is what a plan draws at least, and the longest time between two looks.
func jitter(h timeline.Header) float64 {
	if h.Jitter > 0 {
		return seconds(h.Jitter)
	}
	longest := time.Second
	for _, w := range h.Watch {
		longest = max(longest, w.Every)
	}
	return seconds(longest)
}

// within is how much of a phase's share an outage that is a jitter longer, or shorter, makes up.
func (c Scorecard) within(jitter float64, group string, p Phase) float64 {
	lasted := 0.0
	for _, o := range c.Outages {
		if o.Group == group {
			lasted += o.Recovery - o.Onset
		}
	}
	if lasted <= 0 {
		return 0
	}
	return float64(p.Failed) / float64(p.Sent) * min(1, jitter/lasted)
}

// names are those of the first run, in order, and what only the second has.
func names(a, b []Objective) (all []string) {
	for _, o := range slices.Concat(a, b) {
		if !slices.Contains(all, o.Name) {
			all = append(all, o.Name)
		}
	}
	return all
}

func objective(c Scorecard, name string) *Objective {
	for i := range c.Objectives {
		if c.Objectives[i].Name == name {
			return &c.Objectives[i]
		}
	}
	return nil
}

func phaseOf(c Scorecard, group, phase string) *Phase {
	for _, g := range c.Groups {
		for i := range g.Phases {
			if g.Name == group && g.Phases[i].Name == phase {
				return &g.Phases[i]
			}
		}
	}
	return nil
}

// difference is that of one objective; a time that was cut short has no upper end, and a
// number without a resolution is exact.
func difference(name string, a, b *Objective, jitter float64) Difference {
	d := Difference{Name: name, Is: Open}
	for i, o := range []*Objective{a, b} {
		if o != nil {
			d.Values[i] = &o.Measured
		}
	}
	if a == nil || b == nil || a.Value == nil || b.Value == nil || a.Unit != b.Unit ||
		a.Unit == "share" {
		return d // of shares, the groups' own counts say more
	}
	x, y := extent(a), extent(b)
	if a.fromFault() {
		x[1], y[1] = x[1]+jitter, y[1]+jitter
	}
	switch less := a.Op == "<="; {
	case x[1] < y[0]:
		d.Is = map[bool]string{true: Worse, false: Better}[less]
	case y[1] < x[0]:
		d.Is = map[bool]string{true: Better, false: Worse}[less]
	default:
		d.Is = Alike
		return d
	}
	if a.Unit == inSeconds && !a.Censored && !b.Censored {
		by := Say(TimeTaken, round(math.Abs(*b.Value-*a.Value)))
		d.By = &by
	}
	return d
}

// extent is what an objective's value may truly be.
func extent(o *Objective) [2]float64 {
	if o.Censored {
		return [2]float64{*o.Value - o.Resolution, math.Inf(1)}
	}
	return [2]float64{*o.Value - o.Resolution, *o.Value + o.Resolution}
}

// differentShare is that of good requests in one group and phase; within is how far the two may
// be apart of themselves.
func differentShare(name string, p, q Phase, within float64) Difference {
	good := func(p Phase) float64 { return float64(p.Sent-p.Failed) / float64(p.Sent) }
	lowP, highP := clopper(int(p.Sent-p.Failed), int(p.Sent))
	lowQ, highQ := clopper(int(q.Sent-q.Failed), int(q.Sent))
	before, now := Say(Share, good(p), good(p)), Say(Share, good(q), good(q))
	d := Difference{Name: name, Values: [2]*Said{&before, &now}, Is: Alike}
	switch {
	case highP+within < lowQ:
		d.Is = Better
	case highQ+within < lowP:
		d.Is = Worse
	}
	if d.Is != Alike {
		by := Say(Points, 100*math.Abs(good(q)-good(p)))
		d.By = &by
	}
	return d
}
