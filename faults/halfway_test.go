package faults_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

var errRefused = errors.New("the engine is gone")

// world is a switchboard and an engine of which any call may fail, before it has
// done anything or behind that.
type world struct {
	mu    sync.Mutex
	rules map[string]bool
	nodes map[string]*container

	calls int
	fails int  // the call that does; 0: none
	late  bool // it has done what it was asked for
	oom   bool // what a target that ends is killed by
	ends  bool // a target that has too little memory does
}

type container struct {
	Dead, Frozen, Starved, Squeezed, Full bool

	ended chan struct{}
}

func newWorld() *world {
	w := &world{rules: map[string]bool{}, nodes: map[string]*container{}, oom: true, ends: true}
	for _, n := range []string{"app-1", "app-2"} {
		w.nodes[n] = &container{ended: make(chan struct{})}
	}
	return w
}

// step is one call.
func (w *world) step(do func()) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls++
	fails := w.calls == w.fails
	if !fails || w.late {
		do()
	}
	if fails {
		return errRefused
	}
	return nil
}

// left is what is not as it was in the beginning.
func (w *world) left() (out []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range slices.Sorted(maps.Keys(w.rules)) {
		out = append(out, "rule "+r)
	}
	for _, n := range slices.Sorted(maps.Keys(w.nodes)) {
		if c := *w.nodes[n]; c.Dead || c.Frozen || c.Starved || c.Squeezed ||
			c.Full {
			out = append(out, fmt.Sprintf("%s %+v", n, c))
		}
	}
	return out
}

func (w *world) Apply(_ context.Context, r link.Rule) (link.Bracket, error) {
	return link.Bracket{Before: 1, After: 2}, w.step(func() { w.rules[r.Name] = true })
}

func (w *world) Lift(_ context.Context, name string) (link.Bracket, error) {
	return link.Bracket{Before: 3, After: 4}, w.step(func() { delete(w.rules, name) })
}

func (w *world) Count(_ context.Context, name string) (c link.Count, err error) {
	err = w.step(func() { c = link.Count{Unit: "packets", Active: w.rules[name], At: 1} })
	return c, err
}

func (w *world) die(c *container) {
	if !c.Dead {
		c.Dead = true
		close(c.ended)
	}
}

func (w *world) Kill(_ context.Context, node string) error {
	return w.step(func() { w.die(w.nodes[node]) })
}

func (w *world) Terminate(ctx context.Context, node string) error { return w.Kill(ctx, node) }

func (w *world) Start(_ context.Context, node string) error {
	return w.step(func() {
		if c := w.nodes[node]; c.Dead {
			c.Dead, c.ended = false, make(chan struct{})
		}
	})
}

func (w *world) Pause(_ context.Context, node string) error {
	return w.step(func() { w.nodes[node].Frozen = true })
}

func (w *world) Unpause(_ context.Context, node string) error {
	return w.step(func() { w.nodes[node].Frozen = false })
}

func (w *world) Running(_ context.Context, node string) (up bool, err error) {
	err = w.step(func() { up = !w.nodes[node].Dead && !w.nodes[node].Frozen })
	return up, err
}

func (w *world) LimitCPU(_ context.Context, node string, _ float64) error {
	return w.step(func() { w.nodes[node].Starved = true })
}

func (w *world) RestoreCPU(_ context.Context, node string) error {
	return w.step(func() { w.nodes[node].Starved = false })
}

func (w *world) CPU(_ context.Context, node string) (c faults.CPU, err error) {
	err = w.step(func() {
		if c.Limit = 1; w.nodes[node].Starved {
			c.Limit = 0.05
		}
	})
	return c, err
}

func (w *world) LimitMemory(_ context.Context, node string, _ quantity.Size) error {
	return w.step(func() {
		if w.nodes[node].Squeezed = true; w.ends {
			w.die(w.nodes[node])
		}
	})
}

func (w *world) RestoreMemory(_ context.Context, node string) error {
	return w.step(func() { w.nodes[node].Squeezed = false })
}

func (w *world) MemoryLimited(_ context.Context, node string) (yes bool, err error) {
	err = w.step(func() { yes = w.nodes[node].Squeezed })
	return yes, err
}

func (w *world) FillDisk(_ context.Context, node, _ string, _ quantity.Size) error {
	return w.step(func() { w.nodes[node].Full = true })
}

func (w *world) FreeDisk(_ context.Context, node, _ string) error {
	return w.step(func() { w.nodes[node].Full = false })
}

func (w *world) Disk(_ context.Context, node, _ string) (s faults.Disk, err error) {
	err = w.step(func() {
		if s = (faults.Disk{Size: 4096, Free: 4096}); w.nodes[node].Full {
			s.Free, s.Held = 0, 4096
		}
	})
	return s, err
}

