package plan

import (
	"slices"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios"
)

// reroutes gives those whose names will move a link to where they move, from the
// start: no link is made under traffic.
func (p *planner) reroutes() {
	for _, name := range sortedKeys(p.s.Faults) {
		f, kind := p.faultOf(p.s.Faults[name])
		if f == nil || f.Aim().MovesTo == "" {
			continue
		}
		a := f.Aim()
		to := p.nodesOf(a.MovesTo)
		if len(to) != 1 {
			p.dangling(at("faults", name, kind, "to"), "to %q: want one target or replica: %s",
				a.MovesTo, scenarios.Listed(a.MovesTo, sortedKeys(p.nodes)))
			continue
		}
		p.lead(a.From, a.Names, to)
	}
}

// lead makes those who ask by that name or glob consumers of the nodes to which
// names may come to lead them.
func (p *planner) lead(from string, names, to []string) {
	for _, node := range to {
		n := p.nodes[node]
		for _, name := range names {
			if !slices.Contains(n.Called, name) {
				n.Called = append(n.Called, name)
			}
		}
		for _, c := range p.sortedConsumers() {
			if (c.kind != kindUsers && c.kind != kindNode) ||
				!glob(from, c.name, orElse(c.of, c.name)) || c.name == node {
				continue
			}
			for _, port := range n.Spec.Ports {
				c.wants[want{node, port}] = c.kind == kindUsers
			}
		}
	}
}

// movedLinks are the askers' links to where a fault moves their names.
func (p *planner) movedLinks(where string, askers []string) (out []link.Link) {
	to := p.nodesOf(where)
	for _, l := range p.plan.Switchboard.Links {
		if slices.Contains(askers, l.From) && slices.Contains(to, l.To) {
			out = append(out, l)
		}
	}
	return out
}
