package sla

import (
	"cmp"
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// spell is what one fault gave the users: all outages that are put down to it.
// Where other faults came into one of them, it is over when they are, too.
type spell struct {
	fault       string
	onset, end  int64 // of the first and the last of them; where censored, the last that is known
	outages     []outage
	resolution  float64
	censored    bool
	unconfirmed string // see Time

	lifted, cleared int64 // lower and upper edge, of the last of those faults; never while one is on
	clearing        time.Duration
}

// span is how long a fault was on, from its marks; never where it was not reached.
type span struct {
	injected, lifted, cleared int64
	clearing                  time.Duration
	touched                   int64         // its first effect on the users' traffic
	late                      time.Duration // by how much that may be
	own                       bool          // it makes traffic, and touches none of theirs itself
	untimed                   bool          // it touched theirs, and nobody can say when first
}

func (s *scorer) span(fault string) span {
	out := span{injected: never, lifted: never, cleared: never, touched: never}
	if m, ok := markOf(s.record, timeline.MarkInject, fault); ok {
		out.injected = m.Before
	}
	if m, ok := markOf(s.record, timeline.MarkLift, fault); ok {
		out.lifted = m.Before
	}
	if m, ok := markOf(s.record, timeline.MarkClear, fault); ok {
		out.cleared, out.clearing = m.After, time.Duration(m.After-m.Before)
	}
	for _, p := range s.record.Proofs {
		switch {
		case p.Fault != fault:
		case p.Count.Own:
			out.own = true
		case p.Count.First > 0:
			out.touched, out.late = p.Count.First, time.Duration(p.Count.Late)
		case untimed(p.Count):
			out.untimed = true
		}
	}
	return out
}

// culprit is the fault that an outage is put down to. Of those that were on when
// it began, or W and less before, it is the likeliest: one that the group can
// meet, that touched users before it was over, that was still on, that came
// before the onset and not only before it could be told; of those, the latest.
func (s *scorer) culprit(o outage) string {
	by, best := unexplained, []int64(nil)
	for _, f := range s.record.Header.Faults {
		t := s.span(f.Name)
		if t.injected == never || t.injected > o.told+int64(o.early) || t.cleared != never && o.onset > t.cleared+int64(s.confirm()) {
			continue
		}
		rank := []int64{
			one(meets(f, o.stream.group.Name)),
			one(t.own || t.untimed || t.touched != never && t.touched <= o.last),
			one(t.cleared == never || o.onset <= t.cleared),
			one(t.injected <= o.onset),
			t.injected,
		}
		if best == nil || slices.Compare(rank, best) > 0 {
			by, best = f.Name, rank
		}
	}
	return by
}

func one(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// meets: requests of the group can meet the fault, as far as the plan knew.
func meets(f timeline.Fault, group string) bool {
	return len(f.Groups) == 0 || slices.Contains(f.Groups, group)
}

// joined lists the faults that came into an outage while it lasted.
func (s *scorer) joined(o outage, by string) (names []string) {
	for _, f := range s.record.Header.Faults {
		t := s.span(f.Name)
		if f.Name != by && t.injected != never && t.injected >= o.onset && (o.censored || t.injected <= o.recovered) && meets(f, o.stream.group.Name) {
			names = append(names, f.Name)
		}
	}
	return names
}

// put puts an outage down to a fault, and makes the others of it wait for its end.
func (s *scorer) put(o outage, by string, others []string) {
	i := slices.IndexFunc(s.spells, func(x spell) bool { return x.fault == by })
	if i < 0 {
		t := s.span(by)
		s.spells = append(s.spells, spell{fault: by, onset: o.onset, end: never, lifted: t.lifted, cleared: t.cleared, clearing: t.clearing})
		i = len(s.spells) - 1
	}
	x := &s.spells[i]
	x.outages = append(x.outages, o)
	x.onset = min(x.onset, o.onset)
	x.censored = x.censored || o.censored
	x.end = max(x.end, o.recovered)
	if x.unconfirmed = ""; x.censored && x.end < s.course.end {
		x.unconfirmed = atEnd
	}
	for _, name := range others {
		x.outlast(s.span(name))
	}
	x.resolution = seconds(max(edge(x.outages, byOnset).ofOnset(), edge(x.outages, byRecovery).ofRecovery()))
}

// outlast makes a spell last until a fault that came into it is gone.
func (x *spell) outlast(t span) {
	if x.lifted != never && (t.lifted == never || t.lifted > x.lifted) {
		x.lifted = t.lifted
	}
	if x.cleared != never && (t.cleared == never || t.cleared > x.cleared) {
		x.cleared, x.clearing = t.cleared, t.clearing
	}
}

func byOnset(o outage) int64    { return -o.onset }
func byRecovery(o outage) int64 { return o.recovered }

// edge is the first of those outages of which a number is the greatest.
func edge(all []outage, of func(outage) int64) outage {
	return slices.MaxFunc(all, func(a, b outage) int { return cmp.Compare(of(a), of(b)) })
}

// outage is how long it lasted.
func (x spell) outage() *Time {
	return &Time{Seconds: seconds(time.Duration(x.end - x.onset)), Resolution: x.resolution, Censored: x.censored, Unconfirmed: x.unconfirmed}
}

// mitigate is how long it took until the users were well, by their own τ, while
// the faults were still on, and stayed so until they were lifted; nil where it
// began only later. Where the lift came before they had been well for long enough,
// they are known to have been unwell until they were last seen so, and no longer.
func (x spell) mitigate(end int64, confirm time.Duration) *Time {
	on := x.lifted
	if on == never {
		on = end
	}
	if x.onset > on {
		return nil
	}
	worst, m := x.onset, &Time{Resolution: x.resolution}
	for _, o := range x.outages {
		if o.onset > on {
			continue
		}
		t, doubt, ok := o.stream.settled(o.last, on, confirm, o.stream.slow)
		m.Resolution = max(m.Resolution, x.resolution+seconds(doubt))
		if !ok && o.still(on) {
			return &Time{Seconds: seconds(time.Duration(on - x.onset)), Resolution: x.resolution, Censored: true}
		}
		if !ok {
			t, m.Censored, m.Unconfirmed = o.last, true, atLift
		}
		worst = max(worst, t)
	}
	m.Seconds = seconds(time.Duration(worst - x.onset))
	return m
}

// recover is how long the users took from the end of the faults; nil while one
// is on.
func (x spell) recover(mitigate *Time) *Time {
	if x.cleared == never {
		return nil
	}
	t := &Time{
		Seconds:    max(0, seconds(time.Duration(x.end-x.cleared))),
		Resolution: x.resolution + seconds(x.clearing), Censored: x.censored, Unconfirmed: x.unconfirmed,
	}
	if mitigate != nil && !mitigate.Censored && t.Seconds == 0 {
		t.By, t.Resolution = mitigated, 0
	}
	return t
}

// worse is the longer of two times. One that did not end is longer than any; of one
// that may have, no less is known than that it is as long as the other.
func worse(a, b *Time) *Time {
	if a == nil {
		return b
	}
	if b != nil && (b.open() > a.open() || b.open() == a.open() && b.Seconds > a.Seconds) {
		a, b = b, a
	}
	if b != nil && a.Unconfirmed != "" && b.Seconds > a.Seconds {
		c := *a
		c.Seconds, c.Resolution = b.Seconds, b.Resolution
		return &c
	}
	return a
}

// open orders times by what is known of their end: all, nothing for certain, that it
// did not come.
func (t *Time) open() int { return int(one(t.Censored) + one(t.Censored && t.Unconfirmed == "")) }

// together is how long the users had an outage in all: the union of the spells.
func together(all []spell) *Time {
	slices.SortStableFunc(all, func(a, b spell) int { return cmp.Compare(a.onset, b.onset) })
	out := &Time{}
	sum, until, certain := int64(0), int64(never), false
	for _, x := range all {
		sum += max(0, x.end-max(x.onset, until))
		until = max(until, x.end)
		out.Resolution = max(out.Resolution, x.resolution)
		if x.censored {
			out.Censored, certain = true, certain || x.unconfirmed == ""
		}
	}
	if out.Censored && !certain {
		out.Unconfirmed = atEnd
	}
	out.Seconds = seconds(time.Duration(sum))
	return out
}
