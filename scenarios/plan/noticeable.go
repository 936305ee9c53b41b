package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// noticeable is the pass that finds which faults each watcher can meet, by the links that
// its questions take and those that what it asks takes in turn. Where the way of what
// reaches it is not known (a webhook's, a command's), it can meet all.
type noticeable struct {
	*diagnostics
	affected  affected
	watchers  map[string]*watch.Config
	questions map[string]questions // by watcher
	faults    []Fault
	touched   map[string]blastRadius // by fault
}

// unmet gives the watchers with the faults that each cannot meet.
func (p noticeable) unmet(header []timeline.Watcher) []timeline.Watcher {
	out := slices.Clone(header)
	for i := range out {
		w := &out[i]
		for k := range p.faults {
			if f := &p.faults[k]; !p.notices(p.questions[w.Name], f) {
				w.Unmet = append(w.Unmet, f.Name)
			}
		}
		if len(w.Unmet) > 0 {
			p.saysUnmet(w.Name, p.watchers[w.Name], w.Unmet)
		}
	}
	return out
}

// saysUnmet says which faults a watcher cannot meet, and what would let it.
func (p noticeable) saysUnmet(name string, c *watch.Config, unmet []string) {
	cure := ""
	for _, f := range unmet {
		if groups := p.touched[f].groups; len(groups) > 0 && c.As == "" && cure == "" {
			cure = fmt.Sprintf("; say as: %s, so that it asks in their place, or aim the fault "+
				"at watch:%s, too", family(groups[0]), name)
		}
	}
	p.note("watcher %s cannot meet %s by its own way: it detects nothing of it, and is not "+
		"convicted%s", name, strings.Join(unmet, ", "), cure)
}

// notices reports whether a watcher's questions can meet a fault.
func (p noticeable) notices(a questions, f *Fault) bool {
	resolver := slices.Contains(f.Site.Askers, a.client)
	if a.unknown || a.names {
		return a.unknown || resolver
	}
	w := p.affected.wayOf(f)
	if a.log {
		return slices.ContainsFunc(a.nodes, func(n string) bool {
			return slices.Contains(f.Site.Askers, n) || slices.Contains(f.Site.Targets, n) ||
				w.comesTo(n) || w.beyond(n) > 0
		})
	}
	switch {
	case a.port:
		return resolver || slices.ContainsFunc(a.nodes,
			func(n string) bool { return w.hit[a.client][n] })
	case len(a.states) > 0:
		return slices.ContainsFunc(a.states, func(state string) bool {
			return w.beyond(state) > 0 ||
				slices.ContainsFunc(a.nodes,
					func(n string) bool { return w.hit[a.client][n] || w.hit[n][state] })
		})
	}
	return len(a.nodes) == 0 || resolver || w.onward(a.client, a.nodes) > 0
}
