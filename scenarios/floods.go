package scenarios

import (
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// mostFloodRequests bounds what one flood sends in all: what a target's log and
// the machine's disk can take.
const mostFloodRequests = 240_000

// floods makes the traffic that faults let loose: consumers of their own, so
// that their links, addresses and names are never the users'.
func (p *planner) floods() {
	for _, name := range sortedKeys(p.s.Faults) {
		f := p.s.Faults[name]
		switch {
		case f.Flood != nil:
			p.flood(name, f, f.Flood.Beside(p.usersRate()))
		case f.ConnectionFlood != nil:
			p.connectionFlood(name, f.ConnectionFlood)
		case f.SlowRequests != nil:
			p.slowRequests(name, f.SlowRequests)
		}
	}
	p.allTraffic()
}

// flood makes one of requests.
func (p *planner) flood(name string, entry *Fault, f *faults.Flood) {
	_, from, ok := p.loosed(name, "flood", f.To, f.Sources)
	if !ok {
		return
	}
	if n := float64(f.Rate.Rate) * orElse(entry.For, p.s.Phases.Hold-entry.At).Seconds(); f.Rate.Rate <= faults.MostFloodRate && n > mostFloodRequests {
		p.problem(at("faults", name, "flood", "rate"), "rate %s comes to %.0f requests while the fault is on: want at most %d; lower the rate, or hold it for a shorter time", f.Rate, n, mostFloodRequests)
	}
	g := load.Group{Name: name, URL: secret.Text(f.To), Method: http.MethodGet, Rate: float64(f.Rate.Rate), Ramp: f.Ramp, Users: max(1, len(from)),
		Timeout: orElse(f.Timeout, DefaultTimeout), Slow: orElse(f.Timeout, DefaultTimeout), Sources: from, PerRequest: f.PerRequest}
	for _, m := range f.Mix {
		g.Mix = append(g.Mix, load.Part{Path: m.Get, Weight: m.Weight})
	}
	p.plan.Load.Floods = append(p.plan.Load.Floods, g)
}

// connectionFlood makes one of connections.
func (p *planner) connectionFlood(name string, f *faults.ConnectionFlood) {
	end, from, ok := p.loosed(name, "connection-flood", f.To, f.Sources)
	if !ok {
		return
	}
	w := swarm(name, end, from, f.Connections, f.Rate, f.Timeout)
	if f.Send == "partial" {
		w.Begin = "GET " + end.url.RequestURI() + " HTTP/1.1\r\nHost: " + end.url.Host + "\r\n"
	}
	p.plan.Load.Swarms = append(p.plan.Load.Swarms, w)
}

// slowRequests makes one of requests that never end.
func (p *planner) slowRequests(name string, f *faults.SlowRequests) {
	end, from, ok := p.loosed(name, "slow-requests", f.To, f.Sources)
	if !ok {
		return
	}
	w := swarm(name, end, from, f.Connections, f.Pace(), f.Timeout)
	w.Begin, w.Drip, w.Every = f.Opening(end.url), 'x', f.Step()
	p.plan.Load.Swarms = append(p.plan.Load.Swarms, w)
}

func swarm(name string, end endpoint, from []netip.Addr, connections int, rate quantity.Rate, timeout time.Duration) load.Swarm {
	return load.Swarm{Name: name, Address: net.JoinHostPort(end.host, strconv.Itoa(int(end.port))),
		Connections: connections, Rate: float64(rate), Sources: from, Timeout: orElse(timeout, DefaultTimeout)}
}

// loosed makes the consumer of one fault's own traffic, with its addresses.
func (p *planner) loosed(name, kind, to string, sources int) (end endpoint, from []netip.Addr, ok bool) {
	keys := at("faults", name, kind)
	if end, ok = p.endpoint(append(keys, "to"), secret.Text(to)); !ok {
		return end, nil, false
	}
	if _, taken := p.consumers[name]; taken || len(p.nodesOf(name)) > 0 {
		p.problem(at("faults", name), "fault %s has the name of a load group, target or replica: links could not be told apart", name)
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
		p.problem(at("faults"), "load and floods of %s in all: one load node keeps its schedule up to %s; lower the rates", rate, MostRate)
	}
	held, most := 0, 0
	for _, w := range p.plan.Load.Swarms {
		held, most = held+w.Connections, max(most, w.Connections)
	}
	if held > faults.MostConnections && most <= faults.MostConnections { // one alone is told of where it is
		p.problem(at("faults"), "%d connections held by all faults together: want at most %d", held, faults.MostConnections)
	}
}

// usersRate is that of all load groups together.
func (p *planner) usersRate() (rate quantity.Rate) {
	for _, name := range sortedKeys(p.s.Load) {
		rate += p.s.Load[name].Rate
	}
	return rate
}

// beside is the fault as it is where the users' rate is known.
func (p *planner) beside(f faults.Fault) faults.Fault {
	if flood, ok := f.(*faults.Flood); ok {
		return flood.Beside(p.usersRate())
	}
	return f
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
