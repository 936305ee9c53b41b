package plan

import (
	"net"
	"net/netip"
	"strconv"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
	"github.com/stormdrill/stormdrill/scenarios"
)

// mostFloodRequests bounds what one flood sends in all: what a target's log and
// the machine's disk can take.
const mostFloodRequests = 240_000

// floods makes the traffic that faults let loose: consumers of their own, so
// that their links, addresses and names are never the users'.
func (p *planner) floods() {
	for _, name := range sortedKeys(p.s.Faults) {
		f, kind := p.faultOf(p.s.Faults[name])
		own, ok := f.(faults.Sending)
		if !ok {
			continue
		}
		end, from, ok := p.loosed(name, kind, f.Aim().To, own.Addresses())
		if !ok {
			continue
		}
		t := own.Sends(end.url, net.JoinHostPort(end.host, strconv.Itoa(int(end.port))), from)
		if t.Flood != nil {
			t.Flood.Name = name
			p.fewEnough(at("faults", name, kind, "rate"), t.Flood, p.s.Faults[name])
			p.plan.Load.Floods = append(p.plan.Load.Floods, *t.Flood)
		}
		if t.Swarm != nil {
			t.Swarm.Name = name
			p.plan.Load.Swarms = append(p.plan.Load.Swarms, *t.Swarm)
		}
	}
	p.allTraffic()
}

// fewEnough bounds what one flood sends in all.
func (p *planner) fewEnough(keys []string, g *load.Group, entry *scenarios.Fault) {
	rate, on := quantity.Rate(g.Rate), orElse(entry.For, p.s.Phases.Hold-entry.At)
	if n := g.Rate * on.Seconds(); rate <= faults.MostFloodRate && n > mostFloodRequests {
		p.problem(keys, "rate %s comes to %.0f requests while the fault is on: want at most %d; lower the rate, or hold it for a shorter time",
			rate, n, mostFloodRequests)
	}
}

// faultOf is the fault of an entry, beside the users' load, and its kind; none where
// it is not written with just one.
func (p *planner) faultOf(entry *scenarios.Fault) (faults.Fault, string) {
	if entry == nil {
		return nil, ""
	}
	kinds, values := scenarios.Chosen(&entry.Kinds)
	if len(kinds) != 1 {
		return nil, ""
	}
	f := values[0].(faults.Fault)
	if r, ok := f.(faults.Relative); ok {
		f = r.Beside(p.usersRate())
	}
	return f, kinds[0]
}

// loosed makes the consumer of one fault's own traffic, with its addresses.
func (p *planner) loosed(name, kind, to string, sources int) (end endpoint, from []netip.Addr,
	ok bool) {
	keys := at("faults", name, kind)
	if end, ok = p.endpoint(append(keys, "to"), secret.Text(to)); !ok {
		return end, nil, false
	}
	if _, taken := p.consumers[name]; taken || len(p.nodesOf(name)) > 0 {
		p.problem(at("faults", name), "fault %s has the name of a load group, target or replica: links could not be told apart",
			name)
		return end, nil, false
	}
	from = p.sourcesOf(append(keys, "sources"), max(1, sources))
	p.addConsumer(name, kindFlood, at("faults", name), from...)
	p.wants(name, end.host, end.port)
	return end, from, true
}

// allTraffic checks that one load node can make the users' load and all floods
// beside it without falling behind.
func (p *planner) allTraffic() {
	rate := p.usersRate()
	flooded := len(p.plan.Load.Floods) > 0
	for _, g := range p.plan.Load.Floods {
		rate += quantity.Rate(g.Rate)
	}
	if flooded && rate > MostRate {
		p.problem(at("faults"), "load and floods of %s in all: one load node keeps its schedule up to %s; lower the rates",
			rate, MostRate)
	}
	held, most := 0, 0
	for _, w := range p.plan.Load.Swarms {
		held, most = held+w.Connections, max(most, w.Connections)
	}
	if held > faults.MostConnections && most <= faults.MostConnections { // one alone is told of where it is
		p.problem(at("faults"), "%d connections held by all faults together: want at most %d", held,
			faults.MostConnections)
	}
}

// usersRate is that of all load groups together.
func (p *planner) usersRate() (rate quantity.Rate) {
	for _, name := range sortedKeys(p.s.Load) {
		rate += p.s.Load[name].Rate
	}
	return rate
}

// flooded are a flood's own links.
func (p *planner) flooded(name string) (own []link.Link) {
	for _, l := range p.plan.Switchboard.Links {
		if c := p.consumers[l.From]; c.kind == kindFlood && l.From == name {
			own = append(own, l)
		}
	}
	return own
}
