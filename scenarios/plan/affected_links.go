package plan

import (
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios"
)

// affected finds on which links others feel a fault, and how much of requests goes there.
type affected struct {
	network
	groups   groups
	baseline time.Duration // the phase's length
	late     time.Duration // faults come up to so much later than planned
}

// linksOf are the links on which others feel a fault: its own, without links that
// it cannot affect, and, of a flood, all that lead to the nodes it drowns.
func (p affected) linksOf(f *Fault) (out []link.Link) {
	if f.Fault.Aim().To == "" {
		for _, l := range f.Site.Links {
			if p.meets(f, l) {
				out = append(out, l)
			}
		}
		return out
	}
	drowned := map[string]bool{}
	for _, l := range f.Site.Links {
		drowned[l.To] = true
	}
	for _, l := range p.links {
		if drowned[l.To] {
			out = append(out, l)
		}
	}
	return out
}

// meets reports whether what goes over one of a fault's links can be hit there.
func (p affected) meets(f *Fault, l link.Link) bool {
	a := f.Fault.Aim()
	_, idle := f.Fault.(faults.Idling)
	switch g := p.groups[l.From]; {
	case g != nil && !asksFor(selection(f.Fault), g):
		return false
	case a.From != "" && p.groups[l.From] == nil:
		return a.Misleads || a.Moves || !p.asksApart(l.From)
	case a.Moves:
		return !p.groups.alwaysAsk(l.From)
	case a.From != "":
		return !p.caches(f, l.From)
	case idle:
		return !p.neverIdle(l.From)
	}
	return true
}

// alwaysAsk: a group's every request goes to where its name leads at that time.
func (g groups) alwaysAsk(group string) bool {
	one := g[group]
	return one.DNSCache != nil && *one.DNSCache == 0 && perRequest(one)
}

// caches: all of a group have asked before a fault begins, and keep the answer until it is
// over. Users come in turn, so each machine asks with its first request.
func (p affected) caches(f *Fault, group string) bool {
	g, baseline := p.groups[group], p.baseline
	if g.DNSCache == nil || float64(g.Rate)*baseline.Seconds() < 2*float64(max(1, g.Sources)) {
		return false
	}
	return *g.DNSCache >= baseline+f.At+f.For+p.late
}

// neverIdle: each request of a group or node has a connection of its own.
func (p affected) neverIdle(from string) bool {
	if g := p.groups[from]; g != nil {
		return perRequest(g)
	}
	if c := p.consumers[from]; c != nil && c.kind == kindWatcher {
		return true // each check opens one of its own
	}
	n := p.nodes[from]
	return n != nil && n.Spec.Lab != nil && n.Spec.Lab.LB != nil && n.Spec.Lab.LB.PerRequest
}

func perRequest(g *scenarios.Group) bool {
	return g.Connections != nil && g.Connections.Per == "request"
}
