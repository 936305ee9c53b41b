package plan

import (
	"slices"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// profile checks what ready-made objectives need.
func (p *planner) profile() {
	name, keys := p.s.SLA.Profile, at("sla", "profile")
	switch {
	case name == "":
		return
	case !slices.Contains(sla.Profiles, name):
		p.problem(keys, "profile %q: %s", name, scenarios.Listed(name, sla.Profiles))
		return
	case len(p.s.Watch) == 0:
		p.problem(keys, "profile %s: want a watcher, for nobody can respond before somebody noticed",
			name)
	}
	p.ports(name)
	for _, text := range sla.Indicators {
		if k, err := sla.ParseKeep(text); err == nil { // it is always one
			p.sampleSize(keys, k)
		}
	}
}

// ports checks that the tcp watchers ask as often as the profile has ports checked, and
// often enough in the phase that they are judged in.
func (p *planner) ports(profile string) {
	none := true
	for _, w := range sortedKeys(p.s.Watch) {
		tcp := p.s.Watch[w].TCP
		if tcp == nil {
			continue
		}
		none = false
		if most := min(sla.PortEvery, p.s.Phases.Recovery/sla.LeastAsked); tcp.Every > most &&
			most > 0 {
			p.problem(at("watch", w, "tcp", "every"),
				"profile %s: port connectivity is checked every %s at least, and judged by %d answers or more in recovery, here of %s: want at most %s",
				profile, sla.PortEvery, sla.LeastAsked, p.s.Phases.Recovery, most)
		}
	}
	if none {
		p.note("profile %s: port connectivity is a key indicator, and no tcp watcher checks it: it is not judged",
			profile)
	}
}

// scope is how much a fault hits: one of several nodes alike, some of the nodes
// or of the users, or the whole of something.
func (p *planner) scope(f *Fault) string {
	links := p.affectedLinks(f)
	if len(links) == 0 {
		links = f.Site.Links // it hits nobody: then by where it aims
	}
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
		if !ok || !slices.ContainsFunc(p.replicas[node.Target],
			func(r string) bool { return !nodes[r] }) {
			return false
		}
	}
	return len(nodes) > 0
}

func (p *planner) notUsers(l link.Link) bool { return p.load[l.From] == nil }

// spared reports whether there are users besides those.
func (p *planner) spared(groups map[string]bool) bool {
	return slices.ContainsFunc(p.judgedGroups(), func(name string) bool { return !groups[name] })
}
