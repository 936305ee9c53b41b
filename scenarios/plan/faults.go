package plan

import (
	"errors"
	"slices"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// binding is the pass that binds each fault to a site without controls, which is how it is
// checked, and finds what it can hit.
type binding struct {
	*diagnostics
	affected   affected
	radii      blastRadii
	lookalikes lookalikes
	faults     []Fault // aimed, with proxies in their links
	nodes      []Node
	monitoring []string // nodes from which alerts reach watchers
}

// bindingOut are the faults as they are run, and what each can hit.
type bindingOut struct {
	faults  []Fault
	header  []timeline.Fault
	nodes   []Node                 // with the limits that faults lower
	touched map[string]blastRadius // by fault that could be bound
}

func (p binding) bound() bindingOut {
	out := bindingOut{faults: slices.Clone(p.faults), nodes: slices.Clone(p.nodes),
		touched: map[string]blastRadius{}}
	for i := range out.faults {
		p.bind(&out.faults[i], &out)
	}
	return out
}

// bind checks one fault as the run will, and says what it means for the users.
func (p binding) bind(f *Fault, out *bindingOut) {
	keys := at("faults", f.Name, f.Kind)
	_, err := f.Fault.Bind(f.Name, f.Site)
	switch proxied := (*faults.ProxiedError)(nil); {
	case err == nil || p.places.Under(keys):
	case errors.As(err, &proxied):
		p.problem(keys, "%s: %s", f.Kind, needsNoProxy(f, p.faults, proxied.Links))
	default:
		p.setting(keys, f.Kind+": %v", err)
	}
	limited(p.diagnostics, f, out.nodes)
	filled(p.diagnostics, f, out.nodes)
	programs(p.diagnostics, f, p.faults)
	hidden(p.diagnostics, f, p.affected.linksOf(f), p.faults)
	r := p.radii.of(f)
	f.Share = r.share
	p.lookalikes.fooled(f, r.groups, append(slices.Clip(keys), "code"))
	if err == nil { // else it is not known what it would need of the phases
		out.touched[f.Name] = r
	}
	a, ofWatchers := f.Fault.Aim(), p.affected.consumers.ofWatchers(f.Site.Links)
	out.header = append(out.header, timeline.Fault{
		Name: f.Name, Kind: f.Kind, Aim: orElse(a.Link, orElse(a.Target, orElse(a.From, a.To))),
		What: f.Fault.String(),
		At:   f.At, For: f.For, Share: f.Share, Traits: f.Fault.Traits(), Nodes: farEnds(f.Site),
		Groups: r.groups, Unmet: len(r.groups) == 0, Watchers: ofWatchers,
		Monitoring: !ofWatchers && len(r.groups) == 0 && p.ofMonitoring(f.Site),
		Scope:      p.affected.scope(f),
		Spares:     !selection(f.Fault).All(), Settings: scenarios.Settings(f.Fault),
	})
	saysUnselected(p.diagnostics, f, p.affected.groups)
	switch {
	case ofWatchers:
		p.note("note-watchers-only",
			"fault %s: it is on watchers' own links only, and no user meets it",
			"fault", f.Name)
	case out.header[len(out.header)-1].Monitoring:
		p.note("note-monitoring-only",
			"fault %s: it is on the monitoring's ways only, and no user meets it",
			"fault", f.Name)
	case f.Share == 0:
		p.note("note-no-user",
			"fault %s: no user's request can cross it, so nothing will be proven",
			"fault", f.Name)
	}
	exposure{p.diagnostics, p.affected}.check(f, keys)
}

// ofMonitoring reports whether all that a fault hits is of the monitoring, or asked by it.
func (p binding) ofMonitoring(s faults.Site) bool {
	other := func(node string) bool { return !slices.Contains(p.monitoring, node) }
	if len(s.Targets) > 0 {
		return !slices.ContainsFunc(s.Targets, other)
	}
	return len(s.Links) > 0 && !slices.ContainsFunc(s.Links,
		func(l link.Link) bool { return other(l.From) && other(l.To) })
}

// farEnds are the nodes that a fault stands before, or is on.
func farEnds(s faults.Site) []string {
	all := slices.Clone(s.Targets)
	for _, l := range s.Links {
		all = append(all, l.To)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
