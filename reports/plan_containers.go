package reports

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

func (b *planText) containers() {
	rows := []string{
		fmt.Sprintf("switchboard\t%s\tevery link runs through it; the drill's DNS",
			b.p.SwitchboardAddr),
		fmt.Sprintf("load\t%s\tusers and checks", b.p.LoadAddr),
	}
	if slices.ContainsFunc(b.p.Nodes, func(n plan.Node) bool { return len(n.Spec.Tmpfs) > 0 }) {
		rows = append(rows, fmt.Sprintf("disk\t%s\tthe targets' disks in memory", b.p.DiskAddr))
	}
	if len(b.p.Published) > 0 {
		rows = append(rows, fmt.Sprintf("ports\t%s\tcarries what comes to published ports",
			b.p.PortsAddr))
	}
	for _, n := range b.p.Nodes {
		made := madeOf(n.Spec)
		if n.Host() != n.Name {
			made += ", on the wire " + n.Host()
		}
		rows = append(rows, fmt.Sprintf("%s\t%s\t%s\tready: %s", n.Name, n.Addr, made,
			readiness(n)))
	}
	b.table("CONTAINERS, in order of start", rows)
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
		b.table("FILES, in the container and what they come from", rows)
	}
}

// madeOf says what a target is made of.
func madeOf(t *scenarios.Target) string {
	var s string
	switch {
	case t.Image != "":
		s = "image " + t.Image
	case t.Build != nil:
		s = "built from " + cmp.Or(t.Build.Context, ".")
	case t.Lab != nil && t.Lab.LB != nil:
		s = "embedded lb for " + t.Lab.LB.Backend
	case t.Lab != nil && t.Lab.KV != nil:
		s = "embedded kv, active and standby"
	case t.Lab != nil && t.Lab.SQL != nil:
		s = "embedded sql, an application in front of a PostgreSQL"
	case t.Lab != nil:
		s = "embedded web"
	}
	if t.CPUs > 0 {
		s += fmt.Sprintf(", %g cpus", t.CPUs)
	}
	if t.Memory > 0 {
		s += ", " + t.Memory.String()
	}
	for _, path := range slices.Sorted(maps.Keys(t.Tmpfs)) {
		s += fmt.Sprintf(", disk %s of %s", path, t.Tmpfs[path])
	}
	return s
}

// certificates says what the nodes have of the drill's own authority, where any
// has something.
func (b *planText) certificates() {
	var rows []string
	for _, n := range b.p.Nodes {
		own := "certificate for " + strings.Join(n.Names(), " and ")
		if n.Spec.Lab != nil && n.Spec.Lab.TLS {
			rows = append(rows, fmt.Sprintf("%s\tshown by itself\t%s", n.Name, own))
		}
		for _, path := range slices.Sorted(maps.Keys(n.Spec.Files)) {
			m, ours := scenarios.MaterialOf(n.Spec.Files[path])
			if ours && m != scenarios.TargetList {
				rows = append(rows, fmt.Sprintf("%s\t%s\t%s", n.Name, path,
					map[scenarios.Material]string{
						scenarios.CACertificate:  "the authority's own certificate",
						scenarios.OwnCertificate: own,
						scenarios.OwnKey:         "the certificate's key",
						scenarios.OwnBoth:        own + ", and its key",
					}[m]))
			}
		}
	}
	if len(rows) > 0 {
		b.table("CERTIFICATES by the drill's own authority, made anew for each run", rows)
	}
}

// readiness says when a node is taken to be ready.
func readiness(n plan.Node) string {
	var all []string
	if r := n.Spec.Ready; r != nil && r.Log != "" {
		all = append(all, fmt.Sprintf("its log says %q", r.Log))
	} else if r != nil && r.Health {
		all = append(all, "its image's health check")
	}
	for _, c := range n.Ready {
		if c.HTTP != nil {
			all = append(all, string(c.HTTP.URL))
		} else if c.TCP != nil {
			all = append(all, "tcp "+c.TCP.Address)
		}
	}
	if len(all) == 0 {
		return "its process runs"
	}
	return strings.Join(all, ", ")
}

// published lists the ports of this machine that lead into the network, where any do.
func (b *planText) published() {
	var rows []string
	for _, o := range b.p.Published {
		rows = append(rows, fmt.Sprintf("%s\thost -> %s", o.Address(), o.Leads()))
	}
	if len(rows) > 0 {
		b.table("PUBLISHED, on this machine's loopback alone, and the links that they take", rows)
	}
}
