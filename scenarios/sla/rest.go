package sla

import (
	"slices"

	"gonum.org/v1/gonum/mathext"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// against is what a stretch had beside what the steady state had: bad of in requests,
// calm of base.
type against struct {
	base, calm, in, bad int
	spread              float64 // index of dispersion, at least 1
}

// add takes in another group's, of the same two stretches.
func (a against) add(b against) against {
	return against{a.base + b.base, a.calm + b.calm, a.in + b.in, a.bad + b.bad,
		max(a.spread, b.spread)}
}

// chance is how likely the steady state explains as many bad requests, or more: given
// how many there were in all, each lies in the stretch with the same chance (binomial).
// Those of a burst count as one, as the dispersion has it.
func (a against) chance() float64 {
	if a.bad == 0 || a.in == 0 {
		return 1
	}
	d := max(1, a.spread)
	k, all := float64(a.bad)/d, float64(a.calm+a.bad)/d
	return mathext.RegIncBeta(k, all-k+1, float64(a.in)/float64(a.base+a.in))
}

// beyond reports whether they are more than the steady state explains, by one of so
// many tests of a run.
func (a against) beyond(tests int) bool { return a.chance() < faintChance/float64(max(1, tests)) }

// standsOut is the smallest share of bad requests over the stretch that beyond would have
// detected but for a chance of undetectedChance; 1 where none would have.
func (a against) standsOut(tests int) float64 {
	least := a
	for least.bad = 1; !least.beyond(tests); least.bad = grown(least.bad) {
		if least.bad > a.in {
			return 1
		}
	}
	for least.bad > 1 {
		if fewer := least.with(least.bad - 1); !fewer.beyond(tests) {
			break
		}
		least.bad--
	}
	d := max(1, a.spread)
	// of a Poisson count that is as many or more
	mean := mathext.GammaIncRegCompInv(float64(least.bad)/d, undetectedChance)
	return min(1, d*mean/float64(max(1, a.in)))
}

func (a against) with(bad int) against { a.bad = bad; return a }

func grown(n int) int { return n + max(1, n/8) }

// stretch is what a stream had between two instants, without its outages there,
// beside its baseline.
func (s *scorer) stretch(st *stream, from, to int64) against {
	_, before, _ := s.course.phase("baseline")
	a := against{base: st.first(before), calm: st.badBefore(before), spread: st.spread}
	count := func(from, to int64) {
		if from < to {
			a.in += st.first(to) - st.first(from)
			a.bad += len(st.badKnown(from, to))
		}
	}
	for _, o := range s.outages {
		if o.stream == st && o.recovered > from && o.onset < to {
			count(from, o.onset)
			from = max(from, o.last+1)
		}
	}
	count(from, to)
	return a
}

// rest finds what stays bad behind outages: from the recovery of a group's last one to
// the end of the run its bad requests, and those of all groups together, have to be
// what the baseline explains, and so those of each group without an outage that can meet a
// fault, from the last recovery on, and those between two outages of a group. Else it is
// not confirmed to be over.
func (s *scorer) rest() {
	last, next := map[*stream]int{}, map[int]int{}
	for i, o := range s.outages {
		if before, had := last[o.stream]; had {
			next[before] = i
		}
		last[o.stream] = i
	}
	tests := len(s.streams) + 1 + len(next)
	for before, i := range next {
		o := &s.outages[before]
		if a := s.stretch(o.stream, o.recovered, s.outages[i].onset); !o.censored &&
			a.beyond(tests) {
			o.unsettle()
		}
	}
	var all against
	from := s.course.injected
	for st, i := range last {
		o := &s.outages[i]
		from = max(from, o.recovered)
		if a := s.stretch(st, o.recovered, s.course.end+1); !o.censored && a.beyond(tests) {
			o.unsettle()
		}
	}
	if len(last) == 0 {
		return
	}
	unwell, least := false, 0.0
	for _, st := range s.streams {
		a := s.stretch(st, from, s.course.end+1)
		all, least = all.add(a), max(least, a.standsOut(tests))
		_, had := last[st]
		unwell = unwell || !had && s.exposedToAny(st) && a.beyond(tests)
	}
	if len(s.streams) > 1 {
		all.spread = s.together()
		least = round(least)
		s.ofGroup = &least
	}
	share := round(all.standsOut(tests))
	if s.detectable = &share; len(s.streams) < 2 || !unwell && !all.beyond(tests) {
		return
	}
	for _, i := range last {
		if o := &s.outages[i]; !o.censored {
			o.unsettle()
		}
	}
}

// exposedToAny reports whether requests of a group can meet any fault.
func (s *scorer) exposedToAny(st *stream) bool {
	return slices.ContainsFunc(s.record.Header.Faults,
		func(f timeline.Fault) bool { return meets(f, st.group.Name) })
}

// lasting makes a mitigation one that is not confirmed where more stays bad behind it,
// until the fault is lifted, than the steady state explains.
func (s *scorer) lasting(x faultOutage, m *Time) *Time {
	if m == nil || m.Censored {
		return m
	}
	on := x.lifted
	if on == never {
		on = s.course.end + 1
	}
	well := x.onset + int64(duration(m.Seconds))
	for _, o := range x.outages {
		if o.onset <= on && s.stretch(o.stream, max(well, o.last+1), on).beyond(len(x.outages)) {
			m.Censored, m.Unconfirmed = true, atRest
		}
		for _, t := range x.on {
			if t.pauses() && o.onset <= on &&
				s.inParts(o.stream, t, max(well, o.last+1), on).beyond(2*len(x.outages)) {
				m.Censored, m.Unconfirmed = true, atRest
			}
		}
	}
	if s.aside(x, well, on) {
		m.Censored, m.Unconfirmed = true, atRest
	}
	return m
}

// inParts is what a stream had between two instants while a fault that comes and goes was on,
// without its outages there, beside its baseline: what it had in the pauses would hide it.
func (s *scorer) inParts(st *stream, t span, from, to int64) against {
	_, before, _ := s.course.phase("baseline")
	a := against{base: st.first(before), calm: st.badBefore(before), spread: st.spread}
	first := t.injected + max(0, (from-t.injected)/int64(t.period))*int64(t.period)
	for begun := first; begun < to; begun += int64(t.period) {
		from, until := max(from, begun), min(to, begun+int64(t.on+t.pausing))
		amid := func(o outage) bool { return o.stream == st && o.onset < until && o.last >= from }
		if from < until && !slices.ContainsFunc(s.outages, amid) {
			i, k := st.first(from), st.first(until)
			a.in, a.bad = a.in+k-i, a.bad+st.badIn(i, k)
		}
	}
	return a
}

// quiet makes a recovery one that is not confirmed where, from then to the next fault or
// the end of the run, more stays bad in the groups that had no outage by the fault.
func (s *scorer) quiet(x faultOutage, r *Time) *Time {
	cleared, _ := x.cleared()
	if r == nil || r.Censored || cleared == never {
		return r
	}
	next := s.nextOther(detectionWindow{names: []string{x.fault}, cleared: cleared})
	if next == never {
		next = s.course.end + 1
	}
	if s.aside(x, max(cleared, x.end), next) {
		r.Censored, r.Unconfirmed = true, atRest
	}
	return r
}

// aside reports whether groups that can meet a fault, and had no outage by it then, had
// more bad requests between two instants than the steady state explains, one of them or
// all together.
func (s *scorer) aside(x faultOutage, from, to int64) bool {
	i := slices.IndexFunc(s.record.Header.Faults,
		func(f timeline.Fault) bool { return f.Name == x.fault })
	var each []against
	for _, st := range s.streams {
		busy := func(o outage) bool { return o.stream == st && o.onset < to && o.recovered > from }
		if meets(s.record.Header.Faults[i], st.group.Name) &&
			!slices.ContainsFunc(x.outages, busy) {
			each = append(each, s.stretch(st, from, to))
		}
	}
	tests := 2 * (len(each) + 1) // of what comes before the lift, and behind
	all := against{}
	for _, a := range each {
		if all = all.add(a); a.beyond(tests) {
			return true
		}
	}
	all.spread = s.together()
	return len(each) > 1 && all.beyond(tests)
}

// together is the index of dispersion of all groups' bad requests together: what comes
// over all of them at once is a burst, too.
func (s *scorer) together() float64 {
	if s.joint > 0 {
		return s.joint
	}
	var all baselineBads
	for _, st := range s.streams {
		all.from, all.until = st.steadyBads.from, st.steadyBads.until // the same of all
		all.due = append(all.due, st.steadyBads.due...)
	}
	slices.Sort(all.due)
	s.joint = all.dispersion()
	return s.joint
}

// unsettle says of an outage that it may not be over where it seemed to be.
func (o *outage) unsettle() { o.censored, o.rest = true, true }
