//go:build unix

package docker

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A lock is held by one at a time; a waiter gets it when it is free, or gives up with its
// context.
func TestLocks(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "none"))
	if _, err := hold("work"); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "TMPDIR") {
		t.Errorf("a TMPDIR that is not there: have %v", err)
	}
	t.Setenv("TMPDIR", t.TempDir())
	release, err := hold("work")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := hold("work"); err == nil {
		t.Error("held twice")
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := await(gone, "work", func(string) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("the waiter that gave up: %v", err)
	}
	freed := make(chan time.Time, 1)
	time.AfterFunc(2*heldPause, func() { freed <- time.Now(); release() })
	var named []string
	again, err := await(t.Context(), "work", func(lock string) { named = append(named, lock) })
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-freed:
	default:
		t.Error("had before it was free")
	}
	again()
	if !slices.Equal(named, []string{lockPath("work")}) {
		t.Errorf("waiting, it named %q", named)
	}
}

// A lock that another user could have made is refused, and a folder for temporary files
// that is not there is not made.
func TestLocksOfOthers(t *testing.T) {
	for want, c := range map[string]func(t *testing.T, dir, path string){
		"want a folder of this user alone": func(t *testing.T, dir, _ string) {
			try(t, os.Mkdir(dir, 0o700))
			try(t, os.Chmod(dir, 0o770))
		},
		"too many levels of symbolic links": func(t *testing.T, dir, path string) {
			try(t, os.Mkdir(dir, 0o700))
			try(t, os.WriteFile(dir+".other", nil, 0o600))
			try(t, os.Symlink(dir+".other", path))
		},
		"not a file of this user": func(t *testing.T, dir, path string) {
			try(t, os.Mkdir(dir, 0o700))
			try(t, unix.Mkfifo(path, 0o600))
		},
		"is TMPDIR a folder": func(t *testing.T, dir, _ string) { try(t, os.Remove(filepath.Dir(dir))) },
	} {
		t.Setenv("TMPDIR", t.TempDir())
		path := lockPath("work")
		c(t, filepath.Dir(path), path)
		if _, err := hold("work"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("have %v, want %q", err, want)
		}
	}
	t.Setenv("TMPDIR", t.TempDir())
	elsewhere := t.TempDir()
	try(t, os.Symlink(elsewhere, filepath.Dir(lockPath("work"))))
	if _, err := hold("work"); err == nil || !strings.Contains(err.Error(), "want a folder of this user alone") {
		t.Errorf("by a link: %v", err)
	}
}

func try(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A run is alive as long as a node of it runs, or before there is anything but its
// network; which process began it does not matter. What is dead is this machine's to sweep,
// or any machine's once it should have been over.
func TestAlive(t *testing.T) {
	now := time.Now()
	at := func(d time.Duration) string { return now.Add(d).UTC().Format(time.RFC3339) }
	other := map[string]string{hostLabel: "another " + host(), untilLabel: at(time.Hour)}
	late := map[string]string{hostLabel: "another " + host(), untilLabel: at(-time.Hour)}
	own := map[string]string{hostLabel: host(), untilLabel: at(time.Hour)}
	for what, c := range map[string]struct {
		f           found
		alive, left bool
	}{
		"ours, running":             {found{own, 2, 3, now.Add(-time.Hour)}, true, false},
		"another's, running":        {found{other, 1, 3, now.Add(-time.Hour)}, true, false},
		"late, and running":         {found{late, 2, 3, now.Add(-time.Hour)}, true, false},
		"ours, starting":            {found{own, 0, 0, now.Add(-time.Second)}, true, false},
		"ours, dead":                {found{own, 0, 3, now.Add(-time.Second)}, false, true},
		"ours, dead at its network": {found{own, 0, 0, now.Add(-time.Hour)}, false, true},
		"another's, dead":           {found{other, 0, 3, now.Add(-time.Hour)}, false, false},
		"another's, dead and late":  {found{late, 0, 3, now.Add(-time.Hour)}, false, true},
		"of an old version":         {found{map[string]string{}, 0, 3, now.Add(-time.Hour)}, false, false},
	} {
		if alive, left := c.f.alive(now) != "", c.f.left(now); alive != c.alive || left != c.left {
			t.Errorf("%s: alive %v, left %v", what, alive, left)
		}
	}
}
