package sla

import (
	"fmt"
	"strings"
	"time"
)

// machine is how busy the machine was at worst.
func (s *scorer) machine() {
	for _, u := range s.record.Usage {
		if u.Machine.Cores == 0 { // of a record that does not say
			continue
		}
		m := s.card.Generator.Machine
		if m == nil {
			m = &Machine{}
			s.card.Generator.Machine = m
		}
		m.Load = max(m.Load, round(u.Machine.Load/float64(u.Machine.Cores)))
		m.CPU, m.Memory, m.IO = most(m.CPU, u.Machine.CPU), most(m.Memory, u.Machine.Memory), most(m.IO, u.Machine.IO)
	}
}

// most is the greater of two shares of which either may be unknown.
func most(a, b *float64) *float64 {
	if b == nil || a != nil && *a >= *b {
		return a
	}
	v := round(*b)
	return &v
}

// String says what was waited for.
func (m Machine) String() string {
	parts := []string{fmt.Sprintf("%.3g runnable tasks per core", m.Load)}
	for _, w := range []struct {
		what  string
		share *float64
	}{{"CPU", m.CPU}, {"memory", m.Memory}, {"disk", m.IO}} {
		if w.share != nil {
			parts = append(parts, fmt.Sprintf("some waited for %s %s of the time", w.what, Percent(*w.share)))
		}
	}
	return strings.Join(parts, ", ")
}

// reference says where users failed whom no fault can have touched: an outage of
// theirs, or as many bad requests as would void a baseline.
func (s *scorer) reference() (reasons []string) {
	for _, st := range s.spared {
		rs := s.within(st, "run")
		bad, sent := 0, 0
		for _, r := range rs {
			if r.Unsent {
				continue
			}
			sent++
			if r.Bad(st.group.Slow) {
				bad++
			}
		}
		out := len(st.outages(s.course.end, s.confirm())) > 0
		switch {
		case sent == 0 && s.course.injected != never:
			reasons = append(reasons, fmt.Sprintf("the reference group %s sent nothing once the fault was on: what it would have met is not known", st.group.Name))
		case out || float64(bad) > mostBaselineBad*float64(sent):
			reasons = append(reasons, fmt.Sprintf("%d of %d requests of the reference group %s were bad, and no fault touches them: the load node, the machine or the reference's target was unwell; give the machine to the drill alone, or look at that target's log", bad, sent, st.group.Name))
		}
	}
	return reasons
}

// clock says where two clocks are too far apart to judge by.
func (s *scorer) clock() (reasons []string) {
	doubt := s.record.Clock.Bound
	for _, w := range s.record.Header.Watch {
		if !elsewhere(w) {
			continue
		}
		for _, limits := range []map[string]time.Duration{s.wanted.Detect, s.wanted.Restore} {
			if limit, ok := limits[w.Name]; ok && float64(doubt) > mostClock*float64(limit) {
				reasons = append(reasons, fmt.Sprintf("the clock that watcher %s is heard on is related to the users' within %s only, too much for a limit of %s: run stormdrill nearer to the containers, or allow for more",
					w.Name, Brief(doubt.Seconds()), Brief(limit.Seconds())))
				break
			}
		}
	}
	return reasons
}
