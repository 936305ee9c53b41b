package scenarios

import (
	"math"
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/faults/switchboard"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// profile checks what ready-made objectives need.
func (p *planner) profile() {
	name, keys := p.s.SLA.Profile, at("sla", "profile")
	switch {
	case name == "":
		return
	case !slices.Contains(sla.Profiles, name):
		p.problem(keys, "profile %q: %s", name, listed(name, sla.Profiles))
		return
	case len(p.s.Watch) == 0:
		p.problem(keys, "profile %s: want a watcher, for nobody can respond before somebody noticed", name)
	}
	if !slices.ContainsFunc(sortedKeys(p.s.Watch), func(w string) bool { return p.s.Watch[w].TCP != nil }) {
		p.note("profile %s: port connectivity is a key indicator, and no tcp watcher checks it", name)
	}
	for _, text := range sla.Indicators {
		if k, err := sla.ParseKeep(text); err == nil { // it is always one
			p.enough(keys, k)
		}
	}
}

// enough refuses a share of lookups or handshakes that the load cannot show,
// because too few of them can be made in its phase.
func (p *planner) enough(keys []string, k sla.Keep) {
	length := p.phase(k.Phase)
	if !k.OfSteps() || k.Relative || k.Op != ">=" || k.Value >= 1 || length <= 0 {
		return
	}
	need, most := sla.Clean(k.Value), 0.0
	for _, name := range p.judgedGroups() {
		if g := p.load[name]; k.About(name) {
			most += opens(g) * length.Seconds()
		}
	}
	if most < float64(need) {
		p.problem(keys, "keep %q takes %d without a failure, and the load makes %.0f at most in %s of %s: want connections: {per: request} at %.0f/s or more, or a longer phase",
			k.Text, need, most, k.Phase, length, math.Ceil(float64(need)/length.Seconds()))
	}
}

// opens is how many connections per second a group opens at most, once it runs;
// those that live for ever are not counted.
func opens(g *Group) float64 {
	c, rate := g.Connections, float64(g.Rate)
	switch {
	case c == nil:
		return 0
	case c.Per == "request":
		return rate
	case c.Live <= 0:
		return 0
	case c.Per == "user":
		return min(rate, float64(users(g))/c.Live.Seconds())
	}
	return rate
}

// phase is the length of what an objective names.
func (p *planner) phase(name string) time.Duration {
	f := p.s.Phases
	switch name {
	case "baseline":
		return f.Baseline
	case "fault":
		return f.Hold
	case "recovery":
		return f.Recovery
	}
	return f.Hold + f.Recovery
}

// scope is how much a fault hits: one of several nodes alike, some of the nodes
// or of the users, or the whole of something.
func (p *planner) scope(f *PlannedFault) string {
	links := p.felt(f)
	from, to := map[string]bool{}, map[string]bool{}
	for _, l := range links {
		from[l.From], to[l.To] = true, true
	}
	for _, n := range f.Site.Targets {
		to[n] = true
	}
	switch {
	case p.some(to) || p.some(from):
		if len(to) == 1 && p.some(to) || len(from) == 1 && p.some(from) {
			return sla.ScopeNode
		}
		return sla.ScopeRegion
	case len(links) > 0 && !slices.ContainsFunc(links, p.notUsers) && p.spared(from):
		return sla.ScopeRegion
	}
	return sla.ScopeCore
}

// some reports whether the nodes are replicas of which others are left out.
func (p *planner) some(nodes map[string]bool) bool {
	for n := range nodes {
		node, ok := p.nodes[n]
		if !ok || !slices.ContainsFunc(p.replicas[node.Target], func(r string) bool { return !nodes[r] }) {
			return false
		}
	}
	return len(nodes) > 0
}

func (p *planner) notUsers(l switchboard.Link) bool { return p.load[l.From] == nil }

// spared reports whether there are users besides those.
func (p *planner) spared(groups map[string]bool) bool {
	return slices.ContainsFunc(p.judgedGroups(), func(name string) bool { return !groups[name] })
}
