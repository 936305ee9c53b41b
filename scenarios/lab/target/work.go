//go:build linux

package target

import (
	"context"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// work is what a request costs in CPU time. One request at a time works, the
// others wait in the order in which they came, as on a server with one worker:
// so it is known what a quota leaves, quota ÷ cost requests per second.
type work struct {
	cost time.Duration
	turn chan struct{}
}

func newWork(cost time.Duration) *work { return &work{cost, make(chan struct{}, 1)} }

// do works, and reports whether the client was still there when its turn came.
func (w *work) do(ctx context.Context) bool {
	if w.cost <= 0 {
		return true
	}
	select {
	case w.turn <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	defer func() { <-w.turn }()
	burn(w.cost)
	return true
}

// burn uses the CPU for so long, by the kernel's account of this thread: however
// long it stands still meanwhile, it has as much left to do as before.
func burn(cost time.Duration) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for end := threadTime() + cost; threadTime() < end; {
	}
}

func threadTime() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &ts); err != nil {
		panic(err) // every Linux has it
	}
	return time.Duration(ts.Nano())
}
