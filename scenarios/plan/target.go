package plan

import (
	"errors"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/distribution/reference"

	"github.com/stormdrill/stormdrill/loadgen/hostname"
	"github.com/stormdrill/stormdrill/scenarios"
)

// mostPorts of a target.
const mostPorts = 50

// targetCheck checks targets by what each is written with.
type targetCheck struct {
	*diagnostics
	host      hostAccess
	all       map[string]*scenarios.Target
	faultless bool // the scenario has none
}

// target checks one target by itself.
func (p targetCheck) target(name string, t *scenarios.Target) {
	here := at("targets", name)
	sub := func(keys ...string) []string { return append(slices.Clip(here), keys...) }
	p.oneSource(t, here)
	if t.Replicas < 0 || t.Replicas > mostNodesOfTargets {
		p.problem(sub("replicas"), "replicas %d: want 1 to %d, which is what a drill's network "+
			"has room for", t.Replicas, mostNodesOfTargets)
	}
	if len(t.Ports) > mostPorts {
		p.problem(sub("ports"), "%d ports: want at most %d", len(t.Ports), mostPorts)
	}
	if t.CPUs < 0 {
		p.problem(sub("cpus"), "cpus %g: want a number above zero", t.CPUs)
	}
	if m := t.Memory; m != 0 && m < 6<<20 {
		p.problem(sub("memory"), "memory %s: engines give at least 6MiB", m)
	}
	seen := map[uint16]bool{}
	for i, port := range t.Ports {
		if port == 0 || seen[port] {
			p.problem(sub("ports", strconv.Itoa(i)), "port %d: want distinct ports from 1 to 65535",
				port)
		}
		seen[port] = true
	}
	for i, used := range t.Uses {
		p.use(name, used, sub("uses", strconv.Itoa(i)))
	}
	for inside, beside := range t.Files {
		if !path.IsAbs(inside) && path.IsAbs(beside) {
			p.problem(sub("files", inside), "file %q: swapped? the path in the container comes "+
				"first: write {%s: %s}", inside, beside, inside)
			continue
		}
		if m, ours := scenarios.MaterialOf(beside); ours {
			p.material(sub("files", inside), m)
		} else {
			p.host.file(sub("files", inside), beside)
		}
		if !strings.HasPrefix(inside, "/") {
			p.problem(sub("files", inside), "file %q: want an absolute path in the container",
				inside)
		}
	}
	if t.Build != nil {
		p.host.buildContext(t.Build, sub("build"))
	}
	if t.Lab != nil {
		embeddedCheck(p).embedded(t, sub("lab"))
	}
	if t.Ready != nil {
		p.ready(t, sub("ready"))
	}
}

// oneSource checks that a target comes from one place, and one only.
func (p targetCheck) oneSource(t *scenarios.Target, here []string) {
	var sources []string
	for _, s := range []struct {
		name string
		set  bool
	}{{"image", t.Image != ""}, {"build", t.Build != nil}, {"lab", t.Lab != nil}} {
		if s.set {
			sources = append(sources, s.name)
		}
	}
	switch {
	case len(sources) == 0 && !p.mistyped(here):
		p.problem(here, "target %s: want exactly one of image, build, lab; there is none", here[1])
	case strings.Contains(t.Image, "${"):
		p.problem(append(slices.Clip(here), "image"),
			"image %q: takes no variable: write it out, or substitute it by --image %s=…", t.Image,
			here[1])
	case t.Image != "" && wrongImage(t.Image) != nil:
		p.problem(append(slices.Clip(here), "image"),
			"image %q: %v: want a name such as nginx:1.27 or ghcr.io/shop/web:2", t.Image,
			wrongImage(t.Image))
	case len(sources) > 1:
		p.problem(here, "target %s: want exactly one of image, build, lab; there are %s", here[1],
			strings.Join(sources, " and "))
	}
}

// wrongImage is why no engine takes an image's name: a run would fail by it only at the pull,
// as of one that wants a login.
func wrongImage(name string) error {
	_, err := reference.ParseAnyReference(name)
	if err != nil && strings.Contains(err.Error(), "lowercase") { // it is of no type
		return errors.New("it may have upper case in its tag alone")
	}
	return err
}

// use checks one entry of a target's uses.
func (p targetCheck) use(name, used string, keys []string) {
	if slices.Contains([]string{useAll, useLoad, useSwitchboard}, used) {
		return
	}
	var all []string
	for t, spec := range p.all {
		all = append(all, t)
		for i := range min(spec.Replicas, mostNodesOfTargets) {
			if spec.Replicas > 1 {
				all = append(all, hostname.Replica(t, i+1))
			}
		}
	}
	if !slices.Contains(all, used) {
		why := fewerReplicas(used, p.all)
		p.problem(keys, "%s uses %q, and no target or replica has that name: %s", name, used,
			orElse(why, scenarios.Listed(used, all)))
	}
}
