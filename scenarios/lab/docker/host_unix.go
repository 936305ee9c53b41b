//go:build unix

package docker

import (
	"os"

	"golang.org/x/sys/unix"
)

// errHeld is what a lock fails with that another process holds.
var errHeld error = unix.EWOULDBLOCK

// openLock opens a lock's file, or makes it; a link is none.
func openLock(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_RDWR|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0o600)
}

// lockNow locks a file until it is closed, or the process ends.
func lockNow(f *os.File) error { return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) }

// giveBack ends a lock.
func giveBack(f *os.File, path string) {
	_ = os.Remove(path)
	_ = f.Close()
}

// freeIn is how much room a folder's file system has, bytes.
func freeIn(dir string) (free uint64, ok bool) {
	var s unix.Statfs_t
	if unix.Statfs(dir, &s) != nil {
		return 0, false
	}
	return s.Bavail * uint64(s.Bsize), true
}
