package faults

import (
	"context"
	"errors"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
)

// Stop ends a target as an orderly shutdown does: SIGTERM, and SIGKILL ten
// seconds later for one that does not go. Once it is gone, its host refuses. It
// is started again, at the same address, on lift.
type Stop struct {
	Target string `yaml:"target" jsonschema:"required"` // a target or a replica; * globs
}

// Aim is the target, and all kernel links that end there.
func (f *Stop) Aim() Aim { return Aim{Target: f.Target} }

// Traits: it counts packets.
func (*Stop) Traits() link.Traits {
	return link.Traits{Counts: link.Packets, Cause: link.Server, State: true,
		Unit: link.Unit{Code: "packets-refused"}}
}

// Bite is the time a packet rule takes to be in force; Inject has waited for the
// target's end.
func (f *Stop) Bite() time.Duration { return 20 * time.Millisecond }

func (f *Stop) String() string { return "stops the target with SIGTERM; its host refuses" }

// Bind checks that there is a target to stop.
func (f *Stop) Bind(name string, site Site) (Injection, error) {
	if len(site.Targets) == 0 {
		return nil, errors.New("it hits no target")
	}
	ids, err := onLinks(site, false)
	if err != nil {
		return nil, err
	}
	rule := link.Rule{Name: name, Links: ids, Dead: &link.Dead{Process: true}}
	return &stop{kill{ruleInjection{site.Switchboard, rule}, site.Nodes, site.Targets}}, nil
}

// stop is a kill that lets the target say good-bye first: the links are cut when
// it is gone.
type stop struct{ kill }

// stopGrace is how long a target has between SIGTERM and SIGKILL: Docker's own default.
const stopGrace = 10 * time.Second

// Inject signals all targets at once, waits until they are gone, and then has their host
// refuse. The bracket is the signals': what follows is the targets' own affair.
func (s *stop) Inject(ctx context.Context) (link.Bracket, error) {
	now, err := s.dead.board.Count(ctx, s.dead.rule.Name)
	b := link.Bracket{Before: now.Read().Before}
	if err != nil {
		return b, err
	}
	signalled := make([]bool, len(s.targets))
	err = each(s.targets, func(i int, t string) error {
		err := s.nodes.Terminate(ctx, t)
		signalled[i] = err == nil
		return err
	})
	now, errCount := s.dead.board.Count(ctx, s.dead.rule.Name)
	b.After = now.Read().After
	// Those that were signalled are waited for in any case: a lift has to find them dead.
	err = errors.Join(err, errCount, each(s.targets, func(i int, t string) error {
		if !signalled[i] {
			return nil
		}
		return s.gone(ctx, t)
	}))
	if err == nil {
		_, err = s.dead.Inject(ctx)
	}
	return b, err
}

// gone waits for a target's end, and kills it where that does not come.
func (s *stop) gone(ctx context.Context, node string) error {
	patient, cancel := context.WithTimeout(ctx, stopGrace)
	defer cancel()
	_, err := s.nodes.WaitExit(patient, node)
	if err == nil || patient.Err() == nil || ctx.Err() != nil {
		return err
	}
	if err = s.nodes.Kill(ctx, node); err == nil {
		return nil
	}
	if up, errUp := s.nodes.Running(ctx, node); errUp == nil && !up {
		return nil // it ended at the last moment
	}
	return err
}
