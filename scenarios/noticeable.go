package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// noticeable finds which faults each watcher can meet, by the links that its questions
// take and those that what it asks takes in turn. Where the way of what it hears of is
// not known (a webhook's, a command's), it can meet all.
func (p *planner) noticeable() {
	for i := range p.plan.Header.Watch {
		w := &p.plan.Header.Watch[i]
		c, ok := p.s.Watch[w.Name]
		if !ok {
			continue
		}
		for k := range p.plan.Faults {
			if f := &p.plan.Faults[k]; !p.notices(c, w.Name, f) {
				w.Unmet = append(w.Unmet, f.Name)
			}
		}
		if len(w.Unmet) > 0 {
			p.saysUnmet(w.Name, c, w.Unmet)
		}
	}
}

// saysUnmet says of which faults a watcher cannot tell, and what would let it.
func (p *planner) saysUnmet(name string, c *watch.Config, unmet []string) {
	cure := ""
	for _, f := range unmet {
		if groups := p.touched[f].groups; len(groups) > 0 && c.As == "" && cure == "" {
			cure = fmt.Sprintf("; say as: %s, so that it asks in their place, or aim the fault at watch:%s, too", family(groups[0]), name)
		}
	}
	p.note("watcher %s cannot meet %s by its own way: it detects nothing of it, and is not convicted%s", name, strings.Join(unmet, ", "), cure)
}

// notices reports whether a watcher's questions can meet a fault.
func (p *planner) notices(c *watch.Config, name string, f *PlannedFault) bool {
	if c.Command != nil || c.Webhook != nil {
		return true
	}
	client, w := p.asking[name], p.wayOf(f)
	var asked []string // nodes
	switch {
	case c.DNS != nil:
		return slices.Contains(f.Site.Askers, client)
	case c.HTTP != nil:
		end, _ := p.quietly(c.HTTP.URL)
		asked = p.nodesOf(end)
	case c.TCP != nil:
		host, _, _ := strings.Cut(c.TCP.Address, ":")
		asked = p.nodesOf(host)
		return slices.Contains(f.Site.Askers, client) || slices.ContainsFunc(asked, func(n string) bool { return w.hit[client][n] })
	case c.HAProxy != nil:
		end, _ := p.quietly(c.HAProxy.Stats)
		asked = p.nodesOf(end)
	case c.LB != nil:
		end, _ := p.quietly(c.LB.State)
		asked = p.nodesOf(end)
		if _, known := p.nodes[c.LB.Server]; known {
			return slices.ContainsFunc(asked, func(n string) bool { return w.hit[client][n] || w.hit[n][c.LB.Server] }) || w.beyond(c.LB.Server) > 0
		}
	}
	return len(asked) == 0 || slices.Contains(f.Site.Askers, client) || w.onward(client, asked) > 0
}
