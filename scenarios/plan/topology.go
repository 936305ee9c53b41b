package plan

import (
	"maps"
	"slices"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// topology is the drill's nodes, and which of them use which.
type topology struct {
	nodes    map[string]*Node    // by name
	replicas map[string][]string // target → its nodes
	order    []string            // nodes, in order of start
}

// nodesOf gives the nodes behind a name: a target's replicas, or one node.
func (t topology) nodesOf(host string) []string {
	if all := t.replicas[host]; len(all) > 0 {
		return all
	}
	if _, ok := t.nodes[host]; ok {
		return []string{host}
	}
	return nil
}

// listed gives the nodes in order of start, with the questions that say they serve and the
// names that may come to lead there.
func (t topology) listed(ready map[string][]load.Check, called map[string][]string) (all []Node) {
	for _, name := range t.order {
		n := *t.nodes[name]
		n.Ready, n.Called = ready[name], called[name]
		all = append(all, n)
	}
	return all
}

// hosts lists the names that a URL can hold.
func (t topology) hosts() []string {
	return append(slices.Collect(maps.Keys(t.replicas)), slices.Collect(maps.Keys(t.nodes))...)
}

// behind lists nodes, and all those that they use, and so on.
func (t topology) behind(nodes []string) []string {
	all := slices.Clone(nodes)
	for i := 0; i < len(all); i++ {
		for _, used := range t.nodes[all[i]].Spec.Uses {
			for _, n := range t.nodesOf(used) {
				if !slices.Contains(all, n) {
					all = append(all, n)
				}
			}
		}
	}
	return all
}

// some reports whether the nodes are replicas of which others are left out.
func (t topology) some(nodes map[string]bool) bool {
	for n := range nodes {
		node, ok := t.nodes[n]
		if !ok || !slices.ContainsFunc(t.replicas[node.Target],
			func(r string) bool { return !nodes[r] }) {
			return false
		}
	}
	return len(nodes) > 0
}

// asksApart reports whether a node looks its names up apart from requests, and goes on with
// what it has where an answer fails: embedded balancers do.
func (t topology) asksApart(node string) bool {
	n := t.nodes[node]
	return n != nil && n.Spec.Lab != nil && n.Spec.Lab.LB != nil
}
