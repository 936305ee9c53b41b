package plan

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// Published is a port of the CLI's machine that leads to a node's, on 127.0.0.1 alone.
type Published struct {
	Listen uint16 // on 127.0.0.1
	Node   string
	Port   uint16
	Addr   netip.Addr // of the link that leads there, which is host's
}

// Address is where it is to be reached.
func (p Published) Address() string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(int(p.Listen)))
}

// Leads is where it leads, NODE:PORT.
func (p Published) Leads() string { return fmt.Sprintf("%s:%d", p.Node, p.Port) }

func (p Published) String() string { return p.Address() + " -> " + p.Leads() }

// hostName is the consumer that has the links of published ports.
const hostName = "host"

// published is the pass that finds which ports of this machine lead to which nodes.
type published struct {
	*diagnostics
	host hostAccess
	topology
	targets  map[string]*scenarios.Target
	watchers map[string]*watch.Config
	from     netip.Addr
	taken    consumers // no other consumer may have their names
}

// publishedOut are the ports, and the consumers that connect to them.
type publishedOut struct {
	all       []Published // without the links' addresses
	consumers []*consumer // none, or one
}

func (p published) ports() (out publishedOut) {
	listens := p.hooks()
	c := newConsumer(hostName, kindHost, p.from)
	for _, name := range sortedKeys(p.targets) {
		for i, text := range p.targets[name].Publish {
			keys := at("targets", name, "publish", strconv.Itoa(i))
			for _, one := range p.lead(keys, name, text) {
				if other, taken := listens[one.Listen]; taken {
					p.problem(keys, "publish %q: %s has port %d of this machine already", text,
						other, one.Listen)
					break
				}
				listens[one.Listen] = name
				c.reach([]string{one.Node}, one.Port)
				out.all = append(out.all, one)
			}
		}
		if len(p.targets[name].Publish) > 0 {
			p.allowed(at("targets", name, "publish"), name)
		}
	}
	if len(out.all) > 0 {
		out.consumers = []*consumer{c}
	}
	return out
}

// hooks are the ports of this machine at which watchers wait.
func (p published) hooks() map[uint16]string {
	all := map[uint16]string{}
	for _, name := range sortedKeys(p.watchers) {
		if h := p.watchers[name].Webhook; h != nil && h.Loopback && h.Port > 0 && h.Port <= 65535 {
			all[uint16(h.Port)] = "watcher " + name
		}
	}
	return all
}

// allowed checks that ports of this machine may be used, and that their links can be
// distinguished from others.
func (p published) allowed(keys []string, target string) {
	if p.host.noCommands {
		p.problem(keys, "target %s publishes ports of this machine, "+
			"and --no-host-commands refuses that", target)
	}
	if _, taken := p.taken[hostName]; taken || len(p.nodesOf(hostName)) > 0 {
		p.problem(keys, "publish: its links are named %s -> %s, "+
			"and something else has the name %s: choose another for that",
			hostName, target, hostName)
	}
}

// lead reads an entry: which port of this machine leads to which node, one for each replica.
func (p published) lead(keys []string, target, text string) (all []Published) {
	first, last, port, why := parsePublished(text)
	if why != "" {
		p.problem(keys, "publish %q: %s", text, why)
		return nil
	}
	if _, ok := portOf(p.diagnostics, keys, target, target, p.targets[target],
		strconv.Itoa(int(port))); !ok {
		return nil
	}
	nodes, n := p.nodesOf(target), int(last)-int(first)+1
	switch {
	case len(nodes) == 0: // it was said why
		return nil
	case n != len(nodes) && n == 1:
		p.problem(keys, "publish %q: %s has %d replicas, and each wants a port of its own: "+
			"want %d-%d:%d",
			text, target, len(nodes), first, int(first)+len(nodes)-1, port)
		return nil
	case n != len(nodes):
		p.problem(keys, "publish %q: these are %d ports, one for each replica, "+
			"and %s has %d of them",
			text, n, target, len(nodes))
		return nil
	}
	for i, node := range nodes {
		all = append(all, Published{Listen: first + uint16(i), Node: node, Port: port})
	}
	return all
}

// parsePublished reads PORT:PORT and FIRST-LAST:PORT; why is what is wrong.
func parsePublished(text string) (first, last, port uint16, why string) {
	const want = "want PORT:PORT, this machine's and the target's, such as 18080:8080"
	outer, inner, ok := strings.Cut(text, ":")
	switch {
	case !ok:
		return 0, 0, 0, want
	case strings.Contains(inner, ":"):
		return 0, 0, 0, "ports are published on 127.0.0.1, and nowhere else: " +
			"leave the address out, as in 18080:8080"
	case strings.Contains(inner, "/"):
		return 0, 0, 0, "ports are TCP's: leave the protocol out"
	}
	from, to, ranged := strings.Cut(outer, "-")
	if !ranged {
		to = from
	}
	numbers := [3]uint16{}
	for i, s := range []string{from, to, inner} {
		n, err := strconv.ParseUint(s, 10, 16)
		if err != nil || n == 0 {
			return 0, 0, 0, want
		}
		numbers[i] = uint16(n)
	}
	if numbers[1] < numbers[0] {
		return 0, 0, 0, "its range ends before it begins"
	}
	return numbers[0], numbers[1], numbers[2], ""
}

// over gives the ports with their links' addresses.
func (o publishedOut) over(links []link.Link) []Published {
	all := slices.Clone(o.all)
	for i := range all {
		k := slices.IndexFunc(links, func(l link.Link) bool {
			return l.From == hostName && l.To == all[i].Node && l.Port == all[i].Port
		})
		all[i].Addr = links[k].Addr
	}
	return all
}
