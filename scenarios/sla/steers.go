package sla

import (
	"time"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// steers says when each defence by name moved, and what came of it.
func (s *scorer) steers() {
	for _, h := range s.record.Header.Steers {
		out := Steer{Name: h.Name, When: h.When, What: h.What, Moves: []Move{}}
		if len(h.Askers) > 0 {
			led := Say(LedElsewhere, h.What, h.Askers, h.To, h.Names)
			out.Led = &led
		}
		first := int64(never)
		for _, m := range s.record.Marks {
			last := len(out.Moves) - 1
			switch {
			case m.Steer != h.Name:
			case m.Name == timeline.MarkSteer:
				if first == never {
					first = m.Before
				}
				out.Moves = append(out.Moves, Move{At: s.course.at(m.Before), Back: -1})
			case m.Name == timeline.MarkSteerBack && last >= 0:
				out.Moves[last].Back, out.Moves[last].Answers = Number(s.course.at(m.After)),
					m.Answers
			}
		}
		if first != never {
			out.Settled = s.settled(first)
		}
		s.card.Steers = append(s.card.Steers, out)
	}
}

// settled is how long after an instant the users of the outage that was on were
// well, the fault being there still; nil where they were not, or where none was on.
func (s *scorer) settled(since int64) *Time {
	for _, x := range s.byFault {
		t := x.mitigate(s.course.end, s.confirm())
		if t == nil || t.Censored || x.onset > since {
			continue
		}
		if left := t.Seconds - seconds(time.Duration(since-x.onset)); left > -t.Resolution {
			return &Time{Seconds: round(max(0, left)), Resolution: t.Resolution}
		}
	}
	return nil
}
