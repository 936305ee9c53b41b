package sla

import (
	"cmp"
	"slices"
	"time"
)

// faultOutage is what one fault gave the users: all outages that are put down to it, alone or
// with others.
type faultOutage struct {
	fault       string
	onset, end  int64 // of the first and the last of them; where censored, the last that is known
	outages     []outage
	resolution  float64
	censored    bool
	unconfirmed Word // see Time
	rest        bool // one of them seemed over, and more stayed bad

	lifted int64  // lower edge, of the first of its faults to be; never while none is
	on     []span // of all of them

	all []outage // of the run
}

func one(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// put puts an outage down to faults: each of them has it, from the first to be lifted
// on, for which of them it was cannot be determined.
func (s *scorer) put(o outage, by []string) {
	for _, name := range by {
		i := slices.IndexFunc(s.byFault, func(x faultOutage) bool { return x.fault == name })
		if i < 0 {
			t := s.span(name)
			s.byFault = append(s.byFault, faultOutage{fault: name, onset: o.onset, end: never,
				lifted: t.off(), on: []span{t}, all: s.outages})
			i = len(s.byFault) - 1
		}
		s.byFault[i].add(o, s.course.end)
		for _, other := range by {
			s.byFault[i].shared(s.span(other))
		}
	}
}

// add adds an outage of a run that ended at end.
func (x *faultOutage) add(o outage, end int64) {
	x.outages = append(x.outages, o)
	x.onset = min(x.onset, o.onset)
	x.censored = x.censored || o.censored
	x.end = max(x.end, o.recovered)
	x.rest = x.rest || o.censored && o.rest
	if x.unconfirmed = ""; x.censored && x.end < end {
		x.unconfirmed = atEnd
		if x.rest {
			x.unconfirmed = atRest
		}
	}
	// Of a length the larger doubt of its two ends is enough. Chance makes it too short by what
	// it leaves out at either: two waits for a bad request, of 1/(r·f) each in the mean, of which
	// the sum is above 6/(r·f) in 1.7 of 100 runs ((1 + 6)·e⁻⁶), and 5 are promised. What lies
	// between two ways to tell an edge is seldom there at both. TestPrintedResolutionsHold has it.
	doubt := max(edge(x.outages, byOnset).ofOnset(), edge(x.outages, byRecovery).ofRecovery())
	for _, o := range x.outages { // another group's edge may be the true one
		doubt = max(doubt, o.ofOnset()-time.Duration(o.onset-x.onset),
			o.ofRecovery()-time.Duration(x.end-o.recovered))
	}
	x.resolution = seconds(doubt)
}

// shared makes an outage one of several faults: mitigated is what ends before the first of
// them is lifted.
func (x *faultOutage) shared(t span) {
	x.on = append(x.on, t)
	x.lifted = earlier(x.lifted, t.off())
}

// cleared is when the last of its faults was gone of those that were before users had
// recovered, as far as that edge can be resolved: users who get well as it goes had their
// last bad request just before. Where none was, the first that was gone at all. Never while
// one is on.
func (x faultOutage) cleared() (at int64, doubt time.Duration) {
	end := x.end
	if !x.censored {
		end += int64(edge(x.outages, byRecovery).ofRecovery())
	}
	return x.clearedBy(end)
}

// earlierCleared is how much earlier the clear may be that a recovery counts from: where
// one more of its faults was gone only at the far half of what chance does to the edge,
// users may as well have recovered before it.
func (x faultOutage) earlierCleared() time.Duration {
	at, _ := x.cleared()
	if x.censored || at == never {
		return 0
	}
	near, _ := x.clearedBy(x.end + int64(edge(x.outages, byRecovery).ofRecovery())/2)
	return time.Duration(max(0, at-near))
}

// clearedBy is the same for users who recovered at an instant.
func (x faultOutage) clearedBy(end int64) (at int64, doubt time.Duration) {
	before, after := int64(never), int64(never)
	var ofBefore, ofAfter time.Duration
	for _, t := range x.on {
		switch gone, doubt := t.gone(); {
		case gone == never:
			return never, 0
		case gone <= end && gone > before:
			before, ofBefore = gone, doubt
		case gone > end && (after == never || gone < after):
			after, ofAfter = gone, doubt
		}
	}
	if before == never {
		return after, ofAfter
	}
	return before, ofBefore
}

func byOnset(o outage) int64    { return -o.onset }
func byRecovery(o outage) int64 { return o.recovered }

// edge is the first of those outages of which a number is the greatest.
func edge(all []outage, of func(outage) int64) outage {
	return slices.MaxFunc(all, func(a, b outage) int { return cmp.Compare(of(a), of(b)) })
}

// outage is how long it lasted.
func (x faultOutage) outage() *Time {
	return &Time{Seconds: seconds(time.Duration(x.end - x.onset)), Resolution: x.resolution,
		Censored: x.censored, Unconfirmed: x.unconfirmed}
}

// mitigate is how long it took until the users were well, by their own τ, while
// the faults were still on, and stayed so until they were lifted; nil where it
// began only later. Where the lift came before they had been well for long enough,
// they are known to have been unwell until they were last seen so, and no longer.
func (x faultOutage) mitigate(end int64, confirm time.Duration) *Time {
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
		t, doubt, ok := o.stream.settled(o.last, on, confirm)
		ok = ok && x.met(t, on, x.untilOther(o, t, on)) >= confirm
		m.Resolution = max(m.Resolution, x.resolution+seconds(doubt))
		if !ok && o.still(on) {
			doubt := seconds(edge(x.outages, byOnset).ofOnset())
			return &Time{Seconds: seconds(time.Duration(on - x.onset)), Resolution: doubt,
				Censored: true}
		}
		if !ok {
			t, m.Censored, m.Unconfirmed = o.last, true, atLift
		}
		worst = max(worst, t)
	}
	m.Seconds = seconds(time.Duration(worst - x.onset))
	return m
}

