//go:build linux

package disk

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// size of the disks of these tests.
const size = 1 << 20

// mounted runs a test with a disk that only it sees, in a mount namespace of its own.
func mounted(t *testing.T, test func(path string)) {
	t.Helper()
	path := t.TempDir()
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with its namespace
		defer close(done)
		err := unix.Unshare(unix.CLONE_NEWNS)
		if err == nil {
			err = unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
		}
		if err == nil {
			err = unix.Mount("tmpfs", path, "tmpfs", 0, "size=1m")
		}
		if err != nil {
			done <- err
			return
		}
		test(path)
	}()
	if err := <-done; err != nil {
		t.Skipf("no file system can be mounted here: %v", err)
	}
}

// A full disk takes nothing more, its files stay and no other shows; a lift gives back what
// was taken, and is safe twice.
func TestFillAndFree(t *testing.T) {
	mounted(t, func(path string) {
		file := filepath.Join(path, "data")
		if err := os.WriteFile(file, make([]byte, 100_000), 0o600); err != nil {
			t.Error(err)
		}
		d := newDisks()
		before, err := d.state(path)
		if err != nil || before.Size != size || before.Held != 0 || before.Free > size-100_000 {
			t.Errorf("before: %+v, %v", before, err)
		}
		full, err := d.fill(Fill{Path: path})
		if err != nil || full.Free != 0 || full.Held != before.Free {
			t.Errorf("full: %+v, %v", full, err)
		}
		if _, err := d.fill(Fill{Path: path}); err == nil {
			t.Error("filled twice")
		}
		if err := os.WriteFile(filepath.Join(path, "more"), make([]byte, 1), 0o600); !errors.Is(err,
			unix.ENOSPC) {
			t.Errorf("written to a full disk: %v", err)
		}
		if err := os.Remove(filepath.Join(path, "more")); err != nil { // it has a name, and no content
			t.Error(err)
		}
		if all, err := os.ReadDir(path); err != nil || len(all) != 1 {
			t.Errorf("files %v, %v: want the target's alone", all, err)
		}
		if err := os.Remove(file); err != nil {
			t.Error(err)
		}
		for end := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
			s, err := d.state(path)
			if err == nil && s.Free == 0 && s.Held == size {
				break
			}
			if err != nil || time.Now().After(end) {
				t.Errorf("what was deleted is not taken: %+v, %v", s, err)
				break
			}
		}
		before.Free = size
		for range 2 {
			if after, err := d.free(path); err != nil || after != before {
				t.Errorf("freed: %+v, %v, want %+v", after, err, before)
			}
		}
		if err := os.WriteFile(file, make([]byte, 200_000), 0o600); err != nil {
			t.Error(err)
		}
	})
}

// What is to be left is left, in whole blocks, and a disk that has less is full enough.
func TestFillLeaves(t *testing.T) {
	mounted(t, func(path string) {
		d := newDisks()
		block := int64(os.Getpagesize())
		for _, c := range []struct{ leave, want int64 }{
			{10*block + 1, 10 * block}, {10 * block, 10 * block}, {1, 0}, {2 * size, size}} {
			if s, err := d.fill(Fill{Path: path, Leave: c.leave}); err != nil || s.Free != c.want {
				t.Errorf("leave %d: %+v, %v, want %d free", c.leave, s, err, c.want)
			}
			if s, err := d.free(path); err != nil || s.Free != size {
				t.Errorf("freed: %+v, %v", s, err)
			}
		}
		if _, err := d.fill(Fill{Path: filepath.Join(path, "nowhere")}); !errors.Is(err, unix.ENOENT) {
			t.Errorf("have %v", err)
		}
	})
}

// What ends the node gives all back.
func TestNodeEnds(t *testing.T) {
	mounted(t, func(path string) {
		d := newDisks()
		if s, err := d.fill(Fill{Path: path}); err != nil || s.Free != 0 {
			t.Errorf("%+v, %v", s, err)
		}
		if err := d.close(); err != nil {
			t.Error(err)
		}
		if s, err := d.state(path); err != nil || s.Free != size {
			t.Errorf("after its end: %+v, %v", s, err)
		}
	})
}

// The node answers by its names, and ends with its commander.
func TestRun(t *testing.T) {
	path := t.TempDir()
	in, commands := io.Pipe()
	answers, out := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- Run(t.Context(), in, out) }()
	p := wire.NewPeer(answers, commands, nil)
	var s State
	for _, call := range []string{"state", "free"} {
		if err := p.Call(t.Context(), call, path, &s); err != nil || s.Size == 0 || s.Held != 0 {
			t.Errorf("%s: %+v, %v", call, s, err)
		}
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	_ = out.Close()
}
