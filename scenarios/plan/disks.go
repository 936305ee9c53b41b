package plan

import (
	"path"
	"slices"
	"strings"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
	"github.com/stormdrill/stormdrill/scenarios"
)

// How large disks in memory may be: one of a block is full before it is used, and all of them
// have room in the node that holds them.
const (
	leastDisk = 64 << 10
	mostDisks = 1 << 30 // of all targets together
)

// disks checks all targets' tmpfs.
func disks(d *diagnostics, targets map[string]*scenarios.Target) {
	held := quantity.Size(0)
	for _, name := range sortedKeys(targets) {
		held += disksOf(d, name, targets[name], held)
	}
}

// disksOf checks one target's, and gives what they hold; others hold so much already.
func disksOf(d *diagnostics, name string, t *scenarios.Target, others quantity.Size) (
	held quantity.Size) {
	for _, inside := range sortedKeys(t.Tmpfs) {
		here, size := at("targets", name, "tmpfs", inside), t.Tmpfs[inside]
		switch {
		case !strings.HasPrefix(inside, "/") || inside == "/":
			d.problem(here, "tmpfs %q: want an absolute path in the container, and not its root",
				inside)
		case inside != path.Clean(inside): // two ways to write it would be two disks
			d.problem(here, "tmpfs %q: want it as %s", inside, path.Clean(inside))
		case size < leastDisk:
			d.problem(here, "tmpfs %s: %s: want at least %s", inside, size,
				quantity.Size(leastDisk))
		case size > mostDisks: // times the replicas it may be no number any more
			d.problem(here, "tmpfs %s: %s: want at most %s, of all disks together", inside, size,
				quantity.Size(mostDisks))
		case t.Lab != nil && (t.Lab.Web == nil || t.Lab.Web.Spool != inside):
			d.problem(here,
				"tmpfs: an embedded target writes to no disk but a web's spool: "+
					"take it away, or say lab: {web: {spool: %s}}", inside)
		default:
			held += size * quantity.Size(max(1, t.Replicas))
			if others+held > mostDisks {
				d.problem(here, "tmpfs %s: all disks together are %s: want at most %s", inside,
					others+held, quantity.Size(mostDisks))
			}
		}
	}
	return held
}

// filled checks that all targets of a fault have the disk that it fills.
func filled(d *diagnostics, f *Fault, nodes []Node) {
	fault, ok := f.Fault.(faults.Filling)
	if !ok {
		return
	}
	path, leave := fault.Fills()
	here := at("faults", f.Name, f.Kind)
	for _, n := range nodes {
		if !slices.Contains(f.Site.Targets, n.Name) || path == "" {
			continue
		}
		size, there := n.Spec.Tmpfs[path]
		switch {
		case !there && len(n.Spec.Tmpfs) == 0:
			d.problem(append(here, "path"),
				"%s: %s has no disk: give the target one, such as tmpfs: {%s: 64MiB}",
				f.Kind, n.Name, path)
		case !there:
			d.problem(append(here, "path"), "%s: %s has no disk %s; there are %s",
				f.Kind, n.Name, path,
				strings.Join(sortedKeys(n.Spec.Tmpfs), ", "))
		case leave >= size:
			d.problem(append(here, "leave"),
				"%s: leave %s: the disk %s of %s has %s, so nothing would be taken", f.Kind,
				leave, path, n.Name, size)
		default:
			continue
		}
		return
	}
}
