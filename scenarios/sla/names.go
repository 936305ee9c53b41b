package sla

import (
	"slices"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// names notes where answers do not show which node gave them: none names one while several are
// alike, or the diagnosis would have needed it; or they name one that the drill does not have.
func (s *scorer) names() {
	ends := map[string]bool{}
	for _, t := range s.record.Traffic {
		if from, to, ok := splitLink(t.Link); ok {
			ends[from], ends[to] = true, true
		}
	}
	var strange []Word
	silent, names := false, false
	for _, n := range s.card.Nodes {
		switch {
		case n.Baseline == 0:
		case n.Name == "unnamed":
			silent = true
		case named(n.Name):
			if names = true; len(ends) > 0 && !ends[n.Name] {
				strange = append(strange, Word(n.Name))
			}
		}
	}
	alike := slices.ContainsFunc(s.record.Header.Faults,
		func(f timeline.Fault) bool { return f.Scope == ScopeNode })
	open := slices.ContainsFunc(s.card.Diagnosis,
		func(d Diagnosis) bool { return d.Look == "" && len(d.Also) > 0 })
	if silent && !names && (alike || open) {
		s.card.Notes = append(s.card.Notes, Say(NodesUnnamed))
	}
	for _, name := range strange[:min(len(strange), mostStrange)] {
		s.card.Notes = append(s.card.Notes, Say(NodeUnknown, name))
	}
}

// mostStrange is how many strange nodes the notes name.
const mostStrange = 3
