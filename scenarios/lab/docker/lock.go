package docker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/userdir"
)

// lockPath is a file that is held locked as long as its piece of work lasts.
func lockPath(name string) string {
	return filepath.Join(userdir.Path(), name+".lock")
}

// hold takes the lock of a piece of work that only one process may do at a time; the
// kernel gives it back when the process ends, however it ends. It fails at once where
// another holds it. Others may write to a folder for temporary files: a lock that is not
// this user's own, or a link, is refused.
func hold(name string) (release func(), err error) {
	path := lockPath(name)
	if _, err := userdir.Make(); err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	f, err := openLock(path)
	if err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	info, err := f.Stat()
	if err == nil && (!info.Mode().IsRegular() || !userdir.Owned(info)) {
		err = fmt.Errorf("%s: not a file of this user: remove it, or set TMPDIR to a folder of "+
			"your own", path)
	}
	if err == nil {
		err = lockNow(f)
	}
	if err == nil {
		// The process that held it before has removed it meanwhile, and another may have
		// made one anew.
		if now, gone := os.Lstat(path); gone != nil || !os.SameFile(now, info) {
			err = errHeld
		}
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("lock: %s: %w", path, err)
	}
	return func() { giveBack(f, path) }, nil
}

// heldPause is between two tries for a lock that another holds.
const heldPause = 50 * time.Millisecond

// await takes a lock, and waits for another that holds it; waiting is called once where it
// has to.
func await(ctx context.Context, name string, waiting func(lock string)) (release func(),
	err error) {
	for named := false; ; named = true {
		release, err := hold(name)
		if !errors.Is(err, errHeld) {
			return release, err
		}
		if !named {
			waiting(lockPath(name))
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("waiting for %s: %w", lockPath(name), context.Cause(ctx))
		case <-time.After(heldPause):
		}
	}
}
