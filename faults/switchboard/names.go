//go:build linux

package switchboard

import (
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/hostname"
)

// names answers where each name is, as each client sees it: the same name gives every
// client the addresses of its own links.
type names struct {
	clients map[netip.Addr]string              // address → client
	known   map[string]map[string][]netip.Addr // client → name → link addresses
	fixed   map[string]netip.Addr
	life    map[question]uint32 // TTLs that are not the short one
	steers  *steers
	unknown func(link.Unknown)

	mu       sync.Mutex
	turns    map[question]int // answers given, for rotation
	reported map[question]bool
}

// question is a client and what it asks for; a client counts as one, whatever address it
// asks from.
type question struct{ client, name string }

func newNames(s link.Spec, unknown func(link.Unknown)) *names {
	n := &names{clients: map[netip.Addr]string{}, known: map[string]map[string][]netip.Addr{},
		fixed: map[string]netip.Addr{}, life: map[question]uint32{}, steers: newSteers(s.Subnet),
		unknown: unknown, turns: map[question]int{}, reported: map[question]bool{}}
	for _, c := range s.Clients {
		for name, ttl := range c.TTL {
			n.life[question{c.Name, plain(name)}] = ttl
		}
		for _, a := range c.Addresses {
			n.clients[a] = c.Name
		}
	}
	for _, l := range s.Links {
		n.learn(l.From, l.Name, l.Addr)
		n.learn(l.From, l.To, l.Addr)
	}
	for name, a := range s.Names {
		n.fixed[plain(name)] = a
	}
	return n
}

func (n *names) learn(client, name string, a netip.Addr) {
	if n.known[client] == nil {
		n.known[client] = map[string][]netip.Addr{}
	}
	name = plain(name)
	if have := n.known[client][name]; !slices.Contains(have, a) {
		n.known[client][name] = append(have, a)
	}
}

// plain is a name as it is compared: as on the wire, in lower case, without the final dot.
func plain(name string) string {
	return strings.ToLower(hostname.Wire(strings.TrimSuffix(name, ".")))
}

// lookup gives a name's addresses for a client, the first one another at each turn. An
// unknown name is reported once per client.
func (n *names) lookup(from netip.Addr, name string) ([]netip.Addr, bool) {
	name = plain(name)
	client := n.client(from)
	all := n.steers.lead(question{client, name}, from)
	if len(all) == 0 {
		all = n.known[client][name]
	}
	if len(all) > 0 {
		return n.rotate(question{client, name}, all), true
	}
	if a, ok := n.fixed[name]; ok {
		return []netip.Addr{a}, true
	}
	n.report(question{client, name})
	return nil, false
}

// ttl is how long a client may keep an answer, in seconds.
func (n *names) ttl(from netip.Addr, name string) uint32 {
	if ttl, ok := n.life[question{n.client(from), plain(name)}]; ok {
		return ttl
	}
	return shortTTL
}

// client is the name of the client that asks from an address.
func (n *names) client(from netip.Addr) string {
	if name, ok := n.clients[from]; ok {
		return name
	}
	return from.String()
}

// has reports whether a name has an answer, without using up a turn.
func (n *names) has(from netip.Addr, name string) bool {
	name = plain(name)
	_, fixed := n.fixed[name]
	return fixed || len(n.known[n.clients[from]][name]) > 0
}

func (n *names) rotate(q question, all []netip.Addr) []netip.Addr {
	n.mu.Lock()
	turn := n.turns[q] % len(all)
	n.turns[q]++
	n.mu.Unlock()
	return append(slices.Clone(all[turn:]), all[:turn]...)
}

func (n *names) report(q question) {
	n.mu.Lock()
	before := len(n.reported)
	if before <= link.MostUnknown {
		n.reported[q] = true
	}
	first := len(n.reported) > before
	n.mu.Unlock()
	switch {
	case first && before == link.MostUnknown:
		n.unknown(link.Unknown{Asker: q.client, More: true})
	case first:
		n.unknown(link.Unknown{Asker: q.client, Name: hostname.Written(q.name)})
	}
}
