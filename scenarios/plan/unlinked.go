package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stormdrill/stormdrill/loadgen/hostname"
	"github.com/stormdrill/stormdrill/scenarios"
)

// noUses says why no link leads from a target that there is, and the key that makes one:
// it uses nothing, or what it uses has no ports. Empty: the name is no target's.
func (n network) noUses(from, to string) string {
	nodes := n.nodesOf(from)
	if len(nodes) == 0 {
		return ""
	}
	node := n.nodes[nodes[0]]
	if len(node.Spec.Uses) == 0 {
		return fmt.Sprintf("%s is a target without `uses`, so that it opens no connection: add "+
			"uses: [%s] to targets.%s", from, n.targetOf(to, "TARGET"), node.Target)
	}
	if used := n.targetOf(to, ""); slices.Contains(node.Spec.Uses, used) && n.noPorts(to) != "" {
		return n.noPorts(to)
	}
	return fmt.Sprintf("nothing that %s uses has `ports`, so that no link leads to it: add "+
		"ports: [PORT] to targets.%s", from, strings.Join(node.Spec.Uses, ", targets."))
}

// noPorts says why no link leads to a target that there is, and the key that makes one: it
// declares no port, or nothing uses it. Empty: the name is no target's.
func (n network) noPorts(to string) string {
	nodes := n.nodesOf(to)
	if len(nodes) == 0 {
		return ""
	}
	node := n.nodes[nodes[0]]
	if len(node.Spec.Ports) == 0 {
		return fmt.Sprintf("%s is a target without `ports`, so that no link leads to it: add "+
			"ports: [PORT], at which its program listens, to targets.%s", to, node.Target)
	}
	return fmt.Sprintf("no link leads to %s: add it to a target's `uses`, or send a group's load "+
		"`to` it", to)
}

// notUsed is the key that makes a link between two targets that there are; empty: at least one
// of them is no target.
func (n network) notUsed(s selector) string {
	from, to := n.nodesOf(s.from), n.targetOf(s.to, "")
	if len(from) == 0 || to == "" {
		return ""
	}
	node := n.nodes[from[0]]
	switch {
	case len(n.nodes[n.nodesOf(s.to)[0]].Spec.Ports) == 0:
		return n.noPorts(s.to)
	case slices.Contains(node.Spec.Uses, to), slices.Contains(node.Spec.Uses, s.to):
		return "" // it is about the port
	}
	return fmt.Sprintf("%s does not use %s: add %s to `uses` of targets.%s", s.from, s.to, to,
		node.Target)
}

// fewerReplicas says of a replica's name that its target has not so many; empty: it is none.
func fewerReplicas(name string, all map[string]*scenarios.Target) string {
	of, n, ok := hostname.Original(name)
	t := all[of]
	if !ok || t == nil || n <= max(1, t.Replicas) {
		return ""
	}
	if t.Replicas <= 1 {
		return fmt.Sprintf("%s is one node, so that there is no %s", of, name)
	}
	return fmt.Sprintf("%s has replicas: %d, so that there is no %s", of, t.Replicas, name)
}

// noReplica is fewerReplicas of the nodes' targets.
func (t topology) noReplica(name string) string {
	specs := map[string]*scenarios.Target{}
	for _, node := range t.nodes {
		specs[node.Target] = node.Spec
	}
	return fewerReplicas(name, specs)
}

// targetOf is the target that a name is of, its own or a replica's; else otherwise.
func (n network) targetOf(name, otherwise string) string {
	if nodes := n.nodesOf(name); len(nodes) > 0 {
		return n.nodes[nodes[0]].Target
	}
	return otherwise
}
