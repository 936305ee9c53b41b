package plan

import (
	"slices"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios"
)

// reroute says that names may come to lead some nodes and groups elsewhere, by a fault or by
// a steer.
type reroute struct {
	from  string   // the client, by name or glob
	names []string // that they ask for
	to    []string // nodes
}

// faultReroutes is the pass that finds where faults move names to.
func faultReroutes(d *diagnostics, t topology, faults []writtenFault) (all []reroute) {
	for _, f := range faults {
		if f.fault == nil || f.fault.Aim().MovesTo == "" {
			continue
		}
		a := f.fault.Aim()
		to := t.nodesOf(a.MovesTo)
		if len(to) != 1 {
			d.dangling(f.at("to"), "to %q: want one target or replica: %s",
				a.MovesTo, scenarios.Listed(a.MovesTo, sortedKeys(t.nodes)))
			continue
		}
		all = append(all, reroute{a.From, a.Names, to})
	}
	return all
}

// reroutedNames lists the names that may come to lead to each node, besides its own.
func reroutedNames(all []reroute) map[string][]string {
	out := map[string][]string{}
	for _, l := range all {
		for _, node := range l.to {
			for _, name := range l.names {
				if !slices.Contains(out[node], name) {
					out[node] = append(out[node], name)
				}
			}
		}
	}
	return out
}

// rerouteCheck checks where names are rerouted to.
type rerouteCheck struct {
	*diagnostics
	network
	protocols protocols
}

// elsewhere checks that a client that is given other addresses, those of where, comes to
// other nodes, which answer as the ones before did.
func (p rerouteCheck) elsewhere(keys []string, where string, links []link.Link) bool {
	for _, l := range links {
		for _, node := range p.nodesOf(where) {
			if l.To == node {
				p.problem(keys, "to %s: %s leads %s there already: want another target", where,
					l.Name, l.From)
				return false
			}
			if !l.Users && p.consumers[l.From].kind == kindUsers {
				continue // only a check asks there
			}
			n := p.nodes[node]
			if !slices.Contains(n.Spec.Ports, l.Port) {
				p.problem(keys, "to %s: %s asks %s at port %d, which %s lacks: want it among its "+
					"ports", where, l.From, l.Name, l.Port, node)
				return false
			}
			have := p.protocols.of(n, l.Port)
			if have != "" && l.Protocol != "" && have != l.Protocol {
				speaks := map[string]string{link.Plain: "plain HTTP", link.Encrypted: "TLS"}
				p.problem(keys, "to %s: %s speaks %s at port %d, and %s %s: no client could "+
					"follow the name; want both alike",
					where, l.Name, speaks[l.Protocol], l.Port, node, speaks[have])
				return false
			}
		}
	}
	return true
}
