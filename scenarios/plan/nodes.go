package plan

import (
	"slices"

	"github.com/stormdrill/stormdrill/loadgen/hostname"
	"github.com/stormdrill/stormdrill/scenarios"
)

// targets is the pass that checks targets and makes their nodes, in order of names.
type targets struct {
	*diagnostics
	host      hostAccess
	subnet    subnet
	all       map[string]*scenarios.Target
	images    map[string]string // see Options.Images
	faultless bool              // the scenario has none
}

func (p targets) nodes() topology {
	out := topology{nodes: map[string]*Node{}, replicas: map[string][]string{}}
	check := targetCheck{p.diagnostics, p.host, p.all, p.faultless}
	for _, name := range named(p.diagnostics, "targets", p.all) {
		t := p.all[name]
		check.target(name, t)
		p.replicaNames(name, t)
		for i := range max(1, min(t.Replicas, mostNodesOfTargets)) {
			n := &Node{Name: name, Target: name, Spec: p.substituted(name, t)}
			if t.Replicas > 1 {
				n.Name = hostname.Replica(name, i+1)
			}
			if other, taken := out.nodes[n.Name]; taken {
				of := other.Target
				if t.Replicas > 1 { // the other has none
					of = name
				}
				p.problem(at("targets", n.Name),
					"target %s has the name of a replica of %s: choose another", n.Name, of)
				continue
			}
			n.Addr = p.subnet.address(0, firstNode+len(out.nodes))
			out.nodes[n.Name] = n
			out.replicas[name] = append(out.replicas[name], n.Name)
		}
	}
	if len(out.nodes) > mostNodesOfTargets {
		p.problem(at("targets"), "%d nodes: a drill's network has room for %d", len(out.nodes),
			mostNodesOfTargets)
	}
	return out
}

// substituted is the target with the image that the user asked for instead.
func (p targets) substituted(name string, t *scenarios.Target) *scenarios.Target {
	image, ok := p.images[name]
	if !ok && t.Image != "" {
		image, ok = p.images[t.Image]
	}
	if !ok {
		return t
	}
	with := *t
	with.Image, with.Build, with.Lab = image, nil, nil
	return &with
}

// UnusedImages lists what of a substitution (see Options.Images) applies to none
// of the drills: a slip would otherwise leave the candidate untested.
func UnusedImages(drills []*scenarios.Scenario, images map[string]string) []string {
	var unused []string
	for from := range images {
		used := slices.ContainsFunc(drills, func(s *scenarios.Scenario) bool {
			for name, t := range s.Targets {
				if name == from || t.Image == from {
					return true
				}
			}
			return false
		})
		if !used {
			unused = append(unused, from)
		}
	}
	slices.Sort(unused)
	return unused
}
