package sla

import (
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// span is how long a fault was on, from its marks; never where it was not reached.
type span struct {
	injected, lifted, cleared int64
	clearing                  time.Duration
	touched                   int64         // its first effect on the users' traffic
	late                      time.Duration // by how much that may be
	loosed                    int64         // its own traffic first went out
	own                       bool          // it makes traffic, and touches none of theirs itself
	untimed                   bool          // it touched theirs, and when first is not known

	period, on time.Duration // of one that comes and goes, as link.Traits have them
	paused     int64         // lower edge of the pause in which it was lifted; never: it was on
	pausing    time.Duration // by how much later that may have been
}

func (s *scorer) span(fault string) span {
	out := span{injected: never, lifted: never, cleared: never, touched: never, loosed: never,
		paused: never}
	injected, reached := markOf(s.record, timeline.MarkInject, fault)
	if reached {
		out.injected = injected.Before
	}
	if m, ok := markOf(s.record, timeline.MarkLift, fault); ok {
		out.lifted = m.Before
	}
	for _, f := range s.record.Header.Faults {
		if f.Name == fault && reached {
			out.period, out.on = f.Period, f.On
			out.pausing = time.Duration(injected.After - injected.Before)
		}
	}
	if m, ok := markOf(s.record, timeline.MarkClear, fault); ok {
		out.cleared, out.clearing = m.After, time.Duration(m.After-m.Before)
	}
	if out.paused = out.lastPause(); out.paused != never && s.cameAgain(fault, out) {
		out.paused = never
	}
	for _, p := range s.record.Proofs {
		switch {
		case p.Fault != fault:
		case p.Count.Own:
			out.own = true
			if p.Count.First > 0 {
				out.loosed = p.Count.First
			}
		case p.Count.First > 0:
			out.touched, out.late = p.Count.First, time.Duration(p.Count.Late)
		case untimed(p.Count):
			out.untimed = true
		}
	}
	return out
}

// cameAgain reports whether users met the beginning of a part that lastPause passes by: more of
// them were unwell from then on until the fault was gone than the baseline explains.
func (s *scorer) cameAgain(fault string, t span) bool {
	begun, until := t.paused+int64(t.period-t.on), max(t.lifted, t.cleared)
	if begun > t.lifted {
		return false
	}
	i := slices.IndexFunc(s.record.Header.Faults,
		func(f timeline.Fault) bool { return f.Name == fault })
	return slices.ContainsFunc(s.streams, func(st *stream) bool {
		a, b := st.first(begun), st.first(until)
		return meets(s.record.Header.Faults[i], st.group.Name) &&
			st.badIn(a, b) > st.allowed(b-a)
	})
}

// lastPause is when the pause began in which a fault was lifted. A part of which less than a
// window may have come, is not one that users have to have met: see cameAgain. Pauses below a
// window are none: no instant is measured more finely.
func (t span) lastPause() int64 {
	if !t.pauses() || t.lifted == never {
		return never
	}
	into := time.Duration(t.lifted - t.injected)
	parts := into / t.period
	if into %= t.period; parts > 0 && into < min(window+t.pausing, t.on) {
		parts, into = parts-1, into+t.period
	}
	if into < t.on {
		return never
	}
	return t.injected + int64(parts*t.period+t.on)
}

// pauses reports whether a fault comes and goes, with pauses that can be told apart.
func (t span) pauses() bool { return t.injected != never && t.period-t.on >= window }

// off is when a fault was last on, lower edge: as it was lifted, or as the pause began in
// which it was. Never while it is on.
func (t span) off() int64 {
	if t.paused != never {
		return t.paused
	}
	return t.lifted
}

// gone is from when on a fault is known to have hit nobody, upper edge, and by how much sooner
// that may have been: cleared, or the pause in which it was lifted. Users who got well as it
// paused owe that to nobody, and what stays unwell in the pause, is not excused by it.
func (t span) gone() (at int64, doubt time.Duration) {
	if t.paused != never && t.cleared != never {
		return min(t.paused+int64(t.pausing), t.cleared), t.pausing
	}
	return t.cleared, t.clearing
}

// again reports whether a fault that comes and goes came again after one instant, and not after
// another.
func (t span) again(after, until int64) bool {
	if !t.pauses() || after < t.injected {
		return false
	}
	parts := int64(time.Duration(after-t.injected)/t.period) + 1
	at := t.injected + parts*int64(t.period)
	return at <= until && (t.lifted == never || at < t.lifted)
}

// met is for how long a fault was on between two instants from its injection on.
func (t span) met(from, to int64) time.Duration {
	if t.period == 0 {
		return time.Duration(to - from)
	}
	of := link.Traits{Period: t.period, On: t.on}
	upTo := func(at int64) time.Duration {
		return of.OnFor(time.Duration(max(0, at-t.injected)))
	}
	return upTo(to) - upTo(from)
}
