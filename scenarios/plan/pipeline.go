package plan

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
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

// New makes the scenario concrete: addresses, links, order of start, checks
// with their phases drawn from the seed. The same options give the same plan.
// It touches nothing. Its error is Problems.
func New(s *scenarios.Scenario, o Options) (*Plan, error) { return compile(s, o, nil) }

// compile runs all passes, in order of what they build on. A pass takes values of the
// scenario and of passes before it, and gives values; what is wrong it reports to the
// diagnostics, and copes with what earlier ones could not make sense of.
func compile(s *scenarios.Scenario, o Options, reported scenarios.Problems) (*Plan, error) {
	d := newDiagnostics(s, reported)
	s = writtenOut(s)
	for _, n := range s.Notes() {
		d.notes = append(d.notes, link.Text{English: n})
	}
	host := hostAccess{d, s, o.NoHostFiles, o.NoHostCommands}
	draws := newDraws(o.Seed, s.Name)
	run := orElse(o.Run, strings.Repeat("0", 16))

	// What is written by itself, and the nodes.
	general(d, s)
	phases(d, s.Phases)
	subnet := drillSubnet(d, o.Subnet)
	written := writtenFaults(d, s.Faults, usersRate(s.Load))
	nodes := targets{d, host, subnet, s.Targets, o.Images, len(s.Faults) == 0}.nodes()
	variables(d, s.Faults, nodes)
	disks(d, s.Targets)
	nodes.order = startOrder(d, s.Targets, nodes)
	databases{d, nodes}.check()

	// What opens connections: users, floods, nodes, watchers, and the questions for readiness.
	connecting := consumers{}.with(newConsumer(readyName, kindReady, subnet.loadNode()))
	pool := &sources{diagnostics: d, subnet: subnet}
	groups := cohorts(d, s.Load)
	users := userLoad{d, host, newEndpoints(d, nodes), pool, groups, s.Phases}.load()
	connecting = connecting.with(users.consumers...)
	flooding := floods{d, newEndpoints(d, nodes), pool, written, s.Phases.Hold,
		usersRate(s.Load), connecting}.traffic()
	connecting = connecting.with(flooding.consumers...)
	using := uses{d, nodes, connecting}.consumers()
	connecting = connecting.with(using.consumers...)
	watching := watchers{d, host, newEndpoints(d, nodes), subnet, draws, s.Watch, s.Load,
		sortedKeys(s.Targets), sortedKeys(s.Faults), groups, connecting}.detectors()
	connecting = connecting.with(watching.consumers...).join(watching.asGroups...)
	outside := published{d, host, nodes, s.Targets, s.Watch, subnet.portsNode(), connecting}.ports()
	connecting = connecting.with(outside.consumers...)
	ready := readiness{d, newEndpoints(d, nodes), subnet.loadNode()}.checks()
	connecting = connecting.join(ready.consumer)
	ofLoad, ofSwitchboard := scraped{d, s.Targets, watching.hooks}.ports()
	protocols := merged(users.asked, flooding.asked, using.asked, watching.asked, ready.asked)
	alerting := monitoring{d, host, nodes, watching.header, watching.questions, s.SLA,
		s.Phases.Hold}.delays()
	every := max(time.Second, s.Phases.Jitter, using.every, watching.every, alerting.every)

	// Their links, those included by which faults and steers reroute.
	reroutes := slices.Concat(faultReroutes(d, nodes, written),
		steers{d, nodes, s.Steer, s.Watch, watching.questions, s.Phases.Hold}.reroutes())
	connecting = connecting.follow(reroutes, nodes)
	net, clients := linking{d, nodes, subnet, connecting, protocols}.network()
	elsewhere := rerouteCheck{d, net, protocols}
	steered := steering{d, net, elsewhere, s.Steer, groups, watching.questions,
		watching.checks}.bound()

	// What the faults hit, and what that does to the users.
	aimed, ttls := aims{d, net, elsewhere, written, s.Phases.Hold}.all()
	clients = setTTLs(d, clients, slices.Concat(steered.ttls, ttls))
	net.links, aimed = proxied(d, net, aimed)
	affected := affected{net, groups, s.Phases.Baseline, every}
	bound := binding{d, affected, blastRadii{d, affected, steered.steers, s.Phases},
		lookalikes{d, groups, connecting, watching.checks}, aimed,
		nodes.listed(ready.checks, reroutedNames(reroutes)), alerting.nodes}.bound()
	overlaps(d, bound.faults)
	detectors := noticeable{d, affected, s.Watch, watching.questions, bound.faults,
		bound.touched}.unmet(watching.header)

	// Whether the objectives can be judged.
	bad, rate := fewest(groups, bound.touched)
	someObjective(d, s.SLA)
	watcherLimits{d, s.Watch, detectors, watching.questions}.check(s.SLA)
	changeLimits(d, s.SLA, bad, rate)
	ledgerLimits(d, s.SLA, users.groups)
	windows{d, s.SLA, s.Phases, bound.faults, s.Watch, detectors}.check()
	confirms(d, s.SLA, s.Phases, rate)
	detectability{d, s.SLA, s.Phases.Baseline, bound.faults, bound.touched}.check()
	thresholds := thresholds{d, groups, nodes.nodes, s.Phases}
	thresholds.check(s.SLA.Keep)
	profile{d, s.SLA.Profile, s.Watch, s.Phases.Recovery, thresholds}.check()
	if len(s.Faults) > 0 && !o.Control {
		unjudged(d, s.SLA)
	}
	budget(d, s.SLA.Budget)
	containment{d, host, nodes, bound.faults, outside.all, s.Watch, detectors}.check()

	// The plan.
	control := o.Control || len(s.Faults) == 0
	if control {
		bound.faults, bound.header = nil, nil // checked, and their proxies stay in the links
	}
	steps := schedule{d, s.Phases, bound.faults, writeGap(users.groups) > 0, every, detectors,
		s.Targets, alerting.known}.timeline()
	sayOpened(d, nodes.nodes, net.links) // last: it is long, and for few
	if err := d.problems.Err(); err != nil {
		return nil, err
	}
	out := &Plan{
		Scenario: s, Run: run, Seed: o.Seed, Subnet: subnet.Prefix, Gateway: subnet.gateway(),
		Switchboard: link.Spec{Run: run, Subnet: subnet.Prefix, Gateway: subnet.gateway(),
			Bridge: subnet.bridge(), Clients: clients, Links: net.links},
		Load: load.Spec{Run: run, Subnet: subnet.Prefix, Resolver: subnet.switchboard(),
			Groups: users.groups, Floods: flooding.floods, Swarms: flooding.swarms,
			Checks: watching.checks, Hooks: watching.hooks},
		SwitchboardAddr: subnet.switchboard(), LoadAddr: subnet.loadNode(),
		DiskAddr: subnet.diskNode(), PortsAddr: subnet.portsNode(),
		Published:   outside.over(net.links),
		InjectDelay: draws.phase(every),
		Nodes:       bound.nodes, Faults: bound.faults, Steers: steered.steers,
		Watchers: watching.kinds, Asks: watching.asks, Monitoring: alerting.implied,
		Timeline: steps,
		Header: timeline.Header{
			Version: timeline.Version, Scenario: s.Name, Summary: s.Summary,
			Run: run, Seed: o.Seed, Tool: o.Tool, Control: control,
			Jitter: every,
			Phases: timeline.Phases{WarmUp: s.Phases.WarmingUp(), Baseline: s.Phases.Baseline,
				Hold: s.Phases.Hold, Recovery: s.Phases.Recovery, Confirm: confirmed(s.Phases)},
			Groups: users.header, Watch: detectors, Steers: steered.header,
			Faults: bound.header, Objectives: objectives(s.SLA)},
		Uncontained: d.uncontained, Notes: d.notes,
	}
	if bad > 0 {
		out.Resolution = sla.Resolution(rate, bad/rate) + waits(bound.faults, users.header)
	}
	if len(watching.hooks) > 0 {
		out.Switchboard.Names = map[string]netip.Addr{"hooks": out.LoadAddr}
	}
	out.show(ofLoad, ofSwitchboard)
	return out, nil
}
