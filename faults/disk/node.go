//go:build linux

package disk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// Run is the node: it serves the calls above, reading from in and writing to out, until in
// ends or falls silent (wire.ErrSilent); then all disks are as they were.
func Run(ctx context.Context, in io.Reader, out io.Writer) error {
	d := newDisks()
	err := wire.NewServer(out).Serve(ctx, in, map[string]wire.Handler{
		"fill": wire.Handle(func(_ context.Context, f Fill) (State, error) { return d.fill(f) }),
		"free": wire.Handle(func(_ context.Context, at string) (State, error) {
			return d.free(at)
		}),
		"state": wire.Handle(func(_ context.Context, at string) (State, error) {
			return d.state(at)
		}),
	})
	return wire.Part(err, d.close)
}

// disks are those that are filled, by where they are.
type disks struct {
	mu    sync.Mutex
	files map[string]*filler
}

func newDisks() *disks { return &disks{files: map[string]*filler{}} }

// filler is the file that fills a disk.
type filler struct {
	*os.File
	Fill
	held int64         // its length
	over chan struct{} // closed when it is to go
	tops sync.WaitGroup
}

// topEvery is how soon what the target deletes is taken, too, as what fills a disk in the
// field goes on growing.
const topEvery = 20 * time.Millisecond

// top keeps a disk full. What it cannot take now it takes the next time.
func (f *filler) top() {
	tick := time.NewTicker(topEvery)
	defer tick.Stop()
	for {
		select {
		case <-f.over:
			return
		case <-tick.C:
			_ = f.take()
		}
	}
}

// tries is how often more is taken while other writers take and give back, too.
const tries = 100

// fill takes all that a disk has free but for what is to be left. It fails where it cannot;
// then the disk is as it was.
func (d *disks) fill(f Fill) (s State, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.files[f.Path] != nil {
		return s, fmt.Errorf("disk %s: it is filled already", f.Path)
	}
	fd, err := unix.Open(f.Path, unix.O_TMPFILE|unix.O_RDWR|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return s, fmt.Errorf("disk %s: %w", f.Path, err)
	}
	file := &filler{File: os.NewFile(uintptr(fd), f.Path), Fill: f, over: make(chan struct{})}
	if err := file.take(); err != nil {
		return s, errors.Join(fmt.Errorf("disk %s: %w", f.Path, err), file.Close())
	}
	d.files[f.Path] = file
	s, err = d.read(f.Path)
	file.tops.Go(file.top)
	return s, err
}

// take lets a file grow until no more is free than is to be left. A part is taken by halves
// where another writer was quicker.
func (f *filler) take() error {
	part := int64(1)
	for range tries {
		var s unix.Statfs_t
		if err := unix.Fstatfs(int(f.Fd()), &s); err != nil {
			return err
		}
		more := stateIn(s).Free - f.Leave
		if more <= 0 {
			return nil
		}
		more = max(more/part, 1)
		switch err := unix.Fallocate(int(f.Fd()), 0, f.held, more); {
		case errors.Is(err, unix.ENOSPC):
			part *= 2
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return err
		default:
			f.held, part = f.held+more, 1
		}
	}
	return fmt.Errorf("more than %d bytes stay free: something else writes and deletes there",
		f.Leave)
}

// free gives back what a disk was filled with.
func (d *disks) free(path string) (State, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if file := d.files[path]; file != nil {
		delete(d.files, path)
		if err := file.end(); err != nil {
			return State{}, err
		}
	}
	return d.read(path)
}

func (d *disks) state(path string) (State, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.read(path)
}

// read is how a disk stands.
func (d *disks) read(path string) (State, error) {
	s, err := stateOf(path)
	file := d.files[path]
	if err != nil || file == nil {
		return s, err
	}
	var st unix.Stat_t
	if err := unix.Fstat(int(file.Fd()), &st); err != nil {
		return s, fmt.Errorf("disk %s: %w", path, err)
	}
	s.Held = st.Blocks * 512 // whatever the blocks of its file system (stat(2))
	return s, nil
}

// stateOf is what a file system says of itself.
func stateOf(path string) (State, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return State{}, fmt.Errorf("disk %s: %w", path, err)
	}
	return stateIn(s), nil
}

func stateIn(s unix.Statfs_t) State {
	return State{Size: int64(s.Blocks) * s.Bsize, Free: int64(s.Bavail) * s.Bsize}
}

// end gives back what a file holds, once nothing lets it grow any more.
func (f *filler) end() error {
	close(f.over)
	f.tops.Wait()
	return f.Close()
}

func (d *disks) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var errs []error
	for path, file := range d.files {
		delete(d.files, path)
		errs = append(errs, file.end())
	}
	return errors.Join(errs...)
}
