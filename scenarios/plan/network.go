package plan

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/stormdrill/stormdrill/faults/link"
)

// network is what reaches what: nodes, consumers, and the links between them.
type network struct {
	topology
	consumers consumers
	links     []link.Link
}

// flooded are a flood's own links.
func (n network) flooded(name string) (own []link.Link) {
	for _, l := range n.links {
		if c := n.consumers[l.From]; c.kind == kindFlood && l.From == name {
			own = append(own, l)
		}
	}
	return own
}

// movedLinks are the clients' links to where a fault moves their names.
func (n network) movedLinks(where string, clients []string) (out []link.Link) {
	to := n.nodesOf(where)
	for _, l := range n.links {
		if slices.Contains(clients, l.From) && slices.Contains(to, l.To) {
			out = append(out, l)
		}
	}
	return out
}

// linking is the pass that gives every consumer its addresses at the switchboard, and every
// pair of consumer and node an address of its own.
type linking struct {
	*diagnostics
	topology
	subnet    subnet
	consumers consumers
	protocols protocols
}

func (p linking) network() (network, []link.Client) {
	out, clients := network{topology: p.topology, consumers: p.consumers}, []link.Client(nil)
	aliases, pairs := 0, map[[2]string]netip.Addr{}
	for _, c := range p.consumers.sorted() {
		client := link.Client{Name: c.name, Addresses: c.addresses}
		for range c.addresses {
			aliases++
			client.Aliases = append(client.Aliases, p.subnet.address(3, aliases))
		}
		clients = append(clients, client)
		for _, w := range sortedWants(c.wants) {
			pair := [2]string{c.name, w.node}
			if _, ok := pairs[pair]; !ok {
				pairs[pair] = p.subnet.address(2, len(pairs)+1)
			}
			out.links = append(out.links, p.link(c, w, pairs[pair]))
		}
	}
	if len(pairs) > roomInBlock {
		p.problem(at("targets"), "%d pairs of consumer and node: a drill's network has room for "+
			"%d; use fewer replicas or watchers", len(pairs), roomInBlock)
	}
	if aliases > roomInBlock {
		p.problem(at("load"), "%d addresses of users, watchers and nodes: a drill's network has "+
			"room for %d; use fewer sources", aliases, roomInBlock)
	}
	return out, clients
}

func (p linking) link(c *consumer, w want, addr netip.Addr) link.Link {
	n := p.nodes[w.node]
	return link.Link{
		ID:   fmt.Sprintf("%s -> %s:%d", c.name, w.node, w.port),
		From: c.name, To: w.node, Name: n.Target,
		Addr: addr, Port: w.port, Node: n.Addr, Users: c.wants[w],
		Protocol: p.protocols.of(n, w.port),
	}
}