// met is for how long the faults were on between two instants, all of them having been injected
// by then: of those that come and go, the one that was so for the least until users were unwell
// of something else, if they were.
func (x faultOutage) met(from, to, other int64) time.Duration {
	least := time.Duration(to - from)
	for _, t := range x.on {
		if t.period > 0 {
			least = min(least, t.met(from, other))
		}
	}
	return least
}

// untilOther is when, from an instant on and at most until another, the next outage of a group
// began that is not put down to the fault.
func (x faultOutage) untilOther(of outage, from, to int64) int64 {
	for _, o := range x.all {
		own := func(y outage) bool { return y.stream == o.stream && y.last == o.last }
		if o.stream == of.stream && o.onset > from && !slices.ContainsFunc(x.outages, own) {
			to = min(to, o.onset)
		}
	}
	return to
}

// recover is how long the users took from the end of the faults; nil while one
// is on.
func (x faultOutage) recover(mitigate *Time) *Time {
	cleared, clearing := x.cleared()
	if cleared == never {
		return nil
	}
	after := time.Duration(x.end - cleared)
	alone, doubt, quite := x.between()
	if alone > after {
		after, clearing = alone, doubt
	}
	t := &Time{
		Seconds:    max(0, seconds(after)),
		Resolution: x.resolution + seconds(clearing), Censored: x.censored,
		Unconfirmed: x.unconfirmed,
	}
	if early := seconds(x.earlierCleared()); early > 0 { // either, and all between
		t.Seconds, t.Resolution = t.Seconds+early/2, t.Resolution+early/2
	}
	if !quite && !t.Censored {
		t.Censored, t.Unconfirmed = true, atRest
	}
	if mitigate != nil && !mitigate.Censored && t.Seconds == 0 && !t.Censored {
		t.By, t.Resolution = mitigated, 0
	}
	return t
}

