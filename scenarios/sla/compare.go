package sla

import (
	"math"
	"slices"
)

// What a Difference says of the second run beside the first.
const (
	Better = "better"
	Worse  = "worse"
	Alike  = "alike" // the two cannot be told apart
	Open   = "open"  // one of them was not told, or is not in both
)

// Difference is one thing in two runs.
type Difference struct {
	Name   string
	Values [2]*Said // as measured; nil: not there
	Is     string   // Better, Worse, Alike, Open
	By     *Said    // by how much; nil where not told
}

// Compare holds a second run against a first, objective by objective: by the intervals that
// times were measured in, and by the 95 % bounds (Clopper-Pearson) of shares with counts that are
// known. A bare difference is none.
func Compare(a, b Scorecard) (all []Difference) {
	for _, name := range names(a.Objectives, b.Objectives) {
		all = append(all, difference(name, objective(a, name), objective(b, name)))
	}
	for _, g := range a.Groups {
		for _, p := range g.Phases {
			if q := phaseOf(b, g.Name, p.Name); q != nil && p.Sent > 0 && q.Sent > 0 {
				all = append(all, differentShare(of("success", g.Name)+" in "+p.Name, p, *q))
			}
		}
	}
	return all
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
func difference(name string, a, b *Objective) Difference {
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

// differentShare is that of good requests in one group and phase.
func differentShare(name string, p, q Phase) Difference {
	good := func(p Phase) float64 { return float64(p.Sent-p.Failed) / float64(p.Sent) }
	lowP, highP := clopper(int(p.Sent-p.Failed), int(p.Sent))
	lowQ, highQ := clopper(int(q.Sent-q.Failed), int(q.Sent))
	before, now := Say(Share, good(p), good(p)), Say(Share, good(q), good(q))
	d := Difference{Name: name, Values: [2]*Said{&before, &now}, Is: Alike}
	switch {
	case highP < lowQ:
		d.Is = Better
	case highQ < lowP:
		d.Is = Worse
	}
	if d.Is != Alike {
		by := Say(Points, 100*math.Abs(good(q)-good(p)))
		d.By = &by
	}
	return d
}
