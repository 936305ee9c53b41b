package docker

import (
	"os"

	"golang.org/x/sys/windows"
)

// errHeld is what a lock fails with that another process holds.
var errHeld error = windows.ERROR_LOCK_VIOLATION

// openLock opens a lock's file, or makes it.
func openLock(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
}

// lockNow locks a file until it is closed, or the process ends.
func lockNow(f *os.File) error {
	return windows.LockFileEx(windows.Handle(f.Fd()),
		windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0,
		new(windows.Overlapped))
}

// giveBack ends a lock. Its file stays: another process may have it open.
func giveBack(f *os.File, _ string) { _ = f.Close() }

// freeIn is how much room a folder's file system has for this user, bytes.
func freeIn(dir string) (free uint64, ok bool) {
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, false
	}
	return free, windows.GetDiskFreeSpaceEx(name, &free, nil, nil) == nil
}
