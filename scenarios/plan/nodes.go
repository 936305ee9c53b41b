package plan

import (
	"errors"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios"
)

// Room in the subnet's first block: targets from .10, watchers from .101.
const (
	firstNode, mostNodesOfTargets = 10, 90
	firstWatcher, mostWatchers    = 101, 154
	mostPorts                     = 50 // of a target
)

// targets makes the nodes, in order of their names.
func (p *planner) targets() {
	for _, name := range named(p, "targets", p.s.Targets) {
		t := p.s.Targets[name]
		p.target(name, t)
		for i := range max(1, min(t.Replicas, mostNodesOfTargets)) {
			n := &Node{Name: name, Target: name, Spec: p.substituted(name, t)}
			if t.Replicas > 1 {
				n.Name = name + "-" + strconv.Itoa(i+1)
			}
			if other, taken := p.nodes[n.Name]; taken {
				p.problem(at("targets", name),
					"target %s has the name of a replica of %s: choose another", n.Name,
					other.Target)
				continue
			}
			n.Addr = p.address(0, firstNode+len(p.nodes))
			p.nodes[n.Name] = n
			p.replicas[name] = append(p.replicas[name], n.Name)
		}
	}
	if len(p.nodes) > mostNodesOfTargets {
		p.problem(at("targets"), "%d nodes: a drill's network has room for %d", len(p.nodes),
			mostNodesOfTargets)
	}
}

