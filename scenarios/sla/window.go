package sla

import (
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// detectionWindow is what a watcher has to notice: all the faults of a drill that it can meet, or
// one of them.
type detectionWindow struct {
	names    []string // empty: there is none
	injected int64    // lower edge of the first
	cleared  int64    // upper edge of the last; never while none is gone
	gone     int64    // the same, of when the last was last on; see span.gone
	going    time.Duration
	from     int64         // what detection is counted from: min(T_effect, T_onset)
	doubt    time.Duration // of from
	confirm  time.Duration
	late     bool // a person may notice it when it is gone already
}

// detectionWindow is the fault that a watcher was given, else all that it can meet.
func (s *scorer) window(w timeline.Watcher) detectionWindow {
	if w.Of == "" || slices.Contains(w.Unmet, w.Of) {
		c := s.met(w)
		if slices.Contains(s.wanted.IfFelt, w.Name) { // what no user felt it need not notice
			felt := slices.DeleteFunc(slices.Clone(c.names), func(name string) bool {
				return slices.ContainsFunc(s.card.Faults,
					func(f Fault) bool { return f.Name == name && f.Absorbed })
			})
			if len(felt) > 0 && len(felt) < len(c.names) {
				c = s.windowOf(felt)
				c.late = w.Person
				return c
			}
		}
		return c
	}
	c := s.windowOf([]string{w.Of})
	c.late = w.Person
	return c
}

// met are all the faults that a watcher can meet.
func (s *scorer) met(w timeline.Watcher) detectionWindow {
	var names []string
	for _, f := range s.record.Header.Faults {
		if !slices.Contains(w.Unmet, f.Name) {
			names = append(names, f.Name)
		}
	}
	c := s.windowOf(names)
	c.late = w.Person
	return c
}

// whole is from the first fault to the last.
func (s *scorer) whole() detectionWindow { return s.met(timeline.Watcher{}) }

func (s *scorer) windowOf(names []string) detectionWindow {
	c := detectionWindow{names: names, injected: never, cleared: never, gone: never, from: never,
		confirm: s.confirm()}
	touched, loosed, untimed, late := int64(never), int64(never), false, time.Duration(0)
	for _, name := range names {
		t := s.span(name)
		c.injected, loosed, untimed = earlier(c.injected, t.injected), earlier(loosed, t.loosed),
			untimed || t.untimed
		if t.cleared > c.cleared {
			c.cleared = t.cleared
		}
		if gone, going := t.gone(); gone > c.gone {
			c.gone, c.going = gone, going
		}
		if t.touched != never && earlier(touched, t.touched) == t.touched {
			touched, late = t.touched, t.late
		}
	}
	c.from, c.doubt = origin(c.injected, touched, late, s.outagesOf(names))
	if c.from != never && c.injected != never && c.from < c.injected {
		c.from, c.doubt = c.injected, 0 // until then the outage was another's
	}
	// Traffic of a fault's own touches no request of a user: it counts from the users'
	// onset, and from its own only where they never felt it.
	if c.from == never {
		c.from = loosed
	}
	if c.from == never && untimed {
		c.from = c.injected // not later than it touched them
	}
	return c
}

// outagesOf are the outages that are put down to any of some faults.
func (s *scorer) outagesOf(names []string) (all []outage) {
	for _, x := range s.byFault {
		if slices.Contains(names, x.fault) {
			all = append(all, x.outages...)
		}
	}
	return all
}

// earlier is the first of two instants, of which either may not have come.
func earlier(a, b int64) int64 {
	if a == never || b != never && b < a {
		return b
	}
	return a
}

// origin is what detection is counted from, min(T_effect, T_onset), and how finely it
// is known. An onset lies after the injection, and the origin not after the effect,
// however faintly the outage shows; an effect is known but for the poll that saw it.
func origin(injected, touched int64, late time.Duration, own []outage) (from int64,
	doubt time.Duration) {
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
func (c detectionWindow) holds(raised watch.Span) bool {
	return c.injected != never && raised.After >= c.injected &&
		(c.late || c.cleared == never || raised.After <= c.cleared+int64(c.confirm))
}
