package lab

import (
	"fmt"
	"os"
	"path/filepath"

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
func lockPath(run string) string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("stormdrill-%d", os.Getuid()), run+".lock")
}

// hold takes a run's lock; the kernel gives it back when the process ends,
// however it ends.
func hold(run string) (release func(), err error) {
	path := lockPath(run)
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
