package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios/engine"
)

// canary asks all checks once; the bracket spans first question to last answer.
func canary(p *wire.Peer, checks []load.Check) engine.Canary {
	return func(ctx context.Context) (b link.Bracket, good bool, err error) {
		for i, c := range checks {
			var a load.Answer
			if err := p.Call(ctx, "knock", c, &a); errors.Is(err, wire.ErrGone) {
				return b, false, fmt.Errorf("load node: %w", err)
			} else if err != nil {
				return b, false, nil
			}
			if i == 0 {
				b.Before = a.Start
			}
			b.After = a.End
			if !a.Known || !a.Good {
				return b, false, nil
			}
		}
		return b, true, nil
	}
}

// load is the load node as the engine uses it.
type loadNode struct{ *wire.Peer }

func (l loadNode) Start(ctx context.Context) (int64, error) {
	var s load.Started
	err := l.Call(ctx, "start", load.Start{Load: true, Checks: true}, &s)
	return s.At, err
}

func (l loadNode) Stop(ctx context.Context) error { return l.Call(ctx, "stop", nil, nil) }

// floods are the load node's, as faults use them.
type floods struct {
	peer *wire.Peer
	most time.Duration // that one may last; 0: any
}

var _ faults.Load = floods{}

// Flood lets a flood loose.
func (f floods) Flood(ctx context.Context, name string) (link.Bracket, error) {
	return f.call(ctx, "flood", load.Let{Name: name, For: f.most})
}

// StopFlood ends it.
func (f floods) StopFlood(ctx context.Context, name string) (link.Bracket, error) {
	return f.call(ctx, "stop-flood", name)
}

// Flooded is what it did.
func (f floods) Flooded(ctx context.Context, name string) (link.Count, error) {
	var d load.FloodStats
	if err := f.peer.Call(ctx, "flooded", name, &d); err != nil {
		return link.Count{}, fmt.Errorf("load node: %w", err)
	}
	return link.Count{Unit: d.Unit, Own: true, Detail: d.Detail, Stated: d.Stated,
		Total: d.Sent, First: d.First, Last: d.Last, Active: d.Active, At: d.At}, nil
}

func (f floods) call(ctx context.Context, name string, in any) (link.Bracket, error) {
	var d load.FloodStats
	if err := f.peer.Call(ctx, name, in, &d); err != nil {
		return link.Bracket{}, fmt.Errorf("load node: %w", err)
	}
	return link.Bracket{Before: d.Since, After: d.At}, nil
}

// board is the switchboard as faults use it. What it reports is on the record's clock.
type board struct {
	peer   *wire.Peer
	clocks *clocks
	most   time.Duration // that a rule may be in force; 0: any
}

var _ faults.Switchboard = board{}

func (b board) Apply(ctx context.Context, r link.Rule) (out link.Bracket, err error) {
	r.For = b.most
	err = b.call(ctx, "apply", r, &out)
	return b.clocks.bracket(out), err
}

func (b board) Lift(ctx context.Context, name string) (out link.Bracket, err error) {
	err = b.call(ctx, "lift", name, &out)
	return b.clocks.bracket(out), err
}

func (b board) Count(ctx context.Context, name string) (out link.Count, err error) {
	if err = b.call(ctx, "count", name, &out); err != nil {
		return out, err
	}
	return b.clocks.count(out), nil
}

func (b board) call(ctx context.Context, name string, in, out any) error {
	if err := b.peer.Call(ctx, name, in, out); err != nil {
		return fmt.Errorf("switchboard: %w", err)
	}
	return nil
}
