package plan

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"

	"github.com/stormdrill/stormdrill/faults/link"
)

// consumerKind orders links, and says which can be aimed at.
type consumerKind int

const (
	kindUsers consumerKind = iota
	kindNode
	kindWatcher
	kindHost
	kindReady
	kindFlood
)

// consumer opens connections: a load group, a node, a watcher, and what it reaches.
type consumer struct {
	name      string
	kind      consumerKind
	of        string // a replica's target, a cohort's group; else its own name, or empty
	addresses []netip.Addr
	wants     map[want]bool // true: for users' own requests
}

// want is one port of one node that a consumer reaches.
type want struct {
	node string
	port uint16
}

func newConsumer(name string, kind consumerKind, addresses ...netip.Addr) *consumer {
	return &consumer{name: name, kind: kind, addresses: addresses, wants: map[want]bool{}}
}

// reach makes a consumer reach a port of some nodes.
func (c *consumer) reach(nodes []string, port uint16) {
	for _, n := range nodes {
		w := want{n, port}
		if _, ok := c.wants[w]; !ok {
			c.wants[w] = false
		}
	}
}

// consumers are all that open connections, by name.
type consumers map[string]*consumer

// with are the consumers and some more.
func (c consumers) with(more ...*consumer) consumers {
	all := maps.Clone(c)
	for _, m := range more {
		all[m.name] = m
	}
	return all
}

// join are the consumers, where those that are there already reach and ask from what more
// of their names do.
func (c consumers) join(more ...*consumer) consumers {
	all := maps.Clone(c)
	for _, m := range more {
		if all[m.name] == nil {
			continue
		}
		with := *all[m.name]
		with.addresses = slices.Concat(with.addresses, m.addresses)
		with.wants = maps.Clone(m.wants)
		maps.Copy(with.wants, all[m.name].wants)
		all[m.name] = &with
	}
	return all
}

// follow gives users and nodes what they come to reach where names are rerouted: no link
// is made under traffic.
func (c consumers) follow(reroutes []reroute, t topology) consumers {
	all := consumers{}
	for name, one := range c {
		with := *one
		with.wants = maps.Clone(one.wants)
		all[name] = &with
	}
	for _, l := range reroutes {
		for _, node := range l.to {
			for _, c := range all {
				if (c.kind != kindUsers && c.kind != kindNode) ||
					!glob(l.from, c.name, orElse(c.of, c.name)) || c.name == node {
					continue
				}
				for _, port := range t.nodes[node].Spec.Ports {
					c.wants[want{node, port}] = c.kind == kindUsers
				}
			}
		}
	}
	return all
}

// sorted puts users first, then nodes, watchers and readiness, each by name.
func (c consumers) sorted() []*consumer {
	return slices.SortedFunc(maps.Values(c), func(a, b *consumer) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name))
	})
}

// ofWatchers: all links are watchers' own.
func (c consumers) ofWatchers(links []link.Link) bool {
	return len(links) > 0 && !slices.ContainsFunc(links,
		func(l link.Link) bool { return c[l.From].kind != kindWatcher })
}

func sortedWants(ws map[want]bool) []want {
	return slices.SortedFunc(maps.Keys(ws), func(a, b want) int {
		return cmp.Or(cmp.Compare(a.node, b.node), cmp.Compare(a.port, b.port))
	})
}
