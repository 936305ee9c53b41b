package plan

import (
	"slices"
	"strings"

	"github.com/stormdrill/stormdrill/scenarios"
)

// startOrder is the pass that puts the nodes so that each follows those it uses.
func startOrder(d *diagnostics, targets map[string]*scenarios.Target,
	t topology) (order []string) {
	state := map[string]int{} // 1: being visited, 2: done
	var visit func(target string, from []string) bool
	visit = func(target string, from []string) bool {
		switch state[target] {
		case 2:
			return true
		case 1:
			start := slices.Index(from, target)
			d.problem(at("targets", from[len(from)-1], "uses"),
				"uses goes in a circle, so that none can start first: %s",
				strings.Join(append(from[start:], target), " → "))
			return false
		}
		state[target] = 1
		for _, used := range slices.Sorted(slices.Values(targets[target].Uses)) {
			n := t.nodesOf(used)
			if len(n) > 0 && t.nodes[n[0]].Target == target {
				// replicas that use each other have to cope with a peer that is not there yet
				continue
			}
			if len(n) > 0 && !visit(t.nodes[n[0]].Target, append(slices.Clip(from), target)) {
				break
			}
		}
		state[target] = 2
		order = append(order, t.replicas[target]...)
		return true
	}
	for _, target := range sortedKeys(targets) {
		visit(target, nil)
	}
	return order
}
