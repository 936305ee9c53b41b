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

// Why a Difference is Open, or no more than Alike.
const (
	Absent     = "absent"     // one side does not have it at all
	NoGroup    = "no-group"   // one side does not have the group
	Unmeasured = "unmeasured" // one side has it, and no value of it
	Endless    = "endless"    // a percentile has no upper end, as of what never came
	Units      = "units"      // the two are measured in different units
	Shares     = "shares"     // a share: groups and phases are held instead, by their counts
	FewRuns    = "few-runs"   // too few of many runs have a value
	Unproven   = "unproven"   // one side proves nothing, or did not end as planned
	Unended    = "unended"    // alike, as a time that did not end in its run may be any longer one
	Jittered   = "jitter"     // alike, as two runs differ by as much of themselves
)

// Difference is one thing in two runs.
type Difference struct {
	Name   string
	Values [2]*Said // as measured; nil: not there
	Is     string   // Better, Worse, Alike, Open
	By     *Said    // by how much, or may of themselves; nil where not measured
	Why    string   // why it is Open or Alike; empty: within resolution
	// Of says of which side Why is: of one, or of both. Because is why there is no value on the
	// first of them, where that is known.
	Of      [2]bool
	Because *Said
	Runs    [2]int // of many runs, how many have a value
}

// Outcome is Worse where any of some differences is, Open where none could be told, and else
// Alike: no worse.
func Outcome(all []Difference) (is string) {
	is = Open
	for _, d := range all {
		switch {
		case d.Is == Worse:
			return Worse
		case d.Is != Open:
			is = Alike
		}
	}
	return is
}

// Compare holds a second run against a first, objective by objective: by the intervals that
// times were measured in, and by the 95 % bounds (Clopper-Pearson) of shares with counts that are
// known. Times that begin at the fault, and shares where there was an outage, differ of
// themselves by as much as the drill's jitter. A bare difference is none. What cannot be held is
// Open, and says why. Numbers of a run that proves nothing show no difference either: what a
// generator did would be put down to the system.
func Compare(a, b Scorecard) (all []Difference) {
	jitter := max(a.Jitter, b.Jitter)
	shares := differentShares(a, b, jitter)
	for _, name := range names(a.Objectives, b.Objectives) {
		// A limit on a group's success is held by the group's own counts, under the same name.
		if !slices.ContainsFunc(shares, func(d Difference) bool { return d.Name == name }) {
			all = append(all, difference(name, objective(a, name), objective(b, name), jitter))
		}
	}
	all = append(all, shares...)
	if of := [2]bool{a.unproven(), b.unproven()}; of[0] || of[1] {
		for i, d := range all {
			if d.Is != Open {
				all[i] = Difference{Name: d.Name, Values: d.Values, Is: Open, Why: Unproven, Of: of}
			}
		}
	}
	return all
}

// unproven reports whether nothing follows from a run's numbers.
func (c Scorecard) unproven() bool {
	return c.Void || c.Verdict == Error || c.Verdict == Interrupted
}

// differentShares are those of each group's good requests, by phase.
func differentShares(a, b Scorecard, jitter float64) (all []Difference) {
	for _, name := range phases(a, b) {
		p, q := phaseOf(a, name[0], name[1]), phaseOf(b, name[0], name[1])
		d := Difference{Name: of("success", name[0]) + " in " + name[1]}
		switch sent := [2]bool{p != nil && p.Sent > 0, q != nil && q.Sent > 0}; {
		case sent[0] && sent[1]:
			d = differentShare(d.Name, *p, *q,
				max(a.within(jitter, name[0], *p), b.within(jitter, name[0], *q)))
		case !sent[0] && !sent[1]:
			continue
		default:
			d.Is, d.Of = Open, [2]bool{!sent[0], !sent[1]}
			for i, one := range []*Phase{p, q} {
				switch {
				case sent[i]:
					d.Values[i] = one.good()
				case one == nil:
					d.Why = Absent
					if !hasGroup([]Scorecard{a, b}[i], name[0]) {
						d.Why = NoGroup
					}
				default:
					none := Say(NothingSent)
					d.Why, d.Because = Unmeasured, &none
				}
			}
		}
		all = append(all, d)
	}
	return all
}

func hasGroup(c Scorecard, name string) bool {
	return slices.ContainsFunc(c.Groups, func(g Group) bool { return g.Name == name })
}

// phases are those of the first run's groups, in order, and what only the second has: each the
// group's name and its own.
func phases(a, b Scorecard) (all [][2]string) {
	for _, g := range slices.Concat(a.Groups, b.Groups) {
		for _, p := range g.Phases {
			if name := [2]string{g.Name, p.Name}; !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	return all
}

// good says which share of a phase's requests was.
func (p Phase) good() *Said {
	share := float64(p.Sent-p.Failed) / float64(p.Sent)
	said := Say(Share, share, share)
	return &said
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
	switch {
	case a == nil || b == nil:
		d.Why, d.Of = Absent, [2]bool{a == nil, b == nil}
		return d
	case a.Value == nil || b.Value == nil:
		d.Of = [2]bool{a.Value == nil, b.Value == nil}
		without := a
		if !d.Of[0] {
			without = b
		}
		d.Why, d.Because = Unmeasured, without.Why
		if without.Why == nil && without.Measured.Code == Latency {
			d.Why = Endless
		}
		return d
	case a.Unit != b.Unit:
		d.Why = Units
		return d
	case a.Unit == asShare: // the groups' own counts say more
		d.Why = Shares
		return d
	}
	x, y := extent(a), extent(b)
	apart := x[1] < y[0] || y[1] < x[0]
	if a.fromFault() {
		x[1], y[1] = x[1]+jitter, y[1]+jitter
	}
	switch less := a.Op == "<="; {
	case x[1] < y[0]:
		d.Is = map[bool]string{true: Worse, false: Better}[less]
	case y[1] < x[0]:
		d.Is = map[bool]string{true: Better, false: Worse}[less]
	default:
		if d.Is = Alike; a.Censored || b.Censored {
			d.Why, d.Of = Unended, [2]bool{a.Censored, b.Censored}
		} else if apart {
			by := Say(TimeTaken, jitter)
			d.Why, d.By = Jittered, &by
		}
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
	lowP, highP := clopper(int(p.Sent-p.Failed), int(p.Sent))
	lowQ, highQ := clopper(int(q.Sent-q.Failed), int(q.Sent))
	d := Difference{Name: name, Values: [2]*Said{p.good(), q.good()}, Is: Alike}
	switch {
	case highP+within < lowQ:
		d.Is = Better
	case highQ+within < lowP:
		d.Is = Worse
	}
	if d.Is != Alike {
		good := func(p Phase) float64 { return float64(p.Sent-p.Failed) / float64(p.Sent) }
		by := Say(Points, 100*math.Abs(good(q)-good(p)))
		d.By = &by
	}
	return d
}
