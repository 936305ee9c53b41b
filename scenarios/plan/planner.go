package plan

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/engine"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// Options are what a plan needs besides its scenario. The zero value plans for
// reading: the default subnet, a run that was never drawn, seed 0.
type Options struct {
	Run    string       // 16 hex digits; default all zero
	Seed   uint64       // of all that is drawn at random
	Subnet netip.Prefix // a /22; default 198.18.0.0/22
	Tool   string       // stormdrill's version, for the record
	// Control plans the same run without its faults: same links, load, checks,
	// phases. A scenario without faults is planned so in any case.
	Control bool
	// NoHostCommands refuses what would run on this machine, NoHostFiles what is read of it
	// outside the scenario's folder: for a scenario that a stranger wrote.
	NoHostCommands, NoHostFiles bool
	// Images maps an image's or a target's name to the image to use instead.
	Images map[string]string
}

// defaultSubnet is within RFC 2544's 198.18.0.0/15, reserved for benchmarks.
var defaultSubnet = netip.MustParsePrefix("198.18.0.0/22")

// New makes the scenario concrete: addresses, links, order of start, checks
// with their phases drawn from the seed. The same options give the same plan.
// It touches nothing. Its error is Problems.
func New(s *scenarios.Scenario, o Options) (*Plan, error) {
	p := newPlanner(s, o)
	p.all()
	if err := p.problems.Err(); err != nil {
		return nil, err
	}
	return p.plan, nil
}

// planner makes a Plan step by step and collects what is wrong on the way. Each
// step copes with what earlier ones could not make sense of.
type planner struct {
	s        *scenarios.Scenario
	o        Options
	plan     *Plan
	problems scenarios.Problems
	random   *rand.Rand

	nodes     map[string]*Node    // by name
	replicas  map[string][]string // target → its nodes
	consumers map[string]*consumer
	load      map[string]*scenarios.Group // as it is run: see cohorts
	order     []string                    // nodes, in order of start
	touched   map[string]blastRadius      // fault → what it can hit
	asking    map[string]questions        // watcher → whom it asks
	hooks     map[hook]string             // → the watcher that waits there, the first of several
	protocols map[want]string             // of ports of users' own images, by how they are asked
	pulled    map[string]bool             // images that the plan has named as such
	failed    map[string]bool             // parts that problems were reported of, by path
	sources   int                         // addresses of users and floods so far
	every     time.Duration               // longest period of a check that is known
}

func newPlanner(s *scenarios.Scenario, o Options) *planner {
	if o.Run == "" {
		o.Run = strings.Repeat("0", 16)
	}
	if !o.Subnet.IsValid() {
		o.Subnet = defaultSubnet
	}
	return &planner{
		s: s, o: o,
		plan: &Plan{Scenario: s, Run: o.Run, Seed: o.Seed, Subnet: o.Subnet,
			Watchers: map[string]watch.Kind{}},
		random:    rand.New(rand.NewPCG(o.Seed, nameSeed(s.Name))),
		nodes:     map[string]*Node{},
		replicas:  map[string][]string{},
		consumers: map[string]*consumer{},
		load:      map[string]*scenarios.Group{},
		touched:   map[string]blastRadius{},
		asking:    map[string]questions{},
		hooks:     map[hook]string{},
		protocols: map[want]string{},
		pulled:    map[string]bool{},
		failed:    map[string]bool{},
		every:     time.Second,
	}
}

// nameSeed keeps several drills under one seed from drawing the same phases.
func nameSeed(name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return binary.BigEndian.Uint64(h.Sum(nil))
}

// all runs every step, in order of what they build on.
func (p *planner) all() {
	p.plan.Notes = append(p.plan.Notes, p.s.Notes()...)
	p.general()
	p.addresses()
	p.targets()
	p.startOrder()
	p.groups()
	p.floods()
	p.uses()
	p.databases()
	p.watchers()
	p.readiness()
	p.reroutes()
	p.steers()
	p.links()
	p.steered()
	p.faults()
	p.noticeable()
	p.sla()
	p.contain()
	if p.plan.Header.Control {
		p.plan.Faults, p.plan.Header.Faults = nil, nil // checked, and their proxies stay in the links
	}
	p.timeline()
}

