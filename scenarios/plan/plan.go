// Package plan makes a scenario concrete: topology, aims, what can be measured. Everything
// that can fail early fails here, with the place in the file and the cure. A plan touches
// nothing.
//
// It is made by passes, which compile, in pipeline.go, runs in order of what they build on:
//
//   - the parts by themselves, and the nodes: general, phases, drillSubnet, writtenFaults,
//     targets, variables, startOrder, databases;
//   - what opens connections: cohorts, userLoad, floods, uses, watchers, published, readiness,
//     scraped; and how long a monitoring among the targets takes: monitoring;
//   - their links: faultReroutes, steers, linking, steering;
//   - what the faults hit, and what that does to users and watchers: aims, setTTLs, proxied,
//     binding, overlaps, noticeable;
//   - whether the objectives can be judged: someObjective, watcherLimits, changeLimits,
//     ledgerLimits, windows, confirms, detectability, thresholds, profile, unjudged, budget;
//   - what is not contained, and the order of time: containment, schedule.
//
// A pass is a function, or a type with what it takes as fields, and one method that
// pipeline.go calls gives values, which no other pass changes. All share the diagnostics, to
// which they report problems and notes, and look nodes up in a topology, links in a network.
// Two draw from shared pools: of addresses (sources) and of what is random (draws).
package plan

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// Plan is a scenario made concrete: every node, link, address, fault and check
// of one run. It is pure data; making it touches nothing.
type Plan struct {
	Scenario *scenarios.Scenario
	Run      string // 16 hex digits, new for every run
	Seed     uint64 // of all that is drawn at random (phases of checks and of the injection)
	Subnet   netip.Prefix
	Gateway  netip.Addr // where the containers' default route leads: the switchboard

	Switchboard link.Spec // its own address is SwitchboardAddr
	Load        load.Spec
	// SwitchboardAddr, LoadAddr, DiskAddr and PortsAddr are the nodes' own addresses; of the
	// latter two there is a node only where targets have disks, and ports that are published.
	SwitchboardAddr, LoadAddr, DiskAddr, PortsAddr netip.Addr

	// InjectDelay is added to the baseline, so that the injection falls anywhere
	// between two checks: drawn from the seed in [0, d), d being the longest
	// period of the drill's own checks, at least 1s and at least phases.jitter.
	InjectDelay time.Duration

	// Resolution is how finely the users' requests resolve an onset or a recovery of the
	// faintest fault; 0 where no fault can be seen by users. Where requests hang, the last bad
	// one of an outage may have ended at any time while it waited.
	Resolution time.Duration

	Nodes  []Node // in order of start: a node follows those it uses
	Faults []Fault
	Steers []Steer
	// Published are in the order of targets and their replicas.
	Published []Published
	Watchers  map[string]watch.Kind // as the scenario has them, by name
	Asks      map[string]link.Text  // how each watcher asks, or waits, by its name
	// Monitoring is how long the alert of a fault takes to each watcher that alerts reach,
	// by the monitoring's own configuration; in order of watchers.
	Monitoring []Implied
	Timeline   []Step
	Header     timeline.Header // what the record begins with

	Uncontained []link.Text // what the drill does not keep inside its network
	Notes       []link.Text // what a reader of the plan should know
}

// Node is one container under test.
type Node struct {
	Name   string // "app-2", or the target's own name where it has no replicas
	Target string
	Addr   netip.Addr
	Spec   *scenarios.Target
	Ready  []load.Check // asked from the load node until good; may be empty
	Called []string     // names, besides its own, that may come to lead there
}

// Fault is a fault bound to what it hits.
type Fault struct {
	Name    string
	Kind    string // as the scenario writes it: "http-status"
	Fault   faults.Fault
	Site    faults.Site   // without controls; the runner fills them in and binds again
	At, For time.Duration // from the start of the fault phase; how long, 0 of an instant one
	Share   float64       // of the load's users that can be hit, in [0, 1]
}

// Steer is a defence by name, bound to the clients that it leads elsewhere.
type Steer struct {
	Name   string
	When   string // the watcher that decides
	Askers []string
	Names  []string
	To     []string      // nodes
	TTL    time.Duration // of the answers
	Rule   link.Rule
}

// String says what it does to its clients.
func (s Steer) String() string {
	verb := "get"
	if len(s.Askers) == 1 {
		verb = "gets"
	}
	return fmt.Sprintf("%s %s %s for %s", strings.Join(s.Askers, ", "), verb,
		strings.Join(s.To, ", "), strings.Join(s.Names, ", "))
}

// Step is one entry of the plan's timeline, from the start of the baseline.
type Step struct {
	At   time.Duration
	What link.Text
}