// WaitExit is no step: it waits beside the others.
func (w *world) WaitExit(ctx context.Context, node string) (oom bool, err error) {
	w.mu.Lock()
	ended := w.nodes[node].ended
	w.mu.Unlock()
	select {
	case <-ended:
		return w.oom, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// several are the faults that take more than one step, on as many targets or links
// as they can.
var several = map[string]faults.Fault{
	"kill as process": &faults.Kill{Target: "app"},
	"kill as host":    &faults.Kill{Target: "app", As: "host"},
	"stop":            &faults.Stop{Target: "app"},
	"restart":         &faults.Restart{Target: "app"},
	"pause":           &faults.Pause{Target: "app"},
	"cpu-starve":      &faults.CPUStarve{Target: "app", CPUs: 0.05},
	"disk-full":       &faults.DiskFull{Target: "app", Path: "/data"},
	"memory-starve":   &faults.MemoryStarve{Target: "app", Memory: 32 << 20},
	"dns stale": &faults.DNS{From: "page", Names: []string{"app"}, Answer: "stale",
		To: "new"},
}

func boundIn(t *testing.T, w *world, f faults.Fault) faults.Injection {
	t.Helper()
	page := link.Link{ID: "page -> app-1:8080", From: "page", To: "app-1",
		Addr: netip.MustParseAddr("198.18.2.1")}
	site := faults.Site{Links: []link.Link{page}, Targets: []string{"app-1", "app-2"},
		Switchboard: w, Nodes: w}
	switch f.(type) {
	case *faults.MemoryStarve:
		site.Targets = site.Targets[:1] // it takes one
	case *faults.DNS:
		site.Targets, site.Askers, site.Moved = nil, []string{"page"}, []link.Link{page}
	}
	in, err := f.Bind("f", site)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// eachStep has one call after the other fail, before it did anything and behind that,
// until none is left that could.
func eachStep(t *testing.T, try func(t *testing.T, w *world, f faults.Fault) (failed bool)) {
	for name, f := range several {
		for _, late := range []bool{false, true} {
			for n := 1; ; n++ {
				more := false
				t.Run(fmt.Sprintf("%s, call %d, late %t", name, n, late), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						w := newWorld()
						w.fails, w.late = n, late
						more = try(t, w, f)
					})
				})
				if !more {
					if n < 3 {
						t.Errorf("%s: only %d calls could fail", name, n-1)
					}
					break
				}
			}
		}
	}
}

// An inject that fails half-way says so, and a lift undoes what it had done.
func TestInjectHalfWay(t *testing.T) {
	eachStep(t, func(t *testing.T, w *world, f faults.Fault) bool {
		in := boundIn(t, w, f)
		_, err := in.Inject(t.Context())
		synctest.Wait()
		if failed := w.calls >= w.fails; failed && !errors.Is(err, errRefused) && !behind(f) {
			t.Errorf("have error %v, want that of the call", err)
		} else if !failed && err != nil {
			t.Error(err)
		}
		more := w.calls >= w.fails
		w.fails = 0
		if _, err := in.Lift(t.Context()); err != nil {
			t.Error(err)
		}
		if left := w.left(); len(left) > 0 {
			t.Errorf("after the lift: %q", left)
		}
		if c, err := in.Proof(t.Context()); err != nil && !behind(f) || c.Active {
			t.Errorf("proof after the lift: %+v, %v", c, err)
		}
		return more
	})
}

// behind: of memory-starve the links are cut beside Inject, and Proof reports it.
func behind(f faults.Fault) bool { _, is := f.(*faults.MemoryStarve); return is }

// A lift of which a part fails says so, undoes the rest, and does all of it when it
// is called again.
func TestLiftHalfWay(t *testing.T) {
	eachStep(t, func(t *testing.T, w *world, f faults.Fault) bool {
		n := w.fails
		w.fails = 0
		in := boundIn(t, w, f)
		if _, err := in.Inject(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		before := len(w.left())
		w.calls, w.fails = 0, n
		_, err := in.Lift(t.Context())
		failed := w.calls >= n
		if failed != errors.Is(err, errRefused) {
			t.Errorf("%d calls, of which %d failed: error %v", w.calls, n, err)
		}
		if left := w.left(); failed && len(left) > 1 || before == 0 {
			t.Errorf("after a lift of which one part failed: %q, of %d", left, before)
		}
		w.fails = 0
		if _, err := in.Lift(t.Context()); err != nil {
			t.Error(err)
		}
		if left := w.left(); len(left) > 0 {
			t.Errorf("after the second lift: %q", left)
		}
		return failed
	})
}

// Of a target that ends the cause is reported: the kernel, for want of memory, or itself;
// one that goes on running is reported too.
func TestMemoryStarveSaysWhatItDiedOf(t *testing.T) {
	for _, c := range []struct {
		ends, oom bool
		want      string
	}{
		{true, true, "packets refused after an OOM kill"},
		{true, false, "packets refused after it ended by itself"},
		{false, false, "packets refused, of a target that lives"},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			w.ends, w.oom = c.ends, c.oom
			in := boundIn(t, w, several["memory-starve"])
			if _, err := in.Inject(t.Context()); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if have, err := in.Proof(t.Context()); err != nil || have.Unit != c.want ||
				!have.Active {
				t.Errorf("have %+v, %v, want %q", have, err, c.want)
			}
			if w.rules["f"] != c.ends {
				t.Errorf("its links are cut: %t, want %t", w.rules["f"], c.ends)
			}
			if _, err := in.Lift(t.Context()); err != nil {
				t.Error(err)
			}
			if have, _ := in.Proof(t.Context()); have.Unit != c.want || have.Active {
				t.Errorf("after the lift: %+v, want %q", have, c.want)
			}
		})
	}
}

// What was undone outside the switchboard was gone before the count ended: the lift's
// bracket spans both.
func TestLiftSpansTheUndoing(t *testing.T) {
	for _, kind := range []string{"pause", "cpu-starve", "disk-full"} {
		in := boundIn(t, newWorld(), several[kind])
		if _, err := in.Inject(t.Context()); err != nil {
			t.Fatal(err)
		}
		if b, err := in.Lift(t.Context()); err != nil || b.Before != 1 || b.After != 4 {
			t.Errorf("%s: lifted within %+v, %v, want from before it was asked for", kind, b, err)
		}
	}
}
