package plan

import (
	"strconv"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
)

// uses is the pass that makes every node a consumer of all ports of those it uses.
type uses struct {
	*diagnostics
	topology
	taken consumers // no node may have their names
}

// usesOut are the nodes as consumers, and what is known of how they ask.
type usesOut struct {
	consumers []*consumer
	asked     protocols
	every     time.Duration // longest interval of the embedded balancers' checks
}

func (p uses) consumers() usesOut {
	out := usesOut{asked: protocols{}}
	for _, name := range sortedKeys(p.nodes) {
		n := p.nodes[name]
		p.balanced(n, &out)
		if len(n.Spec.Uses) == 0 {
			continue
		}
		if _, taken := p.taken[name]; taken {
			p.problem(at("load", name), "group %s has the name of a target or replica: links "+
				"could not be told apart", name)
			continue
		}
		c := newConsumer(name, kindNode, n.Addr)
		c.of = n.Target
		for _, used := range n.Spec.Uses {
			for _, to := range p.nodesOf(used) {
				if to == name {
					continue // among replicas that use each other
				}
				ports := p.nodes[to].Spec.Ports
				for _, port := range ports[:min(len(ports), mostPorts)] {
					c.reach(p.nodesOf(to), port)
				}
			}
		}
		out.consumers = append(out.consumers, c)
	}
	return out
}

// balanced takes in how an embedded balancer asks its servers.
func (p uses) balanced(n *Node, out *usesOut) {
	if n.Spec.Lab == nil || n.Spec.Lab.LB == nil {
		return
	}
	if c := n.Spec.Lab.LB.Check; c != nil {
		out.every = max(out.every, c.Interval)
	}
	server, secure := n.Spec.Lab.LB.Servers()
	host, port, _ := strings.Cut(server, ":")
	spoken := link.Plain
	if secure {
		spoken = link.Encrypted
	}
	number, _ := strconv.ParseUint(port, 10, 16) // backend said what is wrong with it
	for _, name := range p.nodesOf(host) {
		if p.nodes[name].Spec.Lab == nil {
			out.asked.ask(want{name, uint16(number)}, spoken)
		}
	}
}
