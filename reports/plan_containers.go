package reports

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

func (b *planText) containers() {
	rows := []string{
		fmt.Sprintf("switchboard\t%s\t%s", b.p.SwitchboardAddr, b.Line("plan-switchboard")),
		fmt.Sprintf("load\t%s\t%s", b.p.LoadAddr, b.Line("plan-load-node")),
	}
	if slices.ContainsFunc(b.p.Nodes, func(n plan.Node) bool { return len(n.Spec.Tmpfs) > 0 }) {
		rows = append(rows, fmt.Sprintf("disk\t%s\t%s", b.p.DiskAddr, b.Line("plan-disks")))
	}
	if len(b.p.Published) > 0 {
		rows = append(rows, fmt.Sprintf("ports\t%s\t%s", b.p.PortsAddr, b.Line("plan-ports")))
	}
	for _, n := range b.p.Nodes {
		made := b.madeOf(n.Spec)
		if n.Host() != n.Name {
			made = append(made, b.Line("plan-on-wire", "host", n.Host()))
		}
		rows = append(rows, fmt.Sprintf("%s\t%s\t%s\t%s", n.Name, n.Addr, b.List(made),
			b.Line("plan-ready", "when", b.readiness(n))))
	}
	b.table(b.Line("plan-containers"), rows)
}

// files lists what of this machine gets into containers, where anything does.
func (b *planText) files() {
	var rows []string
	for _, name := range slices.Sorted(maps.Keys(b.p.Scenario.Targets)) {
		files := b.p.Scenario.Targets[name].Files
		for _, inside := range slices.Sorted(maps.Keys(files)) {
			rows = append(rows, fmt.Sprintf("%s\t%s\t%s", name, inside, files[inside]))
		}
	}
	if len(rows) > 0 {
		b.table(b.Line("plan-files"), rows)
	}
}

// madeOf says what a target is made of, and what it has.
func (b *planText) madeOf(t *scenarios.Target) (parts []string) {
	switch {
	case t.Image != "":
		parts = []string{b.Line("plan-image", "image", t.Image)}
	case t.Build != nil:
		parts = []string{b.Line("plan-built", "folder", cmp.Or(t.Build.Context, "."))}
	case t.Lab != nil && t.Lab.LB != nil:
		parts = []string{b.Line("plan-lb", "backend", t.Lab.LB.Backend)}
	case t.Lab != nil && t.Lab.KV != nil:
		parts = []string{b.Line("plan-kv")}
	case t.Lab != nil && t.Lab.SQL != nil:
		parts = []string{b.Line("plan-sql")}
	case t.Lab != nil:
		parts = []string{b.Line("plan-web")}
	}
	if t.CPUs > 0 {
		parts = append(parts, b.Line("plan-cpus", "cpus", fmt.Sprintf("%g", t.CPUs)))
	}
	if t.Memory > 0 {
		parts = append(parts, t.Memory.String())
	}
	for _, path := range slices.Sorted(maps.Keys(t.Tmpfs)) {
		parts = append(parts, b.Line("plan-disk", "path", path, "size", t.Tmpfs[path].String()))
	}
	return parts
}

// certificates says what the nodes have of the drill's own authority, where any
// has something.
func (b *planText) certificates() {
	var rows []string
	for _, n := range b.p.Nodes {
		names := strings.Join(n.Names(), b.Line("plan-and"))
		own := b.Line("plan-certificate", "names", names)
		if n.Spec.Lab != nil && n.Spec.Lab.TLS {
			rows = append(rows, fmt.Sprintf("%s\t%s\t%s", n.Name, b.Line("plan-shown"), own))
		}
		for _, path := range slices.Sorted(maps.Keys(n.Spec.Files)) {
			m, ours := scenarios.MaterialOf(n.Spec.Files[path])
			if ours && m != scenarios.TargetList {
				rows = append(rows, fmt.Sprintf("%s\t%s\t%s", n.Name, path,
					map[scenarios.Material]string{
						scenarios.CACertificate:  b.Line("plan-authority"),
						scenarios.OwnCertificate: own,
						scenarios.OwnKey:         b.Line("plan-key"),
						scenarios.OwnBoth:        b.Line("plan-with-key", "names", names),
					}[m]))
			}
		}
	}
	if len(rows) > 0 {
		b.table(b.Line("plan-certificates"), rows)
	}
}

// readiness says when a node is taken to be ready.
func (b *planText) readiness(n plan.Node) string {
	var all []string
	if r := n.Spec.Ready; r != nil && r.Log != "" {
		all = append(all, b.Line("plan-log-says", "text", strconv.Quote(r.Log)))
	} else if r != nil && r.Health {
		all = append(all, b.Line("plan-health"))
	}
	for _, c := range n.Ready {
		if c.HTTP != nil {
			all = append(all, string(c.HTTP.URL))
		} else if c.TCP != nil {
			all = append(all, "tcp "+c.TCP.Address)
		}
	}
	if len(all) == 0 {
		return b.Line("plan-runs")
	}
	return b.List(all)
}

// published lists the ports of this machine that lead into the network, where any do.
func (b *planText) published() {
	var rows []string
	for _, o := range b.p.Published {
		rows = append(rows, fmt.Sprintf("%s\thost -> %s", o.Address(), o.Leads()))
	}
	if len(rows) > 0 {
		b.table(b.Line("plan-published"), rows)
	}
}
