package scenarios

import (
	"slices"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/switchboard"
)

// moves gives those whose names will move a link to where they move, from the
// start: no link is made under traffic.
func (p *planner) moves() {
	for _, name := range sortedKeys(p.s.Faults) {
		f := p.s.Faults[name].DNS
		if f == nil || f.To == "" {
			continue
		}
		to := p.nodesOf(f.To)
		if len(to) != 1 {
			p.dangling(at("faults", name, "dns", "to"), "to %q: want one target or replica: %s", f.To, listed(f.To, sortedKeys(p.nodes)))
			continue
		}
		for _, c := range p.sortedConsumers() {
			if (c.kind != kindUsers && c.kind != kindNode) || !glob(f.From, c.name, orElse(c.of, c.name)) || c.name == to[0] {
				continue
			}
			for _, port := range p.nodes[to[0]].Spec.Ports {
				c.wants[want{to[0], port}] = c.kind == kindUsers
			}
		}
	}
}

// movedLinks are the askers' links to where a fault moves their names.
func (p *planner) movedLinks(f *faults.DNS, askers []string) (out []switchboard.Link) {
	if f == nil || f.To == "" {
		return nil
	}
	to := p.nodesOf(f.To)
	for _, l := range p.plan.Switchboard.Links {
		if slices.Contains(askers, l.From) && slices.Contains(to, l.To) {
			out = append(out, l)
		}
	}
	return out
}