// problem reports what is wrong with the part at keys, unless that part could
// not be read in the first place.
func (p *planner) problem(keys []string, format string, args ...any) {
	if p.s.Places().Reported(keys) || len(keys) > 2 && p.s.Places().Under(keys) {
		return
	}
	p.failed[scenarios.Path(keys...)] = true
	file, line, column := p.s.Places().Find(keys)
	p.problems = append(p.problems, scenarios.Problem{File: orElse(file, p.s.File), Line: line,
		Column: column, Text: fmt.Sprintf(format, args...)})
}

// dangling reports a name that nothing has, unless the parts that names come
// from could not be read: then it is not known what there is.
func (p *planner) dangling(keys []string, format string, args ...any) {
	if !shaky(p.s.Places().Bad()) {
		p.problem(keys, format, args...)
	}
}

// shaky says whether nodes, ports or links may be missing because of what was
// reported of the parts that make them.
func shaky(reported map[string]bool) bool {
	for k := range reported {
		keys := scenarios.Keys(k)
		switch keys[0] {
		case "targets":
			if len(keys) < 3 || slices.Contains([]string{scenarios.UnknownKey, "lab", "ports",
				"replicas", "uses"}, keys[2]) {
				return true
			}
		case "load":
			if len(keys) < 3 || keys[2] == scenarios.UnknownKey || keys[2] == "to" {
				return true
			}
		}
	}
	return false
}

func (p *planner) note(format string, args ...any) {
	p.plan.Notes = append(p.plan.Notes, fmt.Sprintf(format, args...))
}

// at names a part of the scenario by the keys that lead to it.
func at(keys ...string) []string { return keys }

// label is what a name may be: one DNS label, with the underscores that Compose allows.
var label = regexp.MustCompile(`^[a-z0-9]([a-z0-9_-]{0,38}[a-z0-9])?$`)

// reserved names have a meaning of their own in every drill.
var reserved = []string{"switchboard", "load", "hooks", "ready", "watch", "gateway", "none", "good"}

// named checks the names of one section.
func named[T any](p *planner, section string, entries map[string]T) []string {
	names := slices.Sorted(maps.Keys(entries))
	for _, n := range names {
		switch {
		case !label.MatchString(n):
			p.problem(at(section, n), "name %q: want lower case letters, digits, hyphens and underscores, at most 40",
				n)
		case slices.Contains(reserved, n):
			p.problem(at(section, n), "name %q has a meaning of its own: choose another", n)
		}
	}
	return names
}

