package run

import (
	"fmt"
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/engine"
	"github.com/stormdrill/stormdrill/scenarios/lab"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

// hasCommands reports whether a plan's faults run commands of their own.
func hasCommands(p *plan.Plan) bool {
	return slices.ContainsFunc(p.Faults,
		func(f plan.Fault) bool { _, own := f.Fault.(faults.Commanding); return own })
}

// bind joins a planned fault to the lab that it will be injected into.
func (d *Drill) bind(p plan.Fault, l lab.Lab) (engine.Fault, error) {
	site := p.Site
	most := mostHold(p)
	clocks := d.recorder.clocks
	site.Switchboard, site.Nodes, site.Load = board{l.Switchboard(), clocks, most}, l,
		floods{l.Load(), most}
	site.Commands, site.Environment = orders{d.warden, clocks.cli(), mostOfCommands(p)},
		l.Environment(p.Name, p.Site.Targets)
	injection, err := p.Fault.Bind(p.Name, site)
	if err != nil {
		return engine.Fault{}, fmt.Errorf("%s: %w", p.Name, err)
	}
	f := engine.Fault{Name: p.Name, At: p.At, For: p.For, Instant: faults.IsInstant(p.Fault),
		Takes: faults.Takes(p.Fault), Injection: injection}
	if len(site.Targets) > 0 {
		f.Canary = canary(l.Load(), readyChecks(d.plan, site.Targets))
		f.Takes += readyWithin(d.plan, site.Targets)
	}
	return f, nil
}

// mostHold is how long the nodes keep a fault in force before they lift it by themselves:
// as long as is planned, and what a lift that was sent in time may take to get there, for
// it first starts again what the fault ended. 0 where no length is planned.
func mostHold(p plan.Fault) time.Duration {
	const margin, perTarget = 5 * time.Second, 2 * time.Second
	if p.For == 0 {
		return 0
	}
	return p.For + margin + time.Duration(len(p.Site.Targets))*perTarget
}

// mostOfCommands is the same for commands of the drill's own: a lift that was sent in time
// comes after a proof, which is one too.
func mostOfCommands(p plan.Fault) time.Duration {
	most := mostHold(p)
	if most == 0 {
		return 0
	}
	return most + faults.Takes(p.Fault)
}

// readyChecks are the questions that say whether the named nodes serve.
func readyChecks(plan *plan.Plan, nodes []string) []load.Check {
	var all []load.Check
	for _, name := range nodes {
		for _, n := range plan.Nodes {
			if n.Name == name {
				all = append(all, n.Ready...)
			}
		}
	}
	return all
}

// readyWithin is how long the slowest of the named nodes may take until it is ready, where
// one says so: a lift waits for it.
func readyWithin(plan *plan.Plan, nodes []string) (most time.Duration) {
	for _, n := range plan.Nodes {
		if slices.Contains(nodes, n.Name) && n.Spec.Ready != nil {
			most = max(most, n.Spec.Ready.Within)
		}
	}
	return most
}
