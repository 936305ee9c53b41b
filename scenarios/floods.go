package scenarios

import (
	"net/http"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/switchboard"
	"github.com/stormdrill/stormdrill/loadgen"
)

// floods makes the load that faults let loose: consumers of their own, so that
// their links, addresses and names are never the users'.
func (p *planner) floods() {
	for _, name := range sortedKeys(p.s.Faults) {
		f := p.s.Faults[name].Flood
		if f == nil {
			continue
		}
		keys := at("faults", name, "flood")
		end, ok := p.endpoint(append(keys, "to"), f.To)
		if !ok {
			continue
		}
		if _, taken := p.consumers[name]; taken || len(p.nodesOf(name)) > 0 {
			p.problem(at("faults", name), "fault %s has the name of a load group, target or replica: links could not be told apart", name)
			continue
		}
		from := p.sourcesOf(append(keys, "sources"), max(1, f.Sources))
		p.addConsumer(name, kindFlood, at("faults", name), from...)
		p.wants(name, end.host, end.port)
		g := loadgen.Group{Name: name, URL: f.To, Method: http.MethodGet, Rate: float64(f.Rate), Ramp: f.Ramp, Users: max(1, len(from)),
			Timeout: orElse(f.Timeout, DefaultTimeout), Slow: orElse(f.Timeout, DefaultTimeout), Sources: from, PerRequest: f.PerRequest}
		for _, m := range f.Mix {
			g.Mix = append(g.Mix, loadgen.Part{Path: m.Get, Weight: m.Weight})
		}
		p.plan.Load.Floods = append(p.plan.Load.Floods, g)
	}
}

// flooded are a flood's own links.
func (p *planner) flooded(name string) (own []switchboard.Link) {
	for _, l := range p.plan.Switchboard.Links {
		if c := p.consumers[l.From]; c.kind == kindFlood && l.From == name {
			own = append(own, l)
		}
	}
	return own
}

// felt are the links on which others feel a fault: its own, and, of a flood, all
// that lead to the nodes it drowns.
func (p *planner) felt(f *PlannedFault) []switchboard.Link {
	if _, ok := f.Fault.(*faults.Flood); !ok {
		return f.Site.Links
	}
	drowned := map[string]bool{}
	for _, l := range f.Site.Links {
		drowned[l.To] = true
	}
	var out []switchboard.Link
	for _, l := range p.plan.Switchboard.Links {
		if drowned[l.To] {
			out = append(out, l)
		}
	}
	return out
}