// substituted is the target with the image that the user asked for instead.
func (p *planner) substituted(name string, t *scenarios.Target) *scenarios.Target {
	image, ok := p.o.Images[name]
	if !ok && t.Image != "" {
		image, ok = p.o.Images[t.Image]
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

// target checks one target by itself.
func (p *planner) target(name string, t *scenarios.Target) {
	here := at("targets", name)
	sub := func(keys ...string) []string { return append(slices.Clip(here), keys...) }
	p.oneSource(t, here)
	if t.Replicas < 0 || t.Replicas > mostNodesOfTargets {
		p.problem(sub("replicas"), "replicas %d: want 1 to %d, which is what a drill's network has room for",
			t.Replicas, mostNodesOfTargets)
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
		if m, ours := scenarios.MaterialOf(beside); ours {
			p.material(sub("files", inside), m)
		} else {
			p.file(sub("files", inside), beside)
		}
		if !strings.HasPrefix(inside, "/") {
			p.problem(sub("files", inside), "file %q: want an absolute path in the container",
				inside)
		}
	}
	if t.Build != nil {
		p.buildContext(t.Build, sub("build"))
	}
	if t.Lab != nil {
		p.embedded(t, sub("lab"))
	}
	if t.Ready != nil {
		p.ready(t, sub("ready"))
	}
}

// oneSource checks that a target comes from one place, and one only.
func (p *planner) oneSource(t *scenarios.Target, here []string) {
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
	case len(sources) > 1:
		p.problem(here, "target %s: want exactly one of image, build, lab; there are %s", here[1],
			strings.Join(sources, " and "))
	}
}

// mistyped says whether a key of the mapping at keys was unknown: what seems to
// lack may just be misspelt.
func (p *planner) mistyped(keys []string) bool {
	return p.s.Places().Mistyped(keys)
}

// file checks that a file the scenario refers to is there.
func (p *planner) file(keys []string, name string) {
	switch err := p.s.CheckFile(name); {
	case errors.Is(err, fs.ErrNotExist):
		p.problem(keys, "file %q: there is none beside the scenario", name)
		return
	case err != nil:
		p.problem(keys, "file %q %v", name, err)
	}
	p.hostFile(keys, name)
}

// hostFile says that a file of this machine which does not belong to the scenario is read,
// or refuses it.
func (p *planner) hostFile(keys []string, name string) {
	if !p.s.Outside(name) {
		return
	}
	if p.o.NoHostFiles {
		p.problem(keys, "%q lies outside the scenario's folder, and --no-host-files refuses that",
			name)
	}
	p.uncontained("%s reads %s, a file of this machine outside the scenario's folder",
		strings.Join(keys[:2], "."), name)
}

// hostCommand refuses what would run on this machine, where that is not wanted.
func (p *planner) hostCommand(keys []string, what string) {
	if p.o.NoHostCommands {
		p.problem(keys, "%s runs commands on this machine, and --no-host-commands refuses that",
			what)
	}
}

func (p *planner) buildContext(b *scenarios.Build, keys []string) {
	here := append(slices.Clip(keys), "context")
	if !p.s.HasFolder(orElse(b.Context, ".")) {
		p.problem(here, "build context %q: want a folder beside the scenario", b.Context)
	}
	p.hostFile(here, orElse(b.Context, "."))
	if b.Tag != "" && !imageTag.MatchString(b.Tag) {
		p.problem(append(slices.Clip(keys), "tag"),
			"tag %q: want an image's name in small letters, such as shop:drill", b.Tag)
	}
}

// imageTag is a name that an image may be built under.
var imageTag = regexp.MustCompile(`^[a-z0-9]+([._:/-]+[a-z0-9]+)*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?$`)

// mostWebConnections is what an engine's usual limit of descriptors allows.
const mostWebConnections = 10_000

// embedded checks an embedded target.
func (p *planner) embedded(t *scenarios.Target, keys []string) {
	sub := func(more ...string) []string { return append(slices.Clip(keys), more...) }
	kinds, _ := scenarios.Chosen(t.Lab)
	if len(kinds) != 1 && !p.mistyped(keys) {
		p.problem(keys, "lab: want exactly one of web, lb, kv, sql; there %s", amount(kinds))
	}
	if t.Lab.TLS && t.Lab.KV != nil {
		p.problem(sub("tls"), "tls: kv is followed by its standby in plain HTTP, and does not speak TLS: take it away")
	}
	if len(t.Ports) == 0 {
		p.problem(at("targets", keys[1], "ports"),
			"an embedded target has to serve somewhere: give it ports, such as [8080]")
	}
	if w := t.Lab.Web; w != nil && (w.Work < 0 || w.Start < 0) {
		p.problem(sub("web"), "web: want no negative work or start, have %s and %s", w.Work,
			w.Start)
	}
	if w := t.Lab.Web; w != nil && w.Health != "" && !strings.HasPrefix(w.Health, "/") {
		p.problem(sub("web", "health"), "health %q: want a path that begins with /", w.Health)
	}
	if w := t.Lab.Web; w != nil && (w.Connections < 0 || w.Connections > mostWebConnections) {
		p.problem(sub("web", "connections"),
			"connections %d: want at most %d, or none for as many as come", w.Connections,
			mostWebConnections)
	}
	if w := t.Lab.Web; w != nil && w.Outages != nil {
		p.outages(w, sub("web", "outages"))
	}
	if k := t.Lab.KV; k != nil {
		p.pair(t, k, keys[1], sub("kv"))
	}
	b := t.Lab.LB
	if b == nil {
		return
	}
	p.backend(t, b, sub("lb", "backend"))
	if c := b.Check; c != nil {
		here := sub("lb", "check")
		if c.Interval <= 0 {
			p.problem(append(here, "interval"), "check: want an interval above zero, such as 500ms")
		}
		if c.Fall < 1 || c.Rise < 1 {
			p.problem(here, "check: want fall and rise of at least 1, have %d and %d", c.Fall,
				c.Rise)
		}
		if c.Path != "" && !strings.HasPrefix(c.Path, "/") {
			p.problem(append(here, "path"), "path %q: want one that begins with /", c.Path)
		}
	}
	if b.Timeout < 0 {
		p.problem(sub("lb", "timeout"), "timeout %s: want one above zero, such as 1s", b.Timeout)
	}
	if e := b.Passive; e != nil && (e.Errors < 1 || e.For <= 0) {
		p.problem(sub("lb", "passive"), "passive: want errors of at least 1 and a time above zero under for")
	}
}

// pair checks an active/standby pair.
func (p *planner) pair(t *scenarios.Target, k *scenarios.KV, name string, keys []string) {
	sub := func(key string) []string { return append(slices.Clip(keys), key) }
	if t.Replicas != 2 {
		p.problem(at("targets", name, "replicas"),
			"kv: want replicas: 2, an active one and a standby; have %d", max(1, t.Replicas))
	}
	if !slices.Contains(t.Uses, name) {
		p.problem(at("targets", name, "uses"),
			"kv: the two talk to each other, which they must declare: add uses: [%s]", name)
	}
	if k.Sync && k.Lag > 0 {
		p.problem(sub("lag"), "lag %s: with sync a write waits for the standby, so there is none: want one of the two",
			k.Lag)
	}
	if k.Interval != 0 && k.Interval < shortestInterval {
		p.problem(sub("interval"), "interval %s: want at least %s", k.Interval, shortestInterval)
	}
	if k.Fall != 0 && k.Fall < 2 {
		p.problem(sub("fall"), "fall %d: want at least 2, or a single lost packet makes two active ones",
			k.Fall)
	}
}

// shortestInterval of a pair's silence: a scheduler's pause must not pass for one.
const shortestInterval = 50 * time.Millisecond

func (p *planner) backend(t *scenarios.Target, b *scenarios.Balancer, keys []string) {
	server, secure := b.Servers()
	host, port, ok := strings.Cut(server, ":")
	if !ok || strings.Contains(server, "/") {
		p.problem(keys, "backend %q: want NAME:PORT, such as app:8080, or for servers that speak TLS https://app:8443",
			b.Backend)
		return
	}
	used := p.s.Targets[host]
	if used == nil {
		p.dangling(keys, "backend %q: no target is named %q: %s", b.Backend, host,
			scenarios.Listed(host, sortedKeys(p.s.Targets)))
		return
	}
	if !slices.Contains(t.Uses, host) &&
		!slices.ContainsFunc(t.Uses, func(u string) bool { return p.s.Targets[u] == nil }) {
		p.problem(keys, "backend %q: the balancer must declare whom it talks to: add uses: [%s]",
			b.Backend, host)
		return
	}
	n, ok := p.portOf(keys, host, used, port)
	switch {
	case !ok || used.Lab == nil || speaksTLS(used.Lab, n) == secure:
	case secure:
		p.problem(keys, "backend %q: %s does not speak TLS on port %d: want %s, or give its lab tls: true",
			b.Backend, host, n, server)
	default:
		p.problem(keys, "backend %q: %s speaks TLS on port %d: want https://%s", b.Backend, host, n,
			server)
	}
}

// balanced notes how an embedded balancer asks its servers.
func (p *planner) balanced(n *Node) {
	if n.Spec.Lab == nil || n.Spec.Lab.LB == nil {
		return
	}
	if c := n.Spec.Lab.LB.Check; c != nil {
		p.every = max(p.every, c.Interval)
	}
	server, secure := n.Spec.Lab.LB.Servers()
	host, port, _ := strings.Cut(server, ":")
	spoken := link.Plain
	if secure {
		spoken = link.Encrypted
	}
	number, _ := strconv.ParseUint(port, 10, 16) // backend said what is wrong with it
	for _, name := range p.nodesOf(host) {
		if p.nodes[name].Spec.Lab == nil {
			p.asked(want{name, uint16(number)}, spoken)
		}
	}
}

// portOf checks that a target declares the port.
func (p *planner) portOf(keys []string, host string, t *scenarios.Target, port string) (uint16,
	bool) {
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		p.problem(keys, "port %q: want a number from 1 to 65535", port)
		return 0, false
	}
	if !slices.Contains(t.Ports, uint16(n)) {
		var have []string
		for _, d := range t.Ports {
			have = append(have, strconv.Itoa(int(d)))
		}
		p.dangling(keys, "%s has no port %d: %s", host, n, scenarios.Listed("", have))
		return 0, false
	}
	return uint16(n), true
}
