package faults

import (
	"context"
	"errors"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
)

// Pause freezes a target's processes: its kernel still completes handshakes, as
// long as there is room in the accept queue, and no answer comes.
type Pause struct {
	Target string `yaml:"target" jsonschema:"required"` // a target or a replica; * globs
}

// Aim is the target, and all kernel links that end there.
func (f *Pause) Aim() Aim { return Aim{Target: f.Target} }

// Traits: it counts packets.
func (*Pause) Traits() link.Traits {
	return link.Traits{Counts: link.Packets, Cause: link.Server, State: true,
		Unit: link.Unit{Code: "packets-to-frozen"}}
}

// Bite is nothing beyond Inject, which waits for the freezer.
func (f *Pause) Bite() time.Duration { return 20 * time.Millisecond }

func (f *Pause) String() string {
	return "freezes the target: connections open, and nothing answers"
}

// Bind checks that there is a target to freeze.
func (f *Pause) Bind(name string, site Site) (Injection, error) {
	if len(site.Targets) == 0 {
		return nil, errors.New("it hits no target")
	}
	ids, err := onLinks(site, false)
	if err != nil {
		return nil, err
	}
	rule := link.Rule{Name: name, Links: ids,
		Tally: &link.Tally{Unit: "packets sent to a frozen target"}}
	return &pause{ruleInjection{site.Switchboard, rule}, site.Nodes, site.Targets}, nil
}

type pause struct {
	tally   ruleInjection
	nodes   Nodes
	targets []string
}

// Inject freezes; the count begins first, so that nothing is missed.
func (p *pause) Inject(ctx context.Context) (link.Bracket, error) {
	b, err := p.tally.Inject(ctx)
	if err != nil {
		return b, err
	}
	if err := each(p.targets, func(_ int, t string) error {
		return p.nodes.Pause(ctx, t)
	}); err != nil {
		return b, err
	}
	now, err := p.tally.board.Count(ctx, p.tally.rule.Name)
	b.After = now.Read().After
	return b, err
}

// Lift thaws, and then stops counting; the bracket spans both.
func (p *pause) Lift(ctx context.Context) (link.Bracket, error) {
	return p.tally.liftAfter(ctx, func() error {
		return each(p.targets, func(_ int, t string) error { return p.nodes.Unpause(ctx, t) })
	})
}

// Proof counts the packets that a frozen target was sent; the fault is active
// while one is frozen.
func (p *pause) Proof(ctx context.Context) (link.Count, error) {
	c, err := p.tally.Proof(ctx)
	if err != nil {
		return c, err
	}
	for _, t := range p.targets {
		up, err := p.nodes.Running(ctx, t)
		if err != nil {
			return c, err
		}
		c.Active = c.Active || !up
	}
	return c, nil
}
