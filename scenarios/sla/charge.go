package sla

import (
	"time"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// charge is what a watcher has to notice: all the faults of a drill, or one.
type charge struct {
	injected int64 // lower edge
	cleared  int64 // upper edge; never while it is on
	clearing time.Duration
	from     int64         // what detection is counted from: min(T_effect, T_onset)
	doubt    time.Duration // of from
	confirm  time.Duration
}

// charge is the fault that a watcher was given, else all of them.
func (s *scorer) charge(w timeline.Watcher) charge {
	if w.Of == "" {
		return s.whole()
	}
	t := s.span(w.Of)
	c := charge{injected: t.injected, cleared: t.cleared, clearing: t.clearing, confirm: s.confirm()}
	var own []outage
	for _, x := range s.spells {
		if x.fault == w.Of {
			own = x.outages
		}
	}
	c.from, c.doubt = origin(t.injected, t.touched, t.late, own)
	if c.from == never && t.untimed {
		c.from = t.injected
	}
	return c
}

// whole is from the first fault to the last.
func (s *scorer) whole() charge {
	c := s.course
	return charge{injected: c.injected, cleared: c.cleared, clearing: c.clearing, from: s.from, doubt: s.doubt, confirm: s.confirm()}
}

// origin is what detection is counted from, min(T_effect, T_onset), and how finely it
// is known. An onset lies after the injection, and the origin not after the effect,
// however faintly the outage shows; an effect is known but for the poll that saw it.
func origin(injected, touched int64, late time.Duration, own []outage) (from int64, doubt time.Duration) {
	if len(own) == 0 {
		return touched, late
	}
	first := edge(own, byOnset)
	if touched != never && touched <= first.onset {
		return touched, late
	}
	doubt = first.ofOnset()
	before, after := min(doubt, time.Duration(first.onset-injected)), doubt
	if touched != never {
		after = min(doubt, time.Duration(touched-first.onset))
	}
	return first.onset, max(before, after)
}

// holds reports whether an alarm was raised because of it, by its time.
func (c charge) holds(raised watch.Span) bool {
	return c.injected != never && raised.After >= c.injected &&
		(c.cleared == never || raised.After <= c.cleared+int64(c.confirm))
}