// between is how long users of one outage stayed unwell after a fault was gone and before
// the next of its faults came: none of them was on, and the one that came is no excuse for
// the one that went. 0 where the faults overlap, or users were well in between; quite is
// false where more stayed bad from then on, until the next came, than the baseline explains.
// A request that was under way when the next came, for no longer than requests take, may be
// the next one's.
func (x faultOutage) between() (longest, doubt time.Duration, quite bool) {
	quite = true
	for _, t := range x.on {
		gone, clearing := t.gone()
		next, alone := int64(never), gone != never
		for _, other := range x.on {
			until, _ := other.gone()
			alone = alone && (other.injected > gone || until != never && until <= gone)
			if other.injected > gone {
				next = earlier(next, other.injected)
			}
		}
		for _, o := range x.outages {
			if !alone || next == never || o.onset > gone || o.last < next {
				continue
			}
			until := next - int64(o.stream.calm)
			if until <= gone {
				continue
			}
			last, edge := o.stream.lastUnwell(gone, until)
			if last == until { // and to the next
				last = next
			}
			if unwell := time.Duration(last - gone); last != never && unwell > longest {
				longest, doubt = unwell, clearing+edge
			}
			quite = quite && !o.stream.beside(max(gone, last+1), until).beyond(len(x.on))
		}
	}
	return longest, doubt, quite
}

// beside is what a stream had between two instants beside its baseline.
func (s *stream) beside(from, to int64) against {
	before := s.steadyBads.until
	a, b := s.first(from), s.first(max(from, to))
	return against{base: s.first(before), calm: s.badBefore(before), in: b - a, bad: s.badIn(a, b),
		spread: s.spread}
}

// lastUnwell is when the last bad request due between two instants was known, at most the
// second, without strays behind it, by the alarm's own test, and how finely that edge is
// known; never where there are no more than the steady state has.
func (s *stream) lastUnwell(from, to int64) (at int64, doubt time.Duration) {
	a, b := s.first(from), s.first(to)
	i, k := below(s.bads, a), below(s.bads, b)
	if k-i <= s.allowed(b-a) {
		return never, 0
	}
	last, place, sum, best := i, a-1, 0.0, 0.0
	for j := i; j < k; j++ {
		if sum += s.bad + float64(int(s.bads[j])-place-1)*s.good; sum > best {
			best, last = sum, j
		}
		place = int(s.bads[j])
	}
	return min(to, s.known(int(s.bads[last]))), s.edge(segment{first: i, last: last}, -1)
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
	if b != nil && !a.Censored && !b.Censored {
		// As far as either is known, the other may be the longer one.
		if doubt := b.Seconds + b.Resolution - a.Seconds; doubt > a.Resolution {
			c := *a
			c.Resolution = doubt
			if a.By == mitigated { // the other one may be it, and was not
				c.By = b.By
			}
			return &c
		}
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

// together is how long the users had an outage in all: the union of its outages. The more
// stretches it has, the more ends chance leaves something out at: their doubts add up.
func together(all []faultOutage) *Time {
	slices.SortStableFunc(all, func(a, b faultOutage) int { return cmp.Compare(a.onset, b.onset) })
	out := &Time{}
	sum, until, certain, doubt := int64(0), int64(never), false, 0.0
	for i, x := range all {
		if i > 0 && x.onset > until { // another stretch
			out.Resolution, doubt = out.Resolution+doubt, 0
		}
		sum += max(0, x.end-max(x.onset, until))
		until = max(until, x.end)
		doubt = max(doubt, x.resolution)
		if x.censored {
			out.Censored, certain = true, certain || x.unconfirmed == ""
		}
	}
	if out.Censored && !certain {
		out.Unconfirmed = atEnd
	}
	out.Seconds, out.Resolution = seconds(time.Duration(sum)), round(out.Resolution+doubt)
	return out
}

// unconfirmed is why an outage that is censored may have been over before the run was.
func (o outage) unconfirmed(end int64) Word {
	switch {
	case !o.censored || o.recovered >= end:
		return ""
	case o.rest:
		return atRest
	}
	return atEnd
}
