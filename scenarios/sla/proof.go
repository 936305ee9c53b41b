package sla

import (
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// touched is how many requests show what the fault does.
func (p Proof) touched(f timeline.Fault) uint64 {
	switch {
	case p.Own, f.Monitoring:
		return p.Total
	case f.Watchers:
		return p.Checks
	}
	return p.Users
}

// unattributed reports whether what was counted may all have been checks, so that only an
// outage shows that users met it. The proof of a fault's own commands counts users: it is
// what its author vouches for.
func (p Proof) unattributed(of timeline.Fault) bool { return p.Blind && !of.Vouched }

// delayed reports whether users who can meet a fault were served more slowly while it was
// on, from then on, than the baseline explains by the alarm's own test: a front that asks
// again until it is answered fails no request, and what it met shows in its latency.
func (s *scorer) delayed(f timeline.Fault) bool {
	t := s.span(f.Name)
	until := t.cleared
	if until == never {
		until = s.course.end
	}
	return t.injected != never && slices.ContainsFunc(s.streams, func(st *stream) bool {
		return meets(f, st.group.Name) && slices.ContainsFunc(st.slows(), func(x slow) bool {
			return x.until >= t.injected && x.from >= t.injected-int64(st.group.Slow) &&
				x.from <= until
		})
	})
}

// ledAway reports whether users were led away from the nodes that a fault is on, or
// stands before: while it was on, these answered less than half as many of the users'
// requests as was their share. So it met what the users' requests go by, though none
// of them failed.
func (s *scorer) ledAway(f timeline.Fault) bool {
	t := s.span(f.Name)
	if t.injected == never {
		return false
	}
	until := t.lifted
	if until == never {
		until = s.course.end
	}
	before, during := newAnswers(), newAnswers()
	for _, st := range s.sent() {
		for r := range st.all.Between(st.warm, st.all.First(t.injected)) {
			before.in(0).add(r, false)
		}
		for r := range st.all.Between(st.all.First(t.injected), st.all.First(until)) {
			during.in(0).add(r, false)
		}
	}
	share := before.partOf(f.Nodes)
	expected := share * during.total[0]
	return expected >= leastShare && during.partOf(f.Nodes)*during.total[0] < keptShare*expected
}

// faintOutage is what users had of a fault without an outage that stands out: their first and
// last bad request while it was on or until they had been well for W.
type faintOutage struct {
	bad         int
	first, last int64 // when the first was due, and the last known
	gap         time.Duration
}

// faintly is what users felt of a fault without an outage that stands out; nil
// where it is no more than chance gives. They felt it where they had a bad request of
// its own making, or more of them than the steady state explains: while it was on, or
// from its injection to the end of the run, in a group or in all groups together. Groups
// that had an outage of another fault meanwhile show nothing. Detectable is the share that
// would have been detected to the end, and ofGroup that of the least sensitive group; nil
// where no group shows anything, and where there are not several.
func (s *scorer) faintly(f timeline.Fault) (out *faintOutage, detectable, ofGroup *float64) {
	t := s.span(f.Name)
	until := t.cleared
	if until == never {
		until = s.course.end
	}
	all := s.exposed(f, t.injected, until)
	var sum exposure
	for _, x := range all {
		sum.during, sum.whole, sum.behind = sum.during.add(x.during), sum.whole.add(x.whole),
			sum.behind.add(x.behind)
	}
	if len(all) > 1 {
		spread := s.together()
		sum.during.spread, sum.whole.spread, sum.behind.spread = spread, spread, spread
	}
	tests := 2 * (len(all) + int(one(len(all) > 1)))
	if len(all) > 0 {
		share := round(sum.whole.standsOut(tests))
		detectable = &share
	}
	if len(all) > 1 {
		least := 0.0
		for _, x := range all {
			least = max(least, round(x.whole.standsOut(tests)))
		}
		ofGroup = &least
	}
	together := len(all) > 1 && sum.beyond(tests)
	for _, x := range all {
		bad := x.made
		if x.beyond(tests) || together && x.whole.bad > 0 {
			to := min(until+int64(s.confirm()), x.end)
			if x.lasts() || together && sum.lasts() {
				to = x.end
			}
			bad = x.stream.badKnown(t.injected, to)
		}
		if len(bad) == 0 {
			continue
		}
		if out == nil {
			out = &faintOutage{first: never, last: never}
		}
		out.add(x.stream, bad)
	}
	return out, detectable, ofGroup
}

// exposure is what a group had of a fault's time: while it was on, from then to the
// end, and both.
type exposure struct {
	stream                *stream
	end                   int64    // of what it shows: the run's, or another outage's onset
	during, behind, whole against  // beside made
	made                  []uint32 // what the fault answered itself
}

func (x exposure) beyond(tests int) bool { return x.during.beyond(tests) || x.whole.beyond(tests) }

// lasts reports whether what was bad behind a fault that was felt may well be more of it.
func (x exposure) lasts() bool { return x.behind.chance() < lastsChance }

// exposed are the groups that show what a fault did from one instant to another, and what
// they had.
func (s *scorer) exposed(f timeline.Fault, from, until int64) (all []exposure) {
	for _, st := range s.streams {
		busy := func(o outage) bool {
			return o.stream == st && o.onset <= until && o.recovered >= from
		}
		if !meets(f, st.group.Name) || slices.ContainsFunc(s.outages, busy) {
			continue
		}
		x := exposure{stream: st, end: s.course.end + 1}
		for _, o := range s.outages {
			if o.stream == st && o.onset > until {
				x.end = min(x.end, o.onset)
			}
		}
		x.during, x.behind, x.whole = s.stretch(st, from, until), s.stretch(st, until, x.end),
			s.stretch(st, from, x.end)
		if t := s.span(f.Name); t.pauses() {
			x.during = s.inParts(st, t, from, until)
		}
		own, marked := st.made(f.Name, from, until)
		x.made = own
		x.during.bad, x.whole.bad = max(0, x.during.bad-marked), max(0, x.whole.bad-marked)
		all = append(all, x)
	}
	return all
}

// badKnown are the places of bad requests that were due before an instant, and of which
// nothing bad was known before another: those under way then among them.
func (s *stream) badKnown(from, until int64) (places []uint32) {
	for _, place := range s.bads[below(s.bads, s.first(from-int64(s.group.Slow))):below(s.bads,
		s.first(until))] {
		if s.known(int(place)) >= from {
			places = append(places, place)
		}
	}
	return places
}

// made are those among them that a fault answered itself, and how many any fault did: what
// another answered says nothing of this one, nor of the steady state.
func (s *stream) made(fault string, from, until int64) (places []uint32, all int) {
	place, to := s.first(from-int64(s.group.Slow)), s.first(until)
	for r := range s.all.Between(s.index(place), s.index(to)) {
		if r.Unsent {
			continue
		}
		if r.Injected && r.Bad(s.group.Slow) && r.Known(s.group.Slow) >= from {
			if all++; r.Fault == fault || r.Fault == "" {
				places = append(places, uint32(place))
			}
		}
		place++
	}
	return places, all
}

func (f *faintOutage) add(st *stream, bad []uint32) {
	f.gap = max(f.gap, time.Duration(float64(time.Second)/st.group.Rate))
	for _, place := range bad {
		due, known := st.due(int(place)), st.known(int(place))
		if f.bad++; f.first == never || due < f.first {
			f.first = due
		}
		if f.last == never || known > f.last {
			f.last = known
		}
	}
}

// edge is how much longer it may have lasted: as long as it takes until as many bad
// requests as make an edge stand out would have come.
func (f *faintOutage) edge() time.Duration {
	return perChange * time.Duration(f.last-f.first) / time.Duration(max(1, f.bad))
}

// times are until when users felt it at most, from the first bad request and from the
// fault's end; nil where they had not been well for long enough when the fault was
// lifted, or the run ended.
func (f *faintOutage) times(t span, end int64, confirm time.Duration) (mitigate, again *Time) {
	bound := func(from int64) *Time {
		return &Time{Seconds: max(0, seconds(time.Duration(f.last-from))),
			Resolution: seconds(f.gap + f.edge()), By: tooFew}
	}
	off := t.off()
	if off != never && f.last+int64(confirm) <= off && t.met(f.last, off) >= confirm {
		mitigate = bound(max(f.first, t.injected))
	}
	if gone, _ := t.gone(); gone != never && f.last+int64(confirm) <= end {
		again = bound(gone)
	}
	return mitigate, again
}

// onlyPackets reports whether a count of packets may be of fewer requests than show
// what a fault does, so that their silence is no proof; an outage would be.
func (p Proof) onlyPackets(of timeline.Fault) bool {
	return !p.Blind && of.Counts == link.Packets && p.Users < leastTouched*mostPackets
}

func effective(touched uint64) string {
	switch {
	case touched == 0:
		return "no"
	case touched < leastTouched:
		return "too few"
	}
	return "yes"
}
