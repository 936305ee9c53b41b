package sla

import (
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// overstayed names the faults that were on for longer than planned: what users met is not
// what the scenario asked for. One that a node had to lift by itself counts also where it
// was told to later, for its time is not the fault phase's.
func (s *scorer) overstayed() (reasons []Said) {
	said := map[string]bool{}
	say := func(fault, format string, a ...any) {
		if !said[fault] {
			said[fault] = true
			reasons = append(reasons, Saying("fault-overstayed", "fault %s "+format,
				append([]any{fault}, a...)...))
		}
	}
	const why = "stormdrill, or its connection to the engine, stood still"
	for _, m := range s.record.Marks {
		switch {
		case m.Name == timeline.MarkExpired && m.Detail == "":
			say(m.Fault, "was on for longer than planned, until its node lifted it by itself: %s",
				why)
		case m.Name == timeline.MarkExpired:
			say(m.Fault, "was on for longer than planned, and its node failed to lift it by itself: %s",
				m.Detail)
		}
	}
	for _, m := range s.record.Marks {
		if m.Name == timeline.MarkOverdue {
			say(m.Fault, "was on for %s longer than planned: %s, or another fault took its time",
				m.Detail, why)
		}
	}
	return reasons
}
