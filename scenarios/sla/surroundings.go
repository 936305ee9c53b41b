package sla

import (
	"math"
	"time"
)

// generator is how the load kept its word, over the whole run.
func (s *scorer) generator() {
	g := &s.card.Generator
	var lag spread
	for _, st := range s.sent() {
		g.RateWanted += st.group.Rate
		g.Unsent += uint64(len(st.unsent) - st.warm)
		lag.join(&st.lag)
	}
	if length := time.Duration(s.course.end - max(s.course.start,
		s.course.steady)).Seconds(); length > 0 && lag.n > 0 {
		g.RateAchieved = math.Round(float64(lag.n)/length*100) / 100
	}
	g.LagP99 = seconds(lag.quantile(0.99))
	s.machine()
}

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
		m.CPU, m.Memory, m.IO = most(m.CPU, u.Machine.CPU), most(m.Memory, u.Machine.Memory),
			most(m.IO, u.Machine.IO)
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

// reference says where users failed that no fault can have touched: an outage of theirs, or
// as many bad requests as would void a baseline.
func (s *scorer) reference() (reasons []Said) {
	for _, st := range s.spared {
		from, to := 0, 0
		if begin, end, ok := s.course.phase("run"); ok {
			from, to = st.first(begin), st.first(end)
		}
		bad, sent := st.badIn(from, to), max(0, to-from)
		out := len(st.outages(s.course.end, s.confirm())) > 0
		switch {
		case sent == 0 && s.course.injected != never:
			reasons = append(reasons, Say(ReferenceSilent, st.group.Name))
		case out || tooMany(bad, sent, st.spread, 1):
			reasons = append(reasons, Say(ReferenceBad, bad, sent, st.group.Name))
		}
	}
	return reasons
}

// clock is how the two clocks related, as measured.
func (s *scorer) clock() {
	all := s.record.Clocks
	if len(all) == 0 {
		return
	}
	c := &Clock{Shift: seconds(s.record.Clock.Shift), Bound: seconds(s.record.Clock.Bound),
		Measured: len(all)}
	for _, o := range all {
		c.Drift = max(c.Drift, seconds((o.Shift - all[0].Shift).Abs()))
	}
	s.card.Clock = c
}

// clocksApart says where two clocks are too far apart to judge by.
func (s *scorer) clocksApart() (reasons []Said) {
	doubt := s.record.Clock.Bound
	for _, w := range s.record.Header.Watch {
		if !w.Local {
			continue
		}
		for _, limits := range []map[string]time.Duration{s.wanted.Detect, s.wanted.Restore} {
			if limit, ok := limits[w.Name]; ok && float64(doubt) > mostClock*float64(limit) {
				reasons = append(reasons,
					Say(ClocksApart, w.Name, seconds(doubt), seconds(limit)))
				break
			}
		}
	}
	return reasons
}
