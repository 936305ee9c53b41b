package faults

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// MemoryStarve lowers a target's memory limit below what it needs, so that the
// kernel kills it. Once it is gone, its host refuses. On lift the limit is
// restored, and the target started again, at the same address.
type MemoryStarve struct {
	Target string `yaml:"target" jsonschema:"required"` // a target or a replica; * globs
	// that is left, at least 6MiB; below what the target uses
	Memory quantity.Size `yaml:"memory" jsonschema:"required"`
}

// Aim is the target, and all kernel links that end there.
func (f *MemoryStarve) Aim() Aim { return Aim{Target: f.Target} }

// Traits: it counts packets.
func (*MemoryStarve) Traits() link.Traits {
	return link.Traits{Counts: link.Packets, Cause: link.Server, State: true,
		Unit: link.Unit{Code: "packets-refused"}}
}

// Bite is how long a target that is busy takes to meet its limit.
func (f *MemoryStarve) Bite() time.Duration { return time.Second }

func (f *MemoryStarve) String() string {
	return fmt.Sprintf("leaves the target %s of memory; killed for it, its host refuses", f.Memory)
}

// Lowers is what is left of the target's memory limit.
func (f *MemoryStarve) Lowers() Limits { return Limits{Memory: f.Memory} }

// leastMemory is the smallest limit that engines take.
const leastMemory = 6 << 20

// Bind checks that there is a target, and that the limit is above the floor.
func (f *MemoryStarve) Bind(name string, site Site) (Injection, error) {
	if f.Memory < leastMemory {
		return nil, setting("memory", "memory %s: want at least 6MiB, the least that an engine "+
			"gives", f.Memory)
	}
	if len(site.Targets) != 1 {
		return nil, setting("target", "target %s: it hits %d nodes, and want is one: kernels "+
			"kill each at a time of its own", f.Target, len(site.Targets))
	}
	ids, err := onLinks(site, false)
	if err != nil {
		return nil, err
	}
	rule := link.Rule{Name: name, Links: ids, Dead: &link.Dead{Process: true}}
	return &memoryStarve{
		kill:   kill{ruleInjection{site.Switchboard, rule}, site.Nodes, site.Targets},
		node:   site.Targets[0],
		memory: f.Memory,
		stop:   func() {},
	}, nil
}

// memoryStarve is a kill that the kernel does in its own time: the links are cut
// when the target is gone.
type memoryStarve struct {
	kill
	node   string
	memory quantity.Size

	stop context.CancelFunc // of the wait for its end
	wait sync.WaitGroup

	mu    sync.Mutex
	ended bool
	oom   bool  // killed by the kernel, for want of memory
	err   error // of the wait
}

// Inject lowers the limit, and goes on to wait for the target's end, which may
// come before the limit is where it was wanted.
func (s *memoryStarve) Inject(ctx context.Context) (link.Bracket, error) {
	now, err := s.dead.board.Count(ctx, s.dead.rule.Name)
	b := link.Bracket{Before: now.Read().Before}
	if err != nil {
		return b, err
	}
	s.mu.Lock()
	s.ended, s.oom, s.err = false, false, nil
	s.mu.Unlock()
	waiting, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	s.wait.Go(func() { s.follow(waiting) })
	if err := s.nodes.LimitMemory(ctx, s.node, s.memory); err != nil {
		return b, err
	}
	now, err = s.dead.board.Count(ctx, s.dead.rule.Name)
	b.After = now.Read().After
	return b, err
}

// follow waits for the target's end, and then has its host refuse. The command
// is given to its end once it is begun, so that a lift finds it in force or not.
func (s *memoryStarve) follow(ctx context.Context) {
	oom, err := s.nodes.WaitExit(ctx, s.node)
	if ctx.Err() != nil {
		return // it lived on
	}
	if err == nil {
		_, err = s.dead.Inject(context.WithoutCancel(ctx))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended, s.oom, s.err = true, oom, err
}

// Lift gives the memory back, starts the target if it is dead, and then opens
// the links, whatever failed before.
func (s *memoryStarve) Lift(ctx context.Context) (link.Bracket, error) {
	s.stop()
	s.wait.Wait()
	fed := s.nodes.RestoreMemory(ctx, s.node)
	b, err := s.kill.Lift(ctx)
	return b, errors.Join(fed, err)
}

// Proof counts the packets that met the dead target, and says what it died of;
// the fault is active while the limit is lowered, too.
func (s *memoryStarve) Proof(ctx context.Context) (link.Count, error) {
	c, err := s.kill.Proof(ctx)
	if err != nil {
		return c, err
	}
	squeezed, err := s.nodes.MemoryLimited(ctx, s.node)
	c.Active = c.Active || squeezed
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.oom:
		c.Unit = "packets refused after an OOM kill"
		c.Counted = link.Unit{Code: "packets-refused-after-oom"}
	case s.ended:
		c.Unit = "packets refused after it ended by itself"
		c.Counted = link.Unit{Code: "packets-refused-after-end"}
	default:
		c.Unit = "packets refused, of a target that lives"
		c.Counted = link.Unit{Code: "packets-refused-alive"}
	}
	return c, errors.Join(err, s.err)
}
