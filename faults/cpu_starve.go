package faults

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
)

// CPUStarve takes most of a target's CPU time away: its container's quota is
// lowered, and restored on lift. Its processes work in short bursts and stand
// still in between, so that all they do is late.
type CPUStarve struct {
	Target string `yaml:"target" jsonschema:"required"` // a target or a replica; * globs
	// CPU time per time that is left, such as 0.05; at least 0.01, and below the target's own
	CPUs float64 `yaml:"cpus" jsonschema:"required"`
}

// Aim is the target, and all kernel links that end there.
func (f *CPUStarve) Aim() Aim { return Aim{Target: f.Target} }

// Traits: it counts packets.
func (*CPUStarve) Traits() link.Traits {
	return link.Traits{Counts: link.Packets, Cause: link.Server, State: true,
		Unit: link.Unit{Code: "packets-to-starved"}}
}

// Bite is a few of the kernel's periods of 100 ms, after which a busy target has
// spent its quota for the first time.
func (f *CPUStarve) Bite() time.Duration { return 300 * time.Millisecond }

func (f *CPUStarve) String() string {
	return fmt.Sprintf("leaves the target %g of a CPU", f.CPUs)
}

// Lowers is what is left of the target's CPU limit.
func (f *CPUStarve) Lowers() Limits { return Limits{CPUs: f.CPUs} }

// leastCPUs is the smallest quota the kernel takes: 1 ms of each 100 ms.
const leastCPUs = 0.01

// Bind checks that there is a target, and that the limit is above the floor.
func (f *CPUStarve) Bind(name string, site Site) (Injection, error) {
	if f.CPUs < leastCPUs {
		return nil, setting("cpus", "cpus %g: want at least %g, the least that a kernel gives",
			f.CPUs, leastCPUs)
	}
	if len(site.Targets) == 0 {
		return nil, errors.New("it hits no target")
	}
	ids, err := onLinks(site, false)
	if err != nil {
		return nil, err
	}
	rule := link.Rule{Name: name, Links: ids,
		Tally: &link.Tally{Unit: "packets sent to a starved target"}}
	return &cpuStarve{tally: ruleInjection{site.Switchboard, rule}, nodes: site.Nodes,
		targets: site.Targets, cpus: f.CPUs}, nil
}

type cpuStarve struct {
	tally   ruleInjection
	nodes   Nodes
	targets []string
	cpus    float64

	before    uint64 // periods in which the targets were throttled, before
	throttled bool   // they were since
}

// Inject starves; the count begins first, so that nothing is missed.
func (s *cpuStarve) Inject(ctx context.Context) (link.Bracket, error) {
	var err error
	if s.before, _, err = s.read(ctx); err != nil {
		return link.Bracket{}, err
	}
	s.throttled = false
	b, err := s.tally.Inject(ctx)
	if err != nil {
		return b, err
	}
	if err := each(s.targets, func(_ int, t string) error {
		return s.nodes.LimitCPU(ctx, t, s.cpus)
	}); err != nil {
		return b, err
	}
	now, err := s.tally.board.Count(ctx, s.tally.rule.Name)
	b.After = now.Read().After
	return b, err
}

// Lift gives back what was taken, and then stops counting; the bracket spans both.
func (s *cpuStarve) Lift(ctx context.Context) (link.Bracket, error) {
	return s.tally.liftAfter(ctx, func() error {
		return each(s.targets, func(_ int, t string) error { return s.nodes.RestoreCPU(ctx, t) })
	})
}

// Proof counts the packets that a starved target was sent, and none while the
// kernel has not throttled it: a target that asks for less than is left to it is
// not hit. The fault is active while a limit is lowered.
func (s *cpuStarve) Proof(ctx context.Context) (link.Count, error) {
	c, err := s.tally.Proof(ctx)
	if err != nil {
		return c, err
	}
	periods, lowered, err := s.read(ctx)
	if err != nil {
		return c, err
	}
	s.throttled = s.throttled || c.Active && periods > s.before
	if !s.throttled {
		c.Users, c.Checks, c.Total, c.First, c.Last = 0, 0, 0, 0, 0
	}
	c.Active = c.Active || lowered
	return c, nil
}

// read sums up the targets' throttled periods, and reports whether a limit is lowered.
func (s *cpuStarve) read(ctx context.Context) (periods uint64, lowered bool, err error) {
	for _, t := range s.targets {
		u, err := s.nodes.CPU(ctx, t)
		if err != nil {
			return 0, false, err
		}
		periods += u.Throttled
		lowered = lowered || u.Limit <= s.cpus
	}
	return periods, lowered, nil
}
