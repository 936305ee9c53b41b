package docker

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// How long a limit is tried to be lowered, at the least and at the most, and how often: an engine
// that is slow to answer, as on a busy machine, takes longer for as many rounds.
const (
	squeezeWithin = 10 * time.Second
	squeezeAtMost = 30 * time.Second // below what an injection may take in all
	squeezeRounds = 12
	squeezeEvery  = 150 * time.Millisecond // in which a target asks for more
)

// squeezeRooms are what a limit leaves above what is in use, as parts of it, by turns: between the
// reading and the setting some more may come into use, by the kernel's own counting alone, and the
// kernel would refuse the limit; with more room what the target asks for next may still fit.
var squeezeRooms = [...]int64{64, 256, 1024, 1 << 20}

// LimitMemory lowers a target's memory limit. Control groups of version 2 kill for
// it at once. Those of version 1 take no limit below what is in use: there it is
// lowered to hardly more, again and again and never raised, until what the target
// asks for next meets it. Cached files do not count: the kernel gives them up for a limit, and
// a target that reads its program again has them back a moment later.
func (l *Lab) LimitMemory(whole context.Context, node string, memory quantity.Size) error {
	l.wish(node, true)
	ctx, cancel := context.WithTimeout(whole, squeezeAtMost)
	defer cancel()
	began, want := time.Now(), int64(memory)
	err := l.limitMemory(ctx, node, want)
	limit, use := int64(math.MaxInt64), int64(0)
	for round := 0; err != nil; round++ {
		if up, lost := l.Running(ctx, node); lost == nil && !up {
			return nil
		}
		// What is in use by now is more, or less: the next round reads it.
		if s, lost := l.stats(ctx, node); lost == nil {
			use = int64(s.MemoryStats.Usage)
			held := use - cachedFiles(s.MemoryStats)
			next := held + held/squeezeRooms[round%len(squeezeRooms)]
			switch {
			case held <= want:
				err = l.limitMemory(ctx, node, want)
			case next < limit && l.setMemory(ctx, node, next) == nil: // below it would be refused
				limit = next
			}
		}
		took := time.Since(began)
		switch {
		case err == nil:
		case whole.Err() != nil:
			return context.Cause(whole)
		case ctx.Err() == nil && (round+1 < squeezeRounds || took < squeezeWithin):
			select {
			case <-ctx.Done():
			case <-time.After(squeezeEvery):
			}
		case l.limitMemory(whole, node, want) == nil: // it was killed meanwhile
			return nil
		default:
			return fmt.Errorf("%w: it uses %s, holds on to all of it, and asked for no more "+
				"within %s: want one that does, or a higher limit",
				err, quantity.Size(use), took.Round(time.Second))
		}
	}
	return nil
}

// cachedFiles is how much of what is in use the kernel can give up at once.
func cachedFiles(m container.MemoryStats) int64 {
	return int64(min(m.Usage, m.Stats["inactive_file"]+m.Stats["active_file"]))
}

// RestoreMemory restores the limit that the plan gave, and reads it back, from the
// control group too where there is one.
func (l *Lab) RestoreMemory(ctx context.Context, node string) error {
	want := int64(l.planned(node).Spec.Memory)
	if err := l.limitMemory(ctx, node, want); err != nil {
		return err
	}
	up, err := l.Running(ctx, node)
	if err != nil || !up {
		return err
	}
	l.wish(node, false)
	s, err := l.stats(ctx, node)
	if err == nil && want > 0 && int64(s.MemoryStats.Limit) != want {
		err = fmt.Errorf("limit the memory of %s: its control group says that it is %s, and %s "+
			"were asked for", node, quantity.Size(s.MemoryStats.Limit), quantity.Size(want))
	}
	return err
}

// MemoryLimited reports whether a target's limit is below the plan's.
func (l *Lab) MemoryLimited(ctx context.Context, node string) (bool, error) {
	have, err := l.limits(ctx, node)
	return have.Memory < int64(l.planned(node).Spec.Memory), err
}

// limitMemory sets a limit unless it is in force, swap included, and reads it back.
func (l *Lab) limitMemory(ctx context.Context, node string, want int64) error {
	have, err := l.limits(ctx, node)
	if err != nil || have.Memory == want {
		return err
	}
	if err := l.setMemory(ctx, node, want); err != nil {
		return err
	}
	if have, err = l.limits(ctx, node); err != nil {
		return err
	}
	if have.Memory != want {
		return fmt.Errorf("limit the memory of %s: the engine says that it is %s, and %s were "+
			"asked for", node, quantity.Size(have.Memory), quantity.Size(want))
	}
	return nil
}

// setMemory sets a limit, swap included.
func (l *Lab) setMemory(ctx context.Context, node string, want int64) error {
	o := client.ContainerUpdateOptions{Resources: &container.Resources{Memory: want,
		MemorySwap: want}}
	if _, err := l.engine.ContainerUpdate(ctx, l.id(node), o); err != nil {
		return fmt.Errorf("limit the memory of %s: %w", node, err)
	}
	return nil
}

// WaitExit waits until a target is dead, and reports whether it was killed for want of
// memory.
func (l *Lab) WaitExit(ctx context.Context, node string) (oom bool, err error) {
	dead := l.engine.ContainerWait(ctx, l.id(node),
		client.ContainerWaitOptions{Condition: container.WaitConditionNotRunning})
	select {
	case <-dead.Result:
	case err := <-dead.Error:
		return false, fmt.Errorf("wait for %s: %w", node, err)
	}
	c, err := l.engine.ContainerInspect(ctx, l.id(node), client.ContainerInspectOptions{})
	if err != nil {
		return false, fmt.Errorf("inspect %s: %w", node, err)
	}
	if c.Container.State.Running {
		return false, errors.New("wait for " + node + ": it was started again")
	}
	return c.Container.State.OOMKilled, nil
}
