package sla

import (
	"slices"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// touched is how many requests show what the fault does.
func (p Proof) touched() uint64 {
	if p.Own {
		return p.Total
	}
	return p.Users
}

// anybodys reports whether what was counted may all have been checks, so that only an
// outage shows that users met it. The proof of a fault's own commands counts users: it
// is what its author vouches for.
func (p Proof) anybodys(kind string) bool { return p.Blind && kind != "exec" }

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
		for r := range st.all.Between(0, st.first(t.injected)) {
			before.in(0).add(r, false)
		}
		for r := range st.all.Between(st.first(t.injected), st.first(until)) {
			during.in(0).add(r, false)
		}
	}
	share := before.partOf(f.Nodes)
	expected := share * during.total[0]
	return expected >= leastShare && during.partOf(f.Nodes)*during.total[0] < keptShare*expected
}

// felt is what users had of a fault without an outage that stands out: their first and
// last bad request while it was on or until they had been well for W.
type felt struct {
	bad         int
	first, last int64 // when the first was due, and the last known
	gap         time.Duration
}

// faintly is what users felt of a fault whose outage, if any, does not stand out; nil
// where it is no more than chance gives. They felt it where they had a bad request of
// its own making, or more of them while it was on than the baseline's share makes likely
// (given how many there were in all, each lies within its time with the same chance:
// binomial). Groups that had an outage of another fault meanwhile do not tell.
func (s *scorer) faintly(f timeline.Fault) *felt {
	t := s.span(f.Name)
	until := t.cleared
	if until == never {
		until = s.course.end
	}
	_, before, _ := s.course.phase("baseline")
	var out *felt
	for _, st := range s.streams {
		busy := func(o outage) bool { return o.stream == st && o.onset <= until && o.recovered >= t.injected }
		if !meets(f, st.group.Name) || slices.ContainsFunc(s.outages, busy) {
			continue
		}
		bad := st.badKnown(t.injected, until)
		made := len(bad) > 0 && len(st.made(t.injected, until)) > 0
		if !made && !st.feels(len(bad), t.injected, until, before) {
			continue
		}
		until := min(until+int64(s.confirm()), s.course.end)
		// Where the fault answers itself it is those answers, for others may be the steady
		// state's.
		if bad = st.badKnown(t.injected, until); made {
			bad = st.made(t.injected, until)
		}
		if out == nil {
			out = &felt{first: never, last: never}
		}
		out.add(st, bad)
	}
	return out
}

// badKnown are the places of bad requests that were due before an instant, and of which
// nothing bad was known before another: those under way then among them.
func (s *stream) badKnown(from, until int64) (places []uint32) {
	for _, place := range s.bads[below(s.bads, s.first(from-int64(s.group.Slow))):below(s.bads, s.first(until))] {
		if s.known(int(place)) >= from {
			places = append(places, place)
		}
	}
	return places
}

// made are those among them that a fault answered itself.
func (s *stream) made(from, until int64) (places []uint32) {
	place, to := s.first(from-int64(s.group.Slow)), s.first(until)
	for r := range s.all.Between(s.index(place), s.index(to)) {
		if r.Unsent {
			continue
		}
		if r.Injected && r.Bad(s.group.Slow) {
			places = append(places, uint32(place))
		}
		place++
	}
	return places
}

// feels reports whether so many bad requests between two instants are more than those of
// the baseline, which ends at before, let expect.
func (s *stream) feels(bad int, from, until, before int64) bool {
	if bad == 0 {
		return false
	}
	base, calm, in := s.first(before), s.badBefore(before), s.first(until)-s.first(from)
	of := distuv.Binomial{N: float64(calm + bad), P: float64(in) / float64(base+in)}
	return 1-of.CDF(float64(bad-1)) < faintChance
}

func (f *felt) add(st *stream, bad []uint32) {
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

// times are until when users felt it at most, from the first bad request and from the
// fault's end; nil where they had not been well for long enough when the fault was
// lifted, or the run ended.
func (f *felt) times(t span, end int64, confirm time.Duration) (mitigate, again *Time) {
	bound := func(from int64) *Time {
		return &Time{Seconds: max(0, seconds(time.Duration(f.last-from))), Resolution: seconds(f.gap), By: tooFew}
	}
	if t.lifted != never && f.last+int64(confirm) <= t.lifted {
		mitigate = bound(max(f.first, t.injected))
	}
	if t.cleared != never && f.last+int64(confirm) <= end {
		again = bound(t.cleared)
	}
	return mitigate, again
}

// byPacket are the kinds of fault that count packets, of which a request sends several.
var byPacket = []string{"syn-drop", "unreachable", "accept-stall", "blackhole", "loss", "idle-drop",
	"kill", "stop", "restart", "pause", "cpu-starve", "memory-starve"}

// onlyPackets reports whether a count of packets may be of fewer requests than show
// what a fault does, so that their silence is no proof; an outage would be.
func (p Proof) onlyPackets(kind string) bool {
	return !p.Blind && slices.Contains(byPacket, kind) && p.Users < leastTouched*mostPackets
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
