package plan

import (
	"fmt"
	"slices"

	"github.com/stormdrill/stormdrill/faults"
)

// Limits of a target that a fault is to lower one of, and that has none of its
// own. Engines refuse more CPUs than they have; memory they do not count.
const (
	defaultCPUs   = 1
	defaultMemory = 1 << 30
)

// limited gives the targets of a fault that lowers a limit one to restore, and
// checks that it is lowered. It changes the nodes.
func limited(d *diagnostics, f *Fault, nodes []Node) {
	l, ok := f.Fault.(faults.Limiting)
	if !ok {
		return
	}
	less := l.Lowers()
	given := map[string]bool{} // targets, that several nodes make one note
	give := func(target, what string) {
		if !given[target] {
			d.note("note-limit-given",
				"fault %s: %s has no limit of its own, and gets %s for the whole drill: an "+
					"engine can restore a limit, but not take one away",
				"fault", f.Name, "target", target, "limit", what)
		}
		given[target] = true
	}
	for i := range nodes {
		n := &nodes[i]
		if !slices.Contains(f.Site.Targets, n.Name) {
			continue
		}
		with := *n.Spec
		if less.CPUs > 0 && with.CPUs == 0 {
			with.CPUs = defaultCPUs
			give(n.Target, fmt.Sprintf("cpus: %d", defaultCPUs))
		}
		if less.Memory > 0 && with.Memory == 0 {
			with.Memory = defaultMemory
			give(n.Target, fmt.Sprintf("memory: %s", with.Memory))
		}
		n.Spec = &with
		if less.CPUs >= with.CPUs && less.CPUs > 0 {
			d.problem(at("faults", f.Name, f.Kind, "cpus"),
				"%s: cpus %g: %s has %g, so nothing would be taken away", f.Kind, less.CPUs, n.Name,
				with.CPUs)
			return
		}
		if less.Memory >= with.Memory && less.Memory > 0 {
			d.problem(at("faults", f.Name, f.Kind, "memory"),
				"%s: memory %s: %s has %s, so nothing would be taken away", f.Kind, less.Memory,
				n.Name, with.Memory)
			return
		}
	}
}
