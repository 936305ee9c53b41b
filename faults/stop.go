package faults

import (
	"context"
	"errors"
	"time"

	"github.com/stormdrill/stormdrill/faults/switchboard"
)

// Stop ends a target as an orderly shutdown does: SIGTERM, and SIGKILL ten
// seconds later for one that does not go. Once it is gone, its host refuses. It
// is started again, at the same address, on lift.
type Stop struct {
	Target string `yaml:"target"`
}

// Aim is the target, and all kernel links that end there.
func (f *Stop) Aim() Aim { return Aim{Target: f.Target} }

// Bite is the time a packet rule takes to be in force; Inject has waited for the
// target's end.
func (f *Stop) Bite() time.Duration { return 20 * time.Millisecond }

func (f *Stop) String() string { return "stops the target with SIGTERM; its host refuses" }

// Bind checks that there is somebody to stop.
func (f *Stop) Bind(name string, site Site) (Injection, error) {
	if len(site.Targets) == 0 {
		return nil, errors.New("it hits no target")
	}
	ids, err := onLinks(site, false)
	if err != nil {
		return nil, err
	}
	rule := switchboard.Rule{Name: name, Links: ids, Dead: &switchboard.Dead{Process: true}}
	return &stop{kill{ruleInjection{site.Switchboard, rule}, site.Nodes, site.Targets}}, nil
}

// stop is a kill that lets the target say good-bye first: the links are cut when
// it is gone.
type stop struct{ kill }

// Inject ends the targets and then has their host refuse; the bracket spans both.
func (s *stop) Inject(ctx context.Context) (switchboard.Bracket, error) {
	now, err := s.dead.board.Count(ctx, s.dead.rule.Name)
	if err != nil {
		return switchboard.Bracket{}, err
	}
	for _, t := range s.targets {
		if err := s.nodes.Stop(ctx, t); err != nil {
			return switchboard.Bracket{Before: now.At}, err
		}
	}
	b, err := s.dead.Inject(ctx)
	b.Before = now.At
	return b, err
}