// general checks what stands at the top, and the phases.
func (p *planner) general() {
	s := p.s
	if s.Version != 0 && s.Version != scenarios.Version {
		p.problem(at("version"), "version %d: this stormdrill reads version %d of the format",
			s.Version, scenarios.Version)
	}
	if !label.MatchString(s.Name) {
		p.problem(at("name"), "name: want lower case letters, digits, hyphens and underscores, at most 40, such as bad-lb-node; have %q",
			s.Name)
	}
	if len(s.Targets) == 0 {
		p.missing("targets", "targets: want at least one, for there is nothing to put under load")
	}
	if len(s.Load) == 0 {
		p.missing("load", "load: want at least one group of users")
	}
	if s.Faults == nil {
		p.missing("faults", "faults: want at least one; for a control run without any, say so: faults: {}")
	}
	if s.Abort != nil {
		if _, err := engine.ParseCondition(s.Abort.When); err != nil {
			p.problem(at("abort", "when"), "%v", err)
		}
	}
	if s.Phases == (scenarios.Phases{}) {
		p.missing("phases", "phases: want their lengths, such as phases: {baseline: 30s, fault: 20s, recovery: 30s}")
		return
	}
	for _, f := range []struct {
		name   string
		length time.Duration
	}{{"baseline", s.Phases.Baseline}, {"fault", s.Phases.Hold}, {"recovery", s.Phases.Recovery}} {
		switch {
		case f.length <= 0:
			p.problem(at("phases", f.name), "phases.%s: want a length above zero, such as 15s",
				f.name)
		case f.length > timeline.MostPhase:
			p.problem(at("phases", f.name), "phases.%s: %s: want at most %s", f.name, f.length,
				timeline.MostPhase)
		}
	}
	for name, length := range map[string]time.Duration{"confirm": s.Phases.Confirm, "jitter": s.Phases.Jitter} {
		if length > timeline.MostPhase {
			p.problem(at("phases", name), "phases.%s: %s: want at most %s", name, length,
				timeline.MostPhase)
		}
	}
	if w := s.Phases.WarmUp; w != nil && *w < 0 {
		p.problem(at("phases", "warm-up"),
			"phases.warm-up: want a length such as 5s, or 0s for none")
	}
	p.every = max(p.every, s.Phases.Jitter)
}

// missing reports that a section lacks, unless an unknown key may be that
// section, misspelt.
func (p *planner) missing(section, text string) {
	if !p.mistyped(nil) {
		p.problem(at(section), "%s", text)
	}
}

// confirm is W: how long it must stay well.
func (p *planner) confirm() time.Duration {
	return orElse(p.s.Phases.Confirm, scenarios.DefaultConfirm)
}

// orElse gives v, or the default where v was left out.
func orElse[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// drawn draws a phase in [0, d).
func (p *planner) drawn(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return time.Duration(p.random.Int64N(int64(d)))
}

// header begins the record.
func (p *planner) header() timeline.Header {
	s := p.s
	return timeline.Header{
		Version: timeline.Version, Scenario: s.Name, Summary: s.Summary,
		Run: p.o.Run, Seed: p.o.Seed, Tool: p.o.Tool, Control: p.o.Control || len(s.Faults) == 0,
		Phases: timeline.Phases{WarmUp: s.Phases.WarmingUp(), Baseline: s.Phases.Baseline,
			Hold: s.Phases.Hold, Recovery: s.Phases.Recovery, Confirm: p.confirm()},
	}
}

// addresses gives the drill's own nodes their places in the subnet.
func (p *planner) addresses() {
	if b := p.o.Subnet; b.Bits() != 22 || !b.Addr().Is4() || b != b.Masked() {
		p.problems = append(p.problems, scenarios.Problem{File: p.s.File,
			Text: fmt.Sprintf("subnet %s: want an IPv4 /22", b)})
		p.o.Subnet, p.plan.Subnet = defaultSubnet, defaultSubnet
	}
	p.plan.Gateway = p.address(0, 1)
	p.plan.SwitchboardAddr = p.address(0, 2)
	p.plan.LoadAddr = p.address(0, 100)
	p.plan.Header = p.header()
	p.plan.Switchboard = link.Spec{Run: p.o.Run, Subnet: p.o.Subnet, Gateway: p.plan.Gateway,
		Bridge: p.address(0, 3)}
	p.plan.Load = load.Spec{Run: p.o.Run, Subnet: p.o.Subnet, Resolver: p.plan.SwitchboardAddr}
	p.addConsumer("ready", kindReady, at("targets"), p.plan.LoadAddr)
}

// address is the n-th address of one of the subnet's four blocks of 256: 0 for
// nodes and watchers, 1 for users, 2 for links, 3 for clients as targets see them.
func (p *planner) address(block, n int) netip.Addr {
	a := p.o.Subnet.Addr().As4()
	v := binary.BigEndian.Uint32(a[:]) + uint32(block)<<8 + uint32(n)
	binary.BigEndian.PutUint32(a[:], v)
	return netip.AddrFrom4(a)
}
