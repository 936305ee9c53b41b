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
	from     int64 // what detection is counted from: min(T_effect, T_onset)
	confirm  time.Duration
}

// charge is the fault that a watcher was given, else all of them.
func (s *scorer) charge(w timeline.Watcher) charge {
	if w.Of == "" {
		return s.whole()
	}
	t := s.span(w.Of)
	c := charge{injected: t.injected, cleared: t.cleared, clearing: t.clearing, from: t.touched, confirm: s.confirm()}
	for _, x := range s.spells {
		if x.fault == w.Of && (c.from == never || x.onset < c.from) {
			c.from = x.onset
		}
	}
	return c
}

// whole is from the first fault to the last.
func (s *scorer) whole() charge {
	c := s.course
	return charge{injected: c.injected, cleared: c.cleared, clearing: c.clearing, from: s.from, confirm: s.confirm()}
}

// holds reports whether an alarm was raised because of it, by its time.
func (c charge) holds(raised watch.Span) bool {
	return c.injected != never && raised.After >= c.injected &&
		(c.cleared == never || raised.After <= c.cleared+int64(c.confirm))
}
