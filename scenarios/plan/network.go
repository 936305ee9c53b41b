package plan

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios"
)

// roomInBlock is how many addresses one of the subnet's blocks gives: .1 to .254.
const roomInBlock = 254

// consumerKind orders links, and says who can be aimed at.
type consumerKind int

const (
	kindUsers consumerKind = iota
	kindNode
	kindWatcher
	kindReady
	kindFlood
)

// consumer opens connections: a load group, a node, a watcher, and what it reaches.
type consumer struct {
	name      string
	kind      consumerKind
	of        string // a replica's target, a cohort's group; else its own name, or empty
	keys      []string
	addresses []netip.Addr
	wants     map[want]bool // true: for users' own requests
}

// want is one port of one node that a consumer reaches.
type want struct {
	node string
	port uint16
}

func (p *planner) addConsumer(name string, kind consumerKind, keys []string,
	addresses ...netip.Addr) *consumer {
	c := &consumer{name: name, kind: kind, keys: keys, addresses: addresses, wants: map[want]bool{}}
	p.consumers[name] = c
	return c
}

// wants makes a consumer reach a port of a node, or of all replicas of a target.
func (p *planner) wants(name, host string, port uint16) {
	c := p.consumers[name]
	if c == nil {
		return
	}
	for _, n := range p.nodesOf(host) {
		w := want{n, port}
		if _, ok := c.wants[w]; !ok {
			c.wants[w] = false
		}
	}
}

// nodesOf gives the nodes behind a name: a target's replicas, or one node.
func (p *planner) nodesOf(host string) []string {
	if all := p.replicas[host]; len(all) > 0 {
		return all
	}
	if _, ok := p.nodes[host]; ok {
		return []string{host}
	}
	return nil
}

// use checks one entry of a target's uses.
func (p *planner) use(name, used string, keys []string) {
	var all []string
	for t, spec := range p.s.Targets {
		all = append(all, t)
		for i := range min(spec.Replicas, mostNodesOfTargets) {
			if spec.Replicas > 1 {
				all = append(all, t+"-"+strconv.Itoa(i+1))
			}
		}
	}
	if !slices.Contains(all, used) {
		p.problem(keys, "%s uses %q, and no target or replica has that name: %s", name, used,
			scenarios.Listed(used, all))
	}
}

// uses makes every node a consumer of all ports of those it uses.
func (p *planner) uses() {
	for _, name := range sortedKeys(p.nodes) {
		n := p.nodes[name]
		p.balanced(n)
		if len(n.Spec.Uses) == 0 {
			continue
		}
		if _, taken := p.consumers[name]; taken {
			p.problem(at("load", name), "group %s has the name of a target or replica: links could not be told apart",
				name)
			continue
		}
		c := p.addConsumer(name, kindNode, at("targets", n.Target, "uses"), n.Addr)
		c.of = n.Target
		for _, used := range n.Spec.Uses {
			for _, to := range p.nodesOf(used) {
				if to == name {
					continue // among replicas that use each other
				}
				ports := p.nodes[to].Spec.Ports
				for _, port := range ports[:min(len(ports), mostPorts)] {
					p.wants(name, to, port)
				}
			}
		}
	}
}

// startOrder puts the nodes so that each follows those it uses.
func (p *planner) startOrder() {
	state := map[string]int{} // 1: being visited, 2: done
	var visit func(target string, from []string) bool
	visit = func(target string, from []string) bool {
		switch state[target] {
		case 2:
			return true
		case 1:
			start := slices.Index(from, target)
			p.problem(at("targets", from[len(from)-1], "uses"),
				"uses goes in a circle, so that none can start first: %s",
				strings.Join(append(from[start:], target), " → "))
			return false
		}
		state[target] = 1
		t := p.s.Targets[target]
		for _, used := range slices.Sorted(slices.Values(t.Uses)) {
			n := p.nodesOf(used)
			if len(n) > 0 && p.nodes[n[0]].Target == target {
				continue // replicas that use each other have to cope with a peer that is not there yet
			}
			if len(n) > 0 && !visit(p.nodes[n[0]].Target, append(slices.Clip(from), target)) {
				break
			}
		}
		state[target] = 2
		p.order = append(p.order, p.replicas[target]...)
		return true
	}
	for _, t := range sortedKeys(p.s.Targets) {
		visit(t, nil)
	}
}

// links gives every consumer its addresses at the switchboard, and every pair
// of consumer and node an address of its own.
func (p *planner) links() {
	for _, name := range p.order {
		p.plan.Nodes = append(p.plan.Nodes, *p.nodes[name])
	}
	aliases, pairs := 0, map[[2]string]netip.Addr{}
	for _, c := range p.sortedConsumers() {
		client := link.Client{Name: c.name, Addresses: c.addresses}
		for range c.addresses {
			aliases++
			client.Aliases = append(client.Aliases, p.address(3, aliases))
		}
		p.plan.Switchboard.Clients = append(p.plan.Switchboard.Clients, client)
		for _, w := range sortedWants(c.wants) {
			pair := [2]string{c.name, w.node}
			if _, ok := pairs[pair]; !ok {
				pairs[pair] = p.address(2, len(pairs)+1)
			}
			p.plan.Switchboard.Links = append(p.plan.Switchboard.Links, p.link(c, w, pairs[pair]))
		}
	}
	if len(pairs) > roomInBlock {
		p.problem(at("targets"), "%d pairs of consumer and node: a drill's network has room for %d; use fewer replicas or watchers",
			len(pairs), roomInBlock)
	}
	if aliases > roomInBlock {
		p.problem(at("load"), "%d addresses of users, watchers and nodes: a drill's network has room for %d; use fewer sources",
			aliases, roomInBlock)
	}
}

func (p *planner) link(c *consumer, w want, addr netip.Addr) link.Link {
	n := p.nodes[w.node]
	return link.Link{
		ID:   fmt.Sprintf("%s -> %s:%d", c.name, w.node, w.port),
		From: c.name, To: w.node, Name: n.Target,
		Addr: addr, Port: w.port, Node: n.Addr, Users: c.wants[w], Protocol: p.protocol(n, w.port),
	}
}

// sortedConsumers puts users first, then nodes, watchers and readiness, each by
// name.
func (p *planner) sortedConsumers() []*consumer {
	return slices.SortedFunc(maps.Values(p.consumers), func(a, b *consumer) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name))
	})
}

func sortedWants(ws map[want]bool) []want {
	return slices.SortedFunc(maps.Keys(ws), func(a, b want) int {
		return cmp.Or(cmp.Compare(a.node, b.node), cmp.Compare(a.port, b.port))
	})
}

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

// amount says how many there are, by name.
func amount(names []string) string {
	if len(names) == 0 {
		return "is none"
	}
	return "are " + strings.Join(names, " and ")
}
