package sim

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

// node is a target.
type node struct {
	running, paused bool
	own             float64       // CPU limit that it was started with
	cpus            float64       // that it is starved to; 0: it is not
	memory          quantity.Size // that it is squeezed to; 0: it is not
	throttled       uint64        // periods in which it stood still

	disks map[string]quantity.Size // by path: their size
	left  map[string]quantity.Size // by path, of those that are filled: what is free
}

func newNode(n plan.Node) *node {
	one := &node{running: true, own: 1, left: map[string]quantity.Size{}}
	if n.Spec != nil {
		one.own, one.disks = cmp.Or(n.Spec.CPUs, one.own), n.Spec.Tmpfs
	}
	return one
}

// change looks at a target, or changes it.
func (l *Lab) change(name string, do func(*node)) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.nodes[name]
	if n == nil {
		return errors.New("no target " + name)
	}
	do(n)
	return nil
}

// Kill ends a target's process.
func (l *Lab) Kill(_ context.Context, name string) error {
	return l.change(name, func(n *node) { n.running = false })
}

// Terminate ends it in order, which takes no time.
func (l *Lab) Terminate(ctx context.Context, name string) error { return l.Kill(ctx, name) }

// startTakes is how long a target takes to start: some of its users come meanwhile.
const startTakes = 200 * time.Millisecond

// Start starts one that was ended.
func (l *Lab) Start(ctx context.Context, name string) error {
	ended := false
	if err := l.change(name, func(n *node) { ended = !n.running }); err != nil || !ended {
		return err
	}
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(startTakes):
	}
	return l.change(name, func(n *node) { n.running = true })
}

// Pause freezes one.
func (l *Lab) Pause(_ context.Context, name string) error {
	return l.change(name, func(n *node) { n.paused = true })
}

// Unpause thaws it.
func (l *Lab) Unpause(_ context.Context, name string) error {
	return l.change(name, func(n *node) { n.paused = false })
}

// Running reports whether it runs, and is not frozen.
func (l *Lab) Running(_ context.Context, name string) (is bool, err error) {
	err = l.change(name, func(n *node) { is = n.running && !n.paused })
	return is, err
}

// LimitCPU lowers its CPU limit, by which it stands still at once.
func (l *Lab) LimitCPU(_ context.Context, name string, cpus float64) error {
	return l.change(name, func(n *node) { n.cpus, n.throttled = cpus, n.throttled+1 })
}

// RestoreCPU restores the limit.
func (l *Lab) RestoreCPU(_ context.Context, name string) error {
	return l.change(name, func(n *node) { n.cpus = 0 })
}

// CPU reports the limit, and how often it stood still.
func (l *Lab) CPU(_ context.Context, name string) (c faults.CPU, err error) {
	err = l.change(name, func(n *node) {
		c = faults.CPU{Limit: cmp.Or(n.cpus, n.own), Throttled: n.throttled}
	})
	return c, err
}

// LimitMemory lowers its memory limit, of which it dies at once.
func (l *Lab) LimitMemory(_ context.Context, name string, memory quantity.Size) error {
	return l.change(name, func(n *node) { n.memory, n.running = memory, false })
}

// RestoreMemory restores the limit.
func (l *Lab) RestoreMemory(_ context.Context, name string) error {
	return l.change(name, func(n *node) { n.memory = 0 })
}

// MemoryLimited reports whether it is lowered.
func (l *Lab) MemoryLimited(_ context.Context, name string) (is bool, err error) {
	err = l.change(name, func(n *node) { is = n.memory > 0 })
	return is, err
}

// FillDisk fills a disk.
func (l *Lab) FillDisk(_ context.Context, name, path string, leave quantity.Size) (err error) {
	failed := l.change(name, func(n *node) {
		if n.disks[path] == 0 {
			err = errors.New("no disk " + path)
			return
		}
		n.left[path] = min(leave, n.disks[path])
	})
	return errors.Join(failed, err)
}

// FreeDisk empties it.
func (l *Lab) FreeDisk(_ context.Context, name, path string) error {
	return l.change(name, func(n *node) { delete(n.left, path) })
}

// Disk reports its state.
func (l *Lab) Disk(_ context.Context, name, path string) (d faults.Disk, err error) {
	err = l.change(name, func(n *node) {
		d = faults.Disk{Size: int64(n.disks[path]), Free: int64(n.disks[path])}
		if left, full := n.left[path]; full {
			d.Free, d.Held = int64(left), int64(n.disks[path]-left)
		}
	})
	return d, err
}

// WaitExit waits until it is dead, and reports whether it died of its memory limit.
func (l *Lab) WaitExit(ctx context.Context, name string) (oom bool, err error) {
	for {
		dead := false
		err := l.change(name, func(n *node) { dead, oom = !n.running, n.memory > 0 })
		if err != nil || dead {
			return oom, err
		}
		select {
		case <-ctx.Done():
			return false, context.Cause(ctx)
		case <-time.After(10 * time.Millisecond):
		}
	}
}
