package faults

import (
	"context"
	"errors"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
)

// Kill sends SIGKILL to a target, and starts it again, at the same address, on
// lift.
type Kill struct {
	Target string `yaml:"target" jsonschema:"required"` // a target or a replica; * globs
	// As is what the others see: "process" (default): its host
	// answers for it with RST; or "host", which is silent.
	As string `yaml:"as"`
}

// Aim is the target, and all kernel links that end there.
func (f *Kill) Aim() Aim { return Aim{Target: f.Target} }

// Traits: it counts packets.
func (f *Kill) Traits() link.Traits {
	unit := link.Unit{Code: "packets-refused"}
	if f.As == "host" {
		unit.Code = "packets-dropped"
	}
	return link.Traits{Counts: link.Packets, Cause: link.Server, State: true,
		Unit: unit}
}

// Bite is the time a packet rule takes to be in force.
func (f *Kill) Bite() time.Duration { return 20 * time.Millisecond }

func (f *Kill) String() string {
	if f.As == "host" {
		return "kills the target; its host falls silent"
	}
	return "kills the target's process; its host refuses"
}

// Bind checks that there is a target to kill, over links where it shows.
func (f *Kill) Bind(name string, site Site) (Injection, error) {
	if f.As != "" && f.As != "process" && f.As != "host" {
		return nil, setting("as", "as %q: want process or host", f.As)
	}
	if len(site.Targets) == 0 {
		return nil, errors.New("it hits no target")
	}
	ids, err := onLinks(site, false)
	if err != nil {
		return nil, err
	}
	rule := link.Rule{Name: name, Links: ids, Dead: &link.Dead{Process: f.As != "host"}}
	return &kill{ruleInjection{site.Switchboard, rule}, site.Nodes, site.Targets}, nil
}

type kill struct {
	dead    ruleInjection
	nodes   Nodes
	targets []string
}

// Inject cuts the links first, from when on nothing comes from the target, and then kills:
// a container's end would close its connections politely, which a dead host does not. The
// bracket is the cut's.
func (k *kill) Inject(ctx context.Context) (link.Bracket, error) {
	b, err := k.dead.Inject(ctx)
	if err != nil {
		return b, err
	}
	return b, each(k.targets, func(_ int, t string) error { return k.nodes.Kill(ctx, t) })
}

// Lift starts the targets and then opens the links, whatever failed before.
func (k *kill) Lift(ctx context.Context) (link.Bracket, error) {
	started := each(k.targets, func(_ int, t string) error { return k.nodes.Start(ctx, t) })
	b, err := k.dead.Lift(ctx)
	return b, errors.Join(started, err)
}

// Proof counts the packets that met the dead target; the fault is active while
// a target is down or a link cut.
func (k *kill) Proof(ctx context.Context) (link.Count, error) {
	c, err := k.dead.Proof(ctx)
	if err != nil {
		return c, err
	}
	for _, t := range k.targets {
		up, err := k.nodes.Running(ctx, t)
		if err != nil {
			return c, err
		}
		c.Active = c.Active || !up
	}
	return c, nil
}
