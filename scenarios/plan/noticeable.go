package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stormdrill/stormdrill/faults/link"
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
			w.ToMeet = p.toMeet(w)
			p.saysUnmet(w)
		}
	}
	return out
}

// saysUnmet says which faults a watcher cannot meet, and what would let it.
func (p noticeable) saysUnmet(w *timeline.Watcher) {
	cure := ""
	switch m := w.ToMeet; {
	case m.As != "":
		cure = fmt.Sprintf("; say as: %s, so that it asks in their place, or aim the fault at "+
			"watch:%s, too", m.As, w.Name)
	case m.Aim != "":
		cure = fmt.Sprintf("; its own link %s has no fault: aim the fault at %q, or ask where "+
			"users do", m.Link, m.Aim)
	}
	unmet := strings.Join(w.Unmet, ", ")
	p.notes = append(p.notes, link.Tell("note-unmet", fmt.Sprintf("watcher %s cannot meet %s by "+
		"its own way: it detects nothing of it, and is not judged for it%s", w.Name, unmet, cure),
		"watcher", w.Name, "faults", unmet, "as", w.ToMeet.As, "link", w.ToMeet.Link,
		"aim", w.ToMeet.Aim))
}

// toMeet is what would let a watcher meet a fault that it has to notice and cannot: asking as
// a group whose own way to the same place meets it; else, of a fault of links, that it is aimed
// at the watcher's way, too.
func (p noticeable) toMeet(w *timeline.Watcher) (out timeline.ToMeet) {
	a := p.questions[w.Name]
	for i := range p.faults {
		f := &p.faults[i]
		if !slices.Contains(w.Unmet, f.Name) || w.Of != "" && w.Of != f.Name &&
			slices.Contains(w.Unmet, w.Of) {
			continue
		}
		for _, group := range sortedKeys(p.affected.groups) {
			as := a
			if as.client = group; group != a.client && p.notices(as, f) {
				return timeline.ToMeet{As: group}
			}
		}
		if to := p.place(a); f.Fault.Aim().Link != "" && to != "" && out.Aim == "" {
			out = timeline.ToMeet{Link: a.client + " -> " + to, Aim: "* -> " + to}
		}
	}
	return out
}

// place is where a watcher's own link leads, by the name that a fault's link has; empty where
// links are not what it asks over.
func (p noticeable) place(a questions) string {
	switch {
	case a.client == "" || a.log || a.names || len(a.nodes) == 0 || len(a.states) > 0:
		return ""
	case len(a.nodes) == 1:
		return a.nodes[0]
	}
	return p.affected.nodes[a.nodes[0]].Target
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
