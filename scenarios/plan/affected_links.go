package plan

import (
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios"
)

// affectedLinks are the links on which others feel a fault: its own, without those of whom
// it cannot hurt, and, of a flood, all that lead to the nodes it drowns.
func (p *planner) affectedLinks(f *Fault) (out []link.Link) {
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
	for _, l := range p.plan.Switchboard.Links {
		if drowned[l.To] {
			out = append(out, l)
		}
	}
	return out
}

// meets reports whether what goes over one of a fault's links can be hit there.
func (p *planner) meets(f *Fault, l link.Link) bool {
	a := f.Fault.Aim()
	_, idle := f.Fault.(faults.Idling)
	switch g := p.load[l.From]; {
	case g != nil && !asksFor(selection(f.Fault), g):
		return false
	case a.From != "" && p.load[l.From] == nil:
		return a.Misleads || a.Moves || !p.asksApart(l.From)
	case a.Moves:
		return !p.alwaysAsks(l.From)
	case a.From != "":
		return !p.knows(f, l.From)
	case idle:
		return !p.neverIdle(l.From)
	}
	return true
}

// asksApart reports whether a node looks its names up apart from requests, and goes
// on with what it knows where an answer fails: embedded balancers do.
func (p *planner) asksApart(node string) bool {
	n := p.nodes[node]
	return n != nil && n.Spec.Lab != nil && n.Spec.Lab.LB != nil
}

// alwaysAsks: a group's every request goes to where its name leads at that time.
func (p *planner) alwaysAsks(group string) bool {
	g := p.load[group]
	return g.DNSCache != nil && *g.DNSCache == 0 && perRequest(g)
}

// knows: all of a group have asked before a fault begins, and keep what they heard
// until it is over. Users come in turn, so each machine asks with its first request.
func (p *planner) knows(f *Fault, group string) bool {
	g, baseline := p.load[group], p.s.Phases.Baseline
	if g.DNSCache == nil || float64(g.Rate)*baseline.Seconds() < 2*float64(max(1, g.Sources)) {
		return false
	}
	return *g.DNSCache >= baseline+f.At+f.For+p.every // faults come up to so much later
}

// neverIdle: each request of a group or node has a connection of its own.
func (p *planner) neverIdle(from string) bool {
	if g := p.load[from]; g != nil {
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

// saysAsked says when those nodes ask whose answers a fault changes, and who does not.
func (p *planner) saysAsked(f *Fault) {
	a := f.Fault.Aim()
	moves := a.Misleads || a.Moves
	said := map[string]bool{}
	for _, l := range f.Site.Links {
		who, n := l.From, p.nodes[l.From]
		if said[who+" "+l.Name] {
			continue
		}
		said[who+" "+l.Name] = true
		switch {
		case n == nil:
			if l.Users && !a.Moves && p.knows(f, who) {
				p.note("fault %s: %s have asked for %s in the baseline and keep the answer for %s, so they do not ask while it is on",
					f.Name, who, l.Name, *p.load[who].DNSCache)
			}
		case n.Spec.Lab == nil:
			p.note("fault %s: when %s asks for %s, and how long it keeps an answer, is its own affair, and not known here",
				f.Name, who, l.Name)
		case p.asksApart(who) && moves:
			p.note("fault %s: %s asks for %s once a second, apart from requests, and sends all of them to where an answer leads",
				f.Name, who, l.Name)
		case p.asksApart(who):
			p.note("fault %s: %s asks for %s once a second, apart from requests, and keeps to the addresses it has where an answer fails or is late: requests and checks go on",
				f.Name, who, l.Name)
		case !a.Moves && n.Spec.Lab.Web == nil: // a web asks nobody
			p.note("fault %s: %s asks for %s with each new connection, and keeps those it has: requests on them meet nothing",
				f.Name, who, l.Name)
		}
	}
}

// fitsIdle checks that somebody has connections that can be idle.
func (p *planner) fitsIdle(f *Fault, after time.Duration, keys []string) {
	for _, l := range f.Site.Links {
		if !p.neverIdle(l.From) {
			return
		}
	}
	if len(f.Site.Links) > 0 {
		p.problem(keys, "%s touches connections that have been idle, and those of %s end with their request: give it connections: {per: user}, and each user a pause of more than %s",
			f.Kind, f.Site.Links[0].From, after)
	}
}
