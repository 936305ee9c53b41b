package plan

import (
	"net"
	"strconv"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// mostFloodRequests bounds what one flood sends in all: what a target's log and
// the machine's disk can take.
const mostFloodRequests = 240_000

// floods is the pass that makes the traffic which faults let loose: consumers of their own,
// so that their links, addresses and names are never the users'.
type floods struct {
	*diagnostics
	endpoints endpoints
	sources   *sources
	faults    []writtenFault
	fault     time.Duration // the phase's length
	users     quantity.Rate // of all load groups
	taken     consumers     // no flood may have their names
}

// floodsOut is the faults' own traffic.
type floodsOut struct {
	floods    []load.Group
	swarms    []load.Swarm
	consumers []*consumer
	asked     protocols
}

func (p floods) traffic() (out floodsOut) {
	for _, f := range p.faults {
		own, ok := f.fault.(faults.Sending)
		if !ok {
			continue
		}
		c, end, ok := p.loosed(f, own.Addresses())
		if !ok {
			continue
		}
		out.consumers = append(out.consumers, c)
		t := own.Sends(end.wire(), net.JoinHostPort(end.host, strconv.Itoa(int(end.port))),
			c.addresses)
		if t.Flood != nil {
			t.Flood.Name = f.name
			p.fewEnough(f, t.Flood)
			out.floods = append(out.floods, *t.Flood)
		}
		if t.Swarm != nil {
			t.Swarm.Name = f.name
			out.swarms = append(out.swarms, *t.Swarm)
		}
	}
	p.allTraffic(out)
	out.asked = p.endpoints.asked
	return out
}

// fewEnough bounds what one flood sends in all.
func (p floods) fewEnough(f writtenFault, g *load.Group) {
	rate, on := quantity.Rate(g.Rate), orElse(f.entry.For, p.fault-f.entry.At)
	if n := g.Rate * on.Seconds(); rate <= faults.MostFloodRate && n > mostFloodRequests {
		p.problem(f.at("rate"), "rate %s comes to %.0f requests while the fault is on: want at "+
			"most %d; lower the rate, or hold it for a shorter time", rate, n, mostFloodRequests)
	}
}

// loosed makes the consumer of one fault's own traffic, with its addresses.
func (p floods) loosed(f writtenFault, sources int) (c *consumer, end endpoint, ok bool) {
	to := secret.Text(f.fault.Aim().To)
	if end, ok = p.endpoints.endpoint(f.at("to"), to); !ok {
		return nil, end, false
	}
	if _, taken := p.taken[f.name]; taken || len(p.endpoints.nodesOf(f.name)) > 0 {
		p.problem(at("faults", f.name), "fault %s has the name of a load group, target or "+
			"replica: links could not be told apart", f.name)
		return nil, end, false
	}
	c = newConsumer(f.name, kindFlood, p.sources.take(f.at("sources"), max(1, sources))...)
	c.reach(p.endpoints.nodesOf(end.host), end.port)
	return c, end, true
}

// allTraffic checks that one load node can make the users' load and all floods
// beside it without falling behind.
func (p floods) allTraffic(out floodsOut) {
	rate := p.users
	flooded := len(out.floods) > 0
	for _, g := range out.floods {
		rate += quantity.Rate(g.Rate)
	}
	if flooded && rate > MostRate {
		p.problem(at("faults"), "load and floods of %s in all: one load node keeps its schedule "+
			"up to %s; lower the rates", rate, MostRate)
	}
	held, most := 0, 0
	for _, w := range out.swarms {
		held, most = held+w.Connections, max(most, w.Connections)
	}
	// one alone is reported where it is
	if held > faults.MostConnections && most <= faults.MostConnections {
		p.problem(at("faults"), "%d connections held by all faults together: want at most %d", held,
			faults.MostConnections)
	}
}
