package plan

import (
	"slices"

	"github.com/stormdrill/stormdrill/loadgen/hostname"
	"github.com/stormdrill/stormdrill/scenarios"
)

// material checks what one of a target's files is to hold.
func (p targetCheck) material(keys []string, m scenarios.Material) {
	if !slices.Contains(scenarios.Materials, string(m)) {
		p.problem(keys, "%q: the drill itself has no such thing: %s", m,
			scenarios.Listed(string(m), scenarios.Materials))
	}
}

// Host is the node's name as it goes over the wire.
func (n Node) Host() string { return hostname.Wire(n.Name) }

// Hosts are Names as they go over the wire: those for which its certificate is made out.
func (n Node) Hosts() (all []string) {
	for _, name := range n.Names() {
		all = append(all, hostname.Wire(name))
	}
	return all
}

// Names are those by which a node is asked, now or once they lead there.
func (n Node) Names() (all []string) {
	for _, name := range append([]string{n.Name, n.Target}, n.Called...) {
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}
