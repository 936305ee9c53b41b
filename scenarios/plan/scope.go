package plan

import (
	"slices"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// scope is how much a fault hits: one of several nodes alike, some of the nodes
// or of the users, or the whole of something.
func (p affected) scope(f *Fault) string {
	links := p.linksOf(f)
	if len(links) == 0 {
		links = f.Site.Links // it hits none: then by where it aims
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

func (p affected) notUsers(l link.Link) bool { return p.groups[l.From] == nil }

// spared reports whether there are users besides those.
func (p affected) spared(groups map[string]bool) bool {
	return slices.ContainsFunc(p.groups.judged(), func(name string) bool { return !groups[name] })
}
