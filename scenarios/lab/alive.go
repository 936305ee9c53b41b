package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// hostLabel names the machine whose CLI runs a drill: whether a run is dead can
// only be told there.
const hostLabel = "org.stormdrill.host"

// labels are on all that a run puts on the engine.
func labels(run string) map[string]string {
	return map[string]string{Label: run, hostLabel: host()}
}

func host() string {
	name, err := os.Hostname()
	if err != nil {
		return "unknown"
	}
	return name
}

// lockPath is a file that the CLI of a run holds locked as long as it lives.
func lockPath(name string) string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("stormdrill-%d", os.Getuid()), name+".lock")
}

// hold takes the lock of a run, or of a piece of work that only one process may
// do at a time; the kernel gives it back when the process ends, however it ends.
// It fails at once where another holds it.
func hold(name string) (release func(), err error) {
	path := lockPath(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("lock: %s: %w", path, err)
	}
	return func() {
		_ = os.Remove(path)
		_ = f.Close()
	}, nil
}

// heldPause is between two tries for a lock that another holds.
const heldPause = 50 * time.Millisecond

// await takes a lock, and waits for whoever holds it.
func await(ctx context.Context, name string) (release func(), err error) {
	for {
		release, err := hold(name)
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return release, err
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(heldPause):
		}
	}
}

// inUse says why a run must be left alone; empty where it is dead.
func inUse(run, machine string) string {
	if machine != host() {
		return fmt.Sprintf("it is of another machine, %s; --all removes it too", machine)
	}
	release, err := hold(run)
	if err != nil {
		return "it is running"
	}
	release()
	return ""
}
