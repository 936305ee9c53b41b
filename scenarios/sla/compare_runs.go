package sla

import (
	"cmp"
	"math"
	"slices"

	"github.com/aclements/go-moremath/stats"
)

// LeastRuns is how many runs of each side show a difference at all: with fewer, no order of
// some ten values is unlikely enough.
const LeastRuns = 6

// certain is the chance, at most, that any difference is found between two campaigns alike.
const certain = 0.05

// CompareRuns holds many runs of a drill against as many of before, objective by objective, and
// each group's success by phase: by Mann and Whitney's test of whether one side's values tend to
// be larger, with Holm's correction for how many are asked about. A time that did not end is
// longer than all that did; a value that a run does not have is left out. Each value given is
// that of the run in the middle.
func CompareRuns(before, now []Scorecard) (all []Difference) {
	var chances []float64
	for _, name := range namesOf(before, now) {
		a, b := sampled(before, name), sampled(now, name)
		d := Difference{Name: name, Is: Open, Why: FewRuns,
			Values: [2]*Said{a.middle(), b.middle()}, Runs: [2]int{len(a.values), len(b.values)}}
		chance := math.Inf(1)
		if len(a.values) >= LeastRuns && len(b.values) >= LeastRuns {
			d.Is, d.Why, chance = Alike, "", 1
			if r, err := stats.MannWhitneyUTest(a.values, b.values,
				stats.LocationDiffers); err == nil { // all alike is the only error left
				chance = r.P
				d.toward(a, b, r.U)
			}
		}
		all, chances = append(all, d), append(chances, chance)
	}
	for i, found := range holm(chances) {
		if !found && all[i].Is != Open {
			all[i].Is, all[i].By = Alike, nil
		}
	}
	return all
}

// sample is what runs have of one thing.
type sample struct {
	values []float64
	said   []*Said // beside each
	less   bool    // is better
}

// namesOf are the things that any of the runs has, in order of their first appearance.
func namesOf(sides ...[]Scorecard) (all []string) {
	for _, c := range slices.Concat(sides...) {
		for _, o := range c.Objectives {
			if o.Unit != asShare && !slices.Contains(all, o.Name) {
				all = append(all, o.Name)
			}
		}
	}
	for _, c := range slices.Concat(sides...) {
		for _, g := range c.Groups {
			for _, p := range g.Phases {
				if name := successIn(g, p); p.Sent > 0 && !slices.Contains(all, name) {
					all = append(all, name)
				}
			}
		}
	}
	return all
}

// successIn names the share of good requests of a group in a phase.
func successIn(g Group, p Phase) string { return of("success", g.Name) + " in " + p.Name }

// sampled are the values of all runs that have one, and of which it proves anything.
func sampled(runs []Scorecard, name string) (s sample) {
	for i := range runs {
		if runs[i].unproven() {
			continue
		}
		if o := objective(runs[i], name); o != nil && o.Unit != asShare {
			if s.less = o.Op == "<="; o.Value == nil {
				continue
			}
			value := *o.Value
			if o.Censored {
				value = math.Inf(1)
			}
			s.values, s.said = append(s.values, value), append(s.said, &o.Measured)
			continue
		}
		for _, g := range runs[i].Groups {
			for _, p := range g.Phases {
				if p.Sent > 0 && successIn(g, p) == name {
					good := float64(p.Sent-p.Failed) / float64(p.Sent)
					said := Say(Share, good, good)
					s.values, s.said = append(s.values, good), append(s.said, &said)
				}
			}
		}
	}
	return s
}

// middle is what the run in the middle says; nil: there is none. Of two it is the worse.
func (s sample) middle() *Said {
	if len(s.values) == 0 {
		return nil
	}
	order := make([]int, len(s.values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Compare(s.values[i], s.values[j])
	})
	k := len(order) / 2
	if !s.less {
		k = (len(order) - 1) / 2
	}
	return s.said[order[k]]
}

// toward says which side is better. U counts the pairs in which the value of before is larger,
// one that is the same as half of one.
func (d *Difference) toward(a, b sample, u float64) {
	rose := u < float64(len(a.values)*len(b.values))/2
	d.Is = Better
	if rose == a.less {
		d.Is = Worse
	}
}

// holm finds which chances are small enough, of so many, that the chance of any of them by
// luck is certain at most. An infinite one was not asked.
func holm(chances []float64) []bool {
	order, found := []int{}, make([]bool, len(chances))
	for i, p := range chances {
		if !math.IsInf(p, 1) {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(chances[i], chances[j]) })
	for k, i := range order {
		if chances[i] > certain/float64(len(order)-k) {
			break
		}
		found[i] = true
	}
	return found
}
