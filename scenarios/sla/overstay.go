package sla

import (
	"time"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// overstayed names the faults that were on for longer than planned: what users met is not
// what the scenario asked for. One that a node had to lift by itself counts also where it
// was asked to later, for its time is not the fault phase's.
func (s *scorer) overstayed() (reasons []Said) {
	said := map[string]bool{}
	say := func(fault string, why Said) {
		if !said[fault] {
			said[fault] = true
			reasons = append(reasons, why)
		}
	}
	for _, m := range s.record.Marks {
		switch {
		case m.Name == timeline.MarkExpired && m.Detail == "":
			say(m.Fault, Say(FaultOverstayed, m.Fault))
		case m.Name == timeline.MarkExpired:
			say(m.Fault, Say(FaultOverstayedOn, m.Fault, m.Detail))
		}
	}
	for _, m := range s.record.Marks {
		if m.Name != timeline.MarkOverdue {
			continue
		}
		why := Say(FaultOverdue, m.Fault)
		if over, err := time.ParseDuration(m.Detail); err == nil {
			why = Say(FaultOverdue, m.Fault, seconds(over))
		}
		say(m.Fault, why)
	}
	return reasons
}
