package plan

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// thresholds is the pass that checks objectives over a phase.
type thresholds struct {
	*diagnostics
	groups groups
	nodes  map[string]*Node
	phases scenarios.Phases
}

func (p thresholds) check(texts []string) {
	for i, text := range texts {
		p.threshold(at("sla", "thresholds", strconv.Itoa(i)), text)
	}
}

// threshold checks one objective over a phase.
func (p thresholds) threshold(keys []string, text string) {
	k, err := sla.ParseKeep(text)
	if err != nil {
		if meant := p.meant(text); meant != "" {
			p.problem(keys, "threshold %q: did you mean %q?", text, meant)
			return
		}
		p.problem(keys, "%v", err)
		return
	}
	if strings.Contains(text, " in hold ") {
		p.note("note-threshold-hold",
			"threshold %q: the phase hold is called fault now; the old name is read for a "+
				"release",
			"threshold", text)
	}
	if groups := p.groups.judged(); k.Of != "" && !slices.ContainsFunc(groups, k.About) {
		p.dangling(keys, "threshold %q: no load group is named %q: %s", text, k.Of,
			scenarios.Listed(k.Of, groups))
		return
	}
	if _, ok := p.nodes[k.Node]; k.Node != "" && !ok {
		p.problem(keys, "threshold %q: no node is named %q: %s", text, k.Node,
			scenarios.Listed(k.Node, sortedKeys(p.nodes)))
	}
	p.sampleSize(keys, k)
	p.beyondSlow(k)
}

// meant is a threshold whose words are those of the text, or a slip away from one that is
// known: a metric, a group, a phase. Empty where it cannot be read either.
func (p thresholds) meant(text string) string {
	words := strings.Fields(text)
	for i, w := range words {
		var known []string
		switch {
		case i == 0:
			known = sla.Metrics
		case words[i-1] == "of" && w != "good" && w != "node":
			known = p.groups.judged()
		case words[i-1] == "in":
			known = sla.InPhase
		}
		if near := scenarios.Nearest(w, known); near != "" && !slices.Contains(known, w) {
			words[i] = near
		}
	}
	near := strings.Join(words, " ")
	if near == strings.Join(strings.Fields(text), " ") {
		return "" // its own error says more
	}
	if _, err := sla.ParseKeep(near); err != nil {
		return sla.Meant(near)
	}
	return near
}

// beyondSlow says what a limit of latency asks for that no good request can exceed.
func (p thresholds) beyondSlow(k sla.Keep) {
	if k.IsShare() || k.OfSteps() || k.Relative || k.Op != "<=" {
		return
	}
	for _, name := range p.groups.judged() {
		if slow := orElse(p.groups[name].Slow, scenarios.DefaultSlow); k.About(name) &&
			k.Value > slow.Seconds() {
			p.note("note-threshold-slow",
				"threshold %q: a request of %s is bad beyond slow: %s, and counts as one "+
					"without end, so that a limit above it asks how many are good: a higher slow, "+
					"or a lower limit, asks for latency",
				"threshold", k.Text, "group", name, "slow", slow)
			return
		}
	}
}
