package campaign

import (
	"slices"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// Outcome is one turn that was run.
type Outcome struct {
	Turn
	Card   sla.Scorecard
	Length float64 // seconds that it took; 0: it has no record
}

// Judge gives the card of a campaign from what was run of it so far; interrupted
// says that the user ended it. It is a pure function of its arguments. The
// verdict is the first that applies:
//
//	error         a run was one
//	interrupted   the user ended it
//	fail          more than Allowed runs missed the SLA
//	inconclusive  more than Allowed missed it or were inconclusive
//	inconclusive  runs are left that could change the answer
//	pass
//
// Controls change no verdict but by an error: their false alarms are counted.
func Judge(d Design, scenario string, done []Outcome, interrupted bool) Card {
	t := tallyOf(d, done)
	c := Card{
		Schema: Schema, Scenario: scenario, Seed: d.Seed, Confidence: sla.Confidence,
		Planned: Planned{Runs: d.Runs, Allowed: d.Allowed, Controls: d.Controls,
			Quantile: round(AtLeast(d.Runs-d.Allowed, d.Runs))},
		Reasons: []sla.Said{}, Says: []sla.Said{}, Runs: []Run{},
		Kept: t.kept, Missed: t.missed, Inconclusive: t.inconclusive, Left: t.left,
		KeptAtLeast: round(AtLeast(t.kept, d.Runs)),
		Spreads:     spreads(d, done), Control: controls(d, done),
	}
	for _, o := range done {
		c.Runs = append(c.Runs, Run{o.Folder(), o.Control, o.Card.Run, o.Seed, o.Card.Verdict,
			orNone(o.Card.Reasons)})
	}
	c.Verdict, c.Reasons = t.verdict(d, done, interrupted)
	c.Says = says(d, c)
	return c
}

func orNone[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

// Decided reports whether what is left of a campaign's runs with the faults can
// no longer change its answer. After an error nothing can, and the controls are
// over too.
func Decided(d Design, done []Outcome) (decided, failed bool) {
	t := tallyOf(d, done)
	return t.broken || t.decided(d), t.broken
}

// tally counts the runs with the faults.
type tally struct {
	kept, missed, inconclusive, left int
	broken                           bool // a run, or a control run, was an error
}

func tallyOf(d Design, done []Outcome) tally {
	var t tally
	for _, o := range done {
		switch {
		case o.Card.Verdict == sla.Interrupted:
		case !known(o.Card.Verdict):
			t.broken = true
		case o.Control:
		case o.Card.Verdict == sla.Pass:
			t.kept++
		case o.Card.Verdict == sla.Fail:
			t.missed++
		default:
			t.inconclusive++
		}
	}
	t.left = d.Runs - t.kept - t.missed - t.inconclusive
	return t
}

// known verdicts are counted; any other is an error: no data is never a pass.
func known(v sla.Verdict) bool {
	return slices.Contains([]sla.Verdict{sla.Pass, sla.Fail, sla.Inconclusive}, v)
}

// decided reports whether every way in which the runs that are left may end
// gives the same answer: too many missed already; a pass whatever comes; or too many
// inconclusive for a pass, and too few left for a fail.
func (t tally) decided(d Design) bool {
	exceeded := t.missed + t.inconclusive
	return t.missed > d.Allowed ||
		exceeded+t.left <= d.Allowed ||
		exceeded > d.Allowed && t.missed+t.left <= d.Allowed
}

func (t tally) verdict(d Design, done []Outcome, interrupted bool) (sla.Verdict, []sla.Said) {
	exceeded := t.missed + t.inconclusive
	switch {
	case t.broken:
		return sla.Error, brokenBy(done)
	case interrupted:
		return sla.Interrupted, []sla.Said{sla.Say(sla.CampaignEnded, t.left, d.Runs)}
	case t.missed > d.Allowed:
		return sla.Fail, exceedances(t, d, done)
	case exceeded > d.Allowed && t.decided(d):
		return sla.Inconclusive, exceedances(t, d, done)
	case !t.decided(d):
		return sla.Inconclusive, []sla.Said{sla.Say(sla.RunsLeft, t.left, d.Runs)}
	}
	return sla.Pass, []sla.Said{}
}

func brokenBy(done []Outcome) (reasons []sla.Said) {
	for _, o := range done {
		if o.Card.Verdict != sla.Interrupted && !known(o.Card.Verdict) {
			reasons = append(reasons, because(o))
		}
	}
	return reasons
}

// exceedances says how many, and why the first few.
func exceedances(t tally, d Design, done []Outcome) []sla.Said {
	reasons := []sla.Said{sla.Say(sla.RunsExceeded, t.missed+t.inconclusive, d.Runs,
		t.missed, t.inconclusive, d.Allowed)}
	for _, o := range done {
		if !o.Control && (o.Card.Verdict == sla.Fail || o.Card.Verdict == sla.Inconclusive) &&
			len(reasons) <= mostReasons {
			reasons = append(reasons, because(o))
		}
	}
	return reasons
}

// mostReasons is how many runs are quoted; the others stand in runs.
const mostReasons = 5

// because is the first reason of a run.
func because(o Outcome) sla.Said {
	if len(o.Card.Reasons) == 0 {
		return sla.Say(sla.RunEnded, o.Folder(), string(o.Card.Verdict))
	}
	return sla.Say(sla.RunBecause, o.Folder(), string(o.Card.Verdict), o.Card.Reasons[0])
}
