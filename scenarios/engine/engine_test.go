package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

var epoch time.Time // start of the bubble's clock

// world is everything a drill touches, and the order in which it was touched.
type world struct {
	mu      sync.Mutex // steers act beside the run
	log     []string
	marks   []timeline.Mark
	proofs  []timeline.Proof
	active  map[string]bool
	fail    map[string]error // by "inject NAME", "lift NAME", "start", "stop"
	explode string
}

func (w *world) did(what string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.log = append(w.log, what)
	if what == w.explode {
		panic("kaboom")
	}
	return w.fail[what]
}

func now() int64 { return int64(time.Since(epoch)) }

func (w *world) Start(context.Context) (int64, error) { return now(), w.did("start") }

func (w *world) Stop(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return w.did("stop")
}
func (w *world) Mark(m timeline.Mark) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.marks = append(w.marks, m)
	return nil
}
func (w *world) Proof(p timeline.Proof) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.proofs = append(w.proofs, p)
	return nil
}

func (w *world) set(name string, active bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.active[name] = active
}

func (w *world) at(name string) []time.Duration {
	var all []time.Duration
	for _, m := range w.marks {
		if m.Name == name {
			all = append(all, time.Duration(m.After))
		}
	}
	return all
}

type injection struct {
	*world
	name string
}

func (i injection) Inject(context.Context) (link.Bracket, error) {
	i.set(i.name, true)
	return link.Bracket{Before: now(), After: now()}, i.did("inject " + i.name)
}

func (i injection) Lift(ctx context.Context) (link.Bracket, error) {
	if err := ctx.Err(); err != nil {
		return link.Bracket{}, err
	}
	err := i.did("lift " + i.name)
	if err == nil {
		i.set(i.name, false)
	}
	return link.Bracket{Before: now(), After: now()}, err
}

func (i injection) Proof(context.Context) (link.Count, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return link.Count{Active: i.active[i.name]}, nil
}

func drill(fs ...string) (*world, *Drill) {
	w := &world{active: map[string]bool{}, fail: map[string]error{}}
	epoch = time.Now()
	d := &Drill{
		Phases: timeline.Phases{Baseline: 30 * time.Second, Hold: 20 * time.Second,
			Recovery: time.Hour},
		Load: w, Journal: w, Now: now,
	}
	for _, f := range fs {
		d.Faults = append(d.Faults, Fault{Name: f, Injection: injection{w, f}})
	}
	return w, d
}

// An instant fault is lifted as soon as it is injected; what is due besides does not wait
// for it.
func TestInstant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := drill("a", "b")
		d.Faults[0].At, d.Faults[0].Instant = 5*time.Second, true
		d.Faults[1].At = 5 * time.Second
		if err := d.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if a, b := slices.Index(w.log, "inject a"), slices.Index(w.log, "lift a"); a < 0 || b < a ||
			len(w.log) != 6 {
			t.Errorf("have %q", w.log)
		}
		at := 35 * time.Second
		if have, want := w.at(timeline.MarkClear),
			[]time.Duration{at, at + 15*time.Second}; !slices.Equal(have, want) {
			t.Errorf("clear: have %v, want %v", have, want)
		}
	})
}

// lasting takes so long to inject, and to lift.
type lasting struct {
	injection
	takes time.Duration
}

func (l lasting) Inject(ctx context.Context) (link.Bracket, error) {
	before := now()
	time.Sleep(l.takes)
	b, err := l.injection.Inject(ctx)
	b.Before = before
	return b, err
}

func (l lasting) Lift(ctx context.Context) (link.Bracket, error) {
	before := now()
	time.Sleep(l.takes)
	b, err := l.injection.Lift(ctx)
	b.Before = before
	return b, err
}

// Faults of one instant go out together, each in a bracket of its own, however long one
// of them takes; so are they lifted. One that fails does not keep the others from being
// lifted, and a panic is a failure.
func TestFaultsOfOneInstantGoOutTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := drill("a", "b", "c")
		for i, takes := range []time.Duration{10 * time.Second, time.Second, 0} {
			f := &d.Faults[i]
			f.At, f.For, f.Injection = 2*time.Second, 12*time.Second,
				lasting{f.Injection.(injection), takes}
		}
		if err := d.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		at := 32 * time.Second
		for name, from := range map[string]time.Duration{timeline.MarkInject: at, timeline.MarkLift: at + 12*time.Second} {
			for _, m := range w.marks {
				if takes := map[string]time.Duration{"a": 10 * time.Second,
					"b": time.Second}[m.Fault]; m.Name == name &&
					(time.Duration(m.Before) != from || time.Duration(m.After) != from+takes) {
					t.Errorf("%s of %s: have %v to %v, want from %v for %v", name, m.Fault,
						time.Duration(m.Before), time.Duration(m.After), from, takes)
				}
			}
			if n := len(w.at(name)); n != 3 {
				t.Errorf("%d marks of %s, want 3", n, name)
			}
		}
	})
	for _, panics := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w, d := drill("a", "b")
			if w.fail["inject b"] = errors.New("no"); panics {
				w.explode = "inject b"
			}
			if err := d.Run(t.Context()); err == nil {
				t.Error("no error")
			}
			if w.active["a"] || w.active["b"] || !slices.Contains(w.log, "lift a") ||
				!slices.Contains(w.log, "lift b") {
				t.Errorf("still there: %v, %q", w.active, w.log)
			}
		})
	}
}

// Who looks on is told what is being injected from the beginning of each injection to its own
// end, and only then that it is injected; of one that failed neither is told any more.
func TestInjectionsAreToldWhileTheyLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := drill("a", "b", "c")
		w.fail["inject c"] = errors.New("no")
		for i, takes := range []time.Duration{10 * time.Second, time.Second, 20 * time.Second} {
			f := &d.Faults[i]
			f.At, f.Injection = 2*time.Second, lasting{f.Injection.(injection), takes}
		}
		var last PhaseNow
		d.Phase = func(p PhaseNow) { last = p }
		for _, c := range []struct {
			at                  time.Duration
			injecting, injected string
		}{{31, "", ""}, {32, "a b c", ""}, {33, "a c", "b"}, {42, "c", "b a"}, {52, "", "b a"}} {
			time.AfterFunc(c.at*time.Second+time.Millisecond, func() {
				d.mu.Lock()
				defer d.mu.Unlock()
				slices.Sort(last.Injecting) // those of one instant begin in any order
				if have := strings.Join(last.Injecting, " "); have != c.injecting ||
					strings.Join(last.Faults, " ") != c.injected || last.Name != "fault" {
					t.Errorf("%d s: told %+v, want %q being injected, and %q injected", c.at, last,
						c.injecting, c.injected)
				}
			})
		}
		if err := d.Run(t.Context()); err == nil {
			t.Error("no error")
		}
	})
}

func TestPhases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := drill("a", "b")
		d.Delay = 300 * time.Millisecond
		d.Faults[1].At, d.Faults[1].For = 5*time.Second, 5*time.Second
		if err := d.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		want := []string{"start", "inject a", "inject b", "lift b", "lift a", "stop"}
		if !slices.Equal(w.log, want) {
			t.Errorf("have %q, want %q", w.log, want)
		}
		base := 30300 * time.Millisecond
		for _, c := range []struct {
			mark string
			want []time.Duration
		}{
			{timeline.MarkStart, []time.Duration{0}},
			{timeline.MarkHold, []time.Duration{base}},
			{timeline.MarkInject, []time.Duration{base, base + 5*time.Second}},
			{timeline.MarkLift, []time.Duration{base + 10*time.Second, base + 20*time.Second}},
			{timeline.MarkClear, []time.Duration{base + 10*time.Second, base + 20*time.Second}},
			{timeline.MarkRecovery, []time.Duration{base + 20*time.Second}},
			{timeline.MarkEnd, []time.Duration{base + 20*time.Second + time.Hour}},
		} {
			if have := w.at(c.mark); !slices.Equal(have, c.want) {
				t.Errorf("%s: have %v, want %v", c.mark, have, c.want)
			}
		}
		if len(w.proofs) != 6 {
			t.Errorf("have %d proofs, want before, during and after of both", len(w.proofs))
		}
	})
}

// Every way out lifts, the latest first, and stops the load.
func TestEveryWayOut(t *testing.T) {
	boom := errors.New("boom")
	for name, c := range map[string]struct {
		arrange func(*world, *Drill, context.CancelCauseFunc)
		want    string // in the error
		mark    string
		log     string
	}{
		"interrupt in the baseline": {
			func(w *world, d *Drill, cancel context.CancelCauseFunc) {
				time.AfterFunc(10*time.Second, func() { cancel(ErrInterrupted) })
			}, "interrupted", timeline.MarkInterrupted, "start, stop"},
		"interrupt in the hold": {
			func(w *world, d *Drill, cancel context.CancelCauseFunc) {
				time.AfterFunc(40*time.Second, func() { cancel(ErrInterrupted) })
			}, "interrupted", timeline.MarkInterrupted, "start, inject a, inject b, lift b, lift a, stop"},
		"interrupt in the recovery": {
			func(w *world, d *Drill, cancel context.CancelCauseFunc) {
				time.AfterFunc(60*time.Second, func() { cancel(ErrInterrupted) })
			}, "interrupted", timeline.MarkInterrupted, "start, inject a, inject b, lift a, lift b, stop"},
		"target lost": {
			func(w *world, d *Drill, _ context.CancelCauseFunc) {
				lost := make(chan error, 1)
				d.Lost = lost
				time.AfterFunc(40*time.Second, func() { lost <- errors.New("app-1 ended") })
			}, "app-1 ended", timeline.MarkError, "start, inject a, inject b, lift b, lift a, stop"},
		"second fault half-way": {
			func(w *world, d *Drill, _ context.CancelCauseFunc) { w.fail["inject b"] = boom },
			"inject b: boom", timeline.MarkError,
			"start, inject a, inject b, lift b, lift a, stop"},
		"panic": {
			func(w *world, d *Drill, _ context.CancelCauseFunc) { w.explode = "inject b" },
			"kaboom", timeline.MarkError, "start, inject a, inject b, lift b, lift a, stop"},
		"load does not start": {
			func(w *world, d *Drill, _ context.CancelCauseFunc) { w.fail["start"] = boom },
			"load: boom", timeline.MarkError, "start, stop"},
		"a fault that resists": {
			func(w *world, d *Drill, _ context.CancelCauseFunc) { w.fail["lift b"] = boom },
			"lift b: boom", timeline.MarkUnlifted, ""},
		"load does not stop": {
			func(w *world, d *Drill, _ context.CancelCauseFunc) { w.fail["stop"] = boom },
			"load: stop: boom", timeline.MarkError,
			"start, inject a, inject b, lift a, lift b, stop"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				w, d := drill("a", "b")
				d.Faults[0].For, d.Faults[1].At = 18*time.Second, time.Second
				c.arrange(w, d, cancel)
				err := d.Run(ctx)
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("have error %v, want %q", err, c.want)
				}
				if log := strings.Join(w.log, ", "); c.log != "" && log != c.log {
					t.Errorf("have %s, want %s", log, c.log)
				}
				if w.log[len(w.log)-1] != "stop" {
					t.Error("the load was not stopped last")
				}
				if len(w.at(c.mark)) == 0 {
					t.Errorf("no mark %q among %v", c.mark, w.marks)
				}
				if w.active["a"] {
					t.Error("a is still active")
				}
			})
		})
	}
}

// A fault whose undoing reads back as present is an error, not a lift.
func TestStillPresent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := drill("a")
		d.Faults[0].Injection = stubborn{injection{w, "a"}}
		err := d.Run(t.Context())
		if err == nil || !strings.Contains(err.Error(), "still reads back") ||
			len(w.at(timeline.MarkUnlifted)) == 0 {
			t.Errorf("have %v and marks %v", err, w.marks)
		}
	})
}

type stubborn struct{ injection }

func (s stubborn) Lift(context.Context) (link.Bracket, error) {
	return link.Bracket{}, nil
}

// The clear mark of a restarted container lies between the last canary that
// failed and the first that was good.
func TestCanary(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := drill("a")
		d.Faults[0].Canary = func(context.Context) (link.Bracket, bool, error) {
			before := now()
			time.Sleep(10 * time.Millisecond)
			return link.Bracket{Before: before, After: now()},
				now() > int64(50*time.Second+200*time.Millisecond), nil
		}
		if err := d.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, m := range w.marks {
			if m.Name == timeline.MarkClear &&
				(time.Duration(m.Before) != 50180*time.Millisecond ||
					time.Duration(m.After) != 50250*time.Millisecond) {
				t.Errorf("clear within [%s, %s]", time.Duration(m.Before), time.Duration(m.After))
			}
		}
	})
}

// Where the node that asks is lost, a container's fault is lifted at once and no clear is
// reported; the run says why, and no user is asked to lift it by hand.
func TestCanaryThatCannotBeAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := drill("a")
		gone := errors.New("load node: gone")
		d.Faults[0].Canary = func(context.Context) (link.Bracket, bool, error) {
			return link.Bracket{}, false, gone
		}
		if err := d.Run(t.Context()); !errors.Is(err, gone) || !errors.Is(err, errUnasked) {
			t.Errorf("error %v, want why it could not be asked", err)
		}
		if have := w.at(timeline.MarkLift); len(have) != 1 {
			t.Errorf("lifted at %v, want once", have)
		}
		if len(w.at(timeline.MarkClear)) != 0 || len(w.at(timeline.MarkUnlifted)) != 0 {
			t.Errorf("marks %v: want neither a clear nor one that is not lifted", w.marks)
		}
	})
}

func TestAbort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := drill("a")
		abort := make(chan string, 1)
		d.Abort = abort
		time.AfterFunc(33*time.Second, func() { abort <- "success < 50% for 10s" })
		if err := d.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if have := w.at(timeline.MarkLift); !slices.Equal(have, []time.Duration{33 * time.Second}) {
			t.Errorf("lifted at %v", have)
		}
		if len(w.at(timeline.MarkAbort)) != 1 ||
			!slices.Equal(w.at(timeline.MarkEnd), []time.Duration{time.Hour + 33*time.Second}) {
			t.Errorf("marks %v: want the abort, and the recovery watched to its end", w.marks)
		}
	})
}

// The condition is reported a second late, so it may hold when the fault is gone: the
// recovery goes on as planned.
func TestAbortInTheRecovery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := drill("a")
		abort := make(chan string, 1)
		d.Abort = abort
		time.AfterFunc(50*time.Second+500*time.Millisecond,
			func() { abort <- "success < 50% for 10s" })
		if err := d.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		abortAt, end := w.at(timeline.MarkAbort), w.at(timeline.MarkEnd)
		if !slices.Equal(abortAt, []time.Duration{50*time.Second + 500*time.Millisecond}) ||
			!slices.Equal(end, []time.Duration{time.Hour + 50*time.Second}) {
			t.Errorf("abort %v, end %v: want the recovery to last as planned", abortAt, end)
		}
	})
}

// A lift that fails once after an abort is tried again on the way out.
func TestLiftIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := drill("a")
		abort := make(chan string, 1)
		d.Abort = abort
		time.AfterFunc(33*time.Second, func() { abort <- "success < 50% for 10s" })
		d.Faults[0].Injection = &reluctant{injection: injection{w, "a"}}
		err := d.Run(t.Context())
		if err == nil || !strings.Contains(err.Error(), "not now") {
			t.Errorf("have %v, want the first lift's error", err)
		}
		if w.active["a"] || len(w.at(timeline.MarkLift)) != 1 {
			t.Errorf("a is still active: %v", w.marks)
		}
	})
}

type reluctant struct {
	injection
	asked bool
}

func (r *reluctant) Lift(ctx context.Context) (link.Bracket, error) {
	if !r.asked {
		r.asked = true
		return link.Bracket{}, errors.New("not now")
	}
	return r.injection.Lift(ctx)
}

func TestGuard(t *testing.T) {
	c, err := ParseCondition("success < 50% for 3s")
	if err != nil {
		t.Fatal(err)
	}
	feed := func(shares ...float64) bool {
		g := NewGuard(c)
		for s, share := range shares {
			for i := range 10 {
				at := int64(s+1)*int64(time.Second) + int64(i)*int64(50*time.Millisecond)
				r := load.Request{Due: at, Sent: at, Done: at + 1}
				if float64(i) >= share*10 {
					r.Class = load.Status
				}
				g.See([]load.Request{r}, time.Second)
			}
		}
		select {
		case <-g.C:
			return true
		default:
			return false
		}
	}
	for _, c := range []struct {
		shares []float64
		want   bool
	}{
		{[]float64{1, 1, 0, 0, 1, 0, 1}, false},
		{[]float64{1, 0, 0, 0, 1}, true},
		{[]float64{1, .5, .5, .5, .5, 1}, false},
		{[]float64{0.4, 0.4, 0.4, 0.4}, true},
	} {
		if have := feed(c.shares...); have != c.want {
			t.Errorf("%v: have %v, want %v", c.shares, have, c.want)
		}
	}
	for _, bad := range []string{"", "success < 50%", "success < 5 for 10s", "p99 < 50% for 1s", "success < 50% for 1ms"} {
		if _, err := ParseCondition(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

// The ledger is on disk before the fault is in force.
func TestLedger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "ledger.jsonl")
		l, err := CreateLedger(path)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		w, d := drill("a")
		d.Ledger = l
		d.Faults[0].Injection = peeking{injection{w, "a"}, func() {
			if b, _ := os.ReadFile(path); !strings.Contains(string(b),
				`"fault":"a","what":"inject"`) {
				t.Errorf("ledger at the injection: %q", b)
			}
		}}
		if err := d.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if b, _ := os.ReadFile(path); strings.Count(string(b), "\n") != 2 ||
			!strings.Contains(string(b), "lifted") {
			t.Errorf("ledger at the end: %q", b)
		}
	})
}

// How a person lifts a fault stands beside the ledger as long as it may be in force;
// an error of its lift names that, and so does the ledger to the next process.
func TestLedgerByHand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "ledger.jsonl")
		l, err := CreateLedger(path)
		if err != nil {
			t.Fatal(err)
		}
		w, d := drill("a", "b", "c")
		d.Ledger = l
		w.fail["lift b"] = errors.New("no")
		for i, f := range []string{"a", "b"} {
			d.Faults[i].Injection = handy{injection{w, f}}
		}
		file := filepath.Join(dir, "lift-b.sh")
		if err := d.Run(t.Context()); err == nil ||
			!strings.Contains(err.Error(), "lift b: no; lift it by hand: sh "+file) {
			t.Errorf("have error %v", err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(file); err != nil || !strings.HasSuffix(string(b), "\nundo b\n") {
			t.Errorf("have %q, %v", b, err)
		}
		inForce := func(want ...string) {
			t.Helper()
			var have []string
			left, err := InForce(path)
			for _, e := range left {
				have = append(have, e.Lift)
			}
			if err != nil || !slices.Equal(have, want) {
				t.Errorf("in force: have %q, %v, want %q", have, err, want)
			}
		}
		inForce(file)
		if l, err = OpenLedger(path); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(l.Left("b", errors.New("still no")), l.Lifted("b"),
			l.Close()); err != nil {
			t.Error(err)
		}
		inForce()
		if left, _ := filepath.Glob(filepath.Join(dir, "lift-*")); len(left) > 0 {
			t.Errorf("left: %q", left)
		}
	})
}

type handy struct{ injection }

func (h handy) ByHand() string { return "undo " + h.name }

// A slow fault's lift has the time that its commands may take, besides a rule's.
func TestSlowFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := drill("a")
		d.Faults[0].Takes = time.Minute
		d.Faults[0].Injection = slow{injection{w, "a"}}
		if err := d.Run(t.Context()); err != nil || w.active["a"] {
			t.Errorf("have %v; active: %v", err, w.active["a"])
		}
	})
}

// A fault whose lift begins late, for another takes its time, is marked, and no other.
func TestOverdue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := drill("a", "b")
		d.Faults[0].For = 10 * time.Second
		d.Faults[1].At = 9 * time.Second
		d.Faults[1].Injection = peeking{injection{w, "b"}, func() { time.Sleep(10 * time.Second) }}
		if err := d.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(w.marks, func(m timeline.Mark) bool { return m.Name == timeline.MarkOverdue })
		if i < 0 || len(w.at(timeline.MarkOverdue)) != 1 || w.marks[i].Fault != "a" ||
			w.marks[i].Detail != "9s" {
			t.Errorf("have %+v, want a to be 9s overdue", w.marks)
		}
	})
}

// Where a call fails because its node is gone, why it is gone comes first, though the
// news of it comes later.
func TestWhyANodeIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := drill("a")
		lost, ended := make(chan error, 1), errors.New("it ended by itself")
		d.Lost = lost
		w.fail["lift a"] = fmt.Errorf("lift: %w", wire.ErrGone)
		time.AfterFunc(d.Phases.Baseline+d.Phases.Hold+soon/2, func() { lost <- ended })
		err := d.Run(t.Context())
		if !errors.Is(err, ended) || !errors.Is(err, wire.ErrGone) {
			t.Errorf("have %v", err)
		}
		i := slices.IndexFunc(w.marks, func(m timeline.Mark) bool { return m.Name == timeline.MarkError })
		if i < 0 || !strings.HasPrefix(w.marks[i].Detail, ended.Error()) {
			t.Errorf("have %+v, want an error that begins with why", w.marks)
		}
	})
}

type slow struct{ injection }

func (s slow) Lift(ctx context.Context) (link.Bracket, error) {
	select {
	case <-ctx.Done():
		return link.Bracket{}, ctx.Err()
	case <-time.After(liftWithin + 30*time.Second):
		return s.injection.Lift(ctx)
	}
}

type peeking struct {
	injection
	peek func()
}

func (p peeking) Inject(ctx context.Context) (link.Bracket, error) {
	p.peek()
	return p.injection.Inject(ctx)
}

// Acknowledged writes are read back once the load has stopped; the end of the run,
// or of a container, does not wait for it.
func TestReadBack(t *testing.T) {
	for name, c := range map[string]struct {
		fails error
		lost  bool
		want  []time.Duration
	}{"read": {nil, false, []time.Duration{time.Hour + 53*time.Second}}, "failed": {errors.New("x"),
		false, nil}, "lost": {nil, true, nil}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, d := drill("a")
				lost := make(chan error, 1)
				d.Lost = lost
				d.ReadBack = func(ctx context.Context) error {
					if c.lost {
						lost <- errors.New("gone")
						<-ctx.Done()
						return ctx.Err()
					}
					time.Sleep(3 * time.Second)
					return errors.Join(w.did("read"), c.fails)
				}
				err := d.Run(t.Context())
				if (err == nil) != (name == "read") {
					t.Errorf("have error %v", err)
				}
				if have := w.at(timeline.MarkReadBack); !slices.Equal(have, c.want) {
					t.Errorf("read-back: have %v, want %v", have, c.want)
				}
				if want := []string{"start", "inject a", "lift a", "stop"}; !slices.Equal(w.log[:4],
					want) {
					t.Errorf("have %q, want %q first", w.log, want)
				}
			})
		})
	}
}

// The warm-up goes before the baseline, which is marked; a run whose baseline is mostly
// bad ends before anything is injected, and is no failure of the harness.
func TestWarmUpAndDeadBaseline(t *testing.T) {
	for name, c := range map[string]struct {
		warmUp time.Duration
		bad    bool
		want   []string
	}{
		"warm": {5 * time.Second, false,
			[]string{"start 0s", "baseline 5s", "hold 35s", "inject 35s", "lift 55s", "clear 55s",
				"recovery 55s", "end 1h0m55s"}},
		"no warm-up": {0, false, []string{"start 0s", "hold 30s", "inject 30s", "lift 50s",
			"clear 50s", "recovery 50s", "end 1h0m50s"}},
		"dead": {5 * time.Second, true,
			[]string{"start 0s", "baseline 5s", "dead 35s", "end 35s"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, d := drill("a")
				d.Phases.WarmUp, d.Pulse = c.warmUp, &Pulse{}
				time.AfterFunc(20*time.Second, func() {
					all := make([]load.Request, 100)
					for i := range all {
						if c.bad && i > 40 {
							all[i].Class = load.Reset
						}
					}
					d.Pulse.See("users", all, time.Second)
				})
				if err := d.Run(t.Context()); err != nil {
					t.Fatal(err)
				}
				var have []string
				for _, m := range w.marks {
					have = append(have, fmt.Sprint(m.Name, " ", time.Duration(m.After)))
				}
				if !slices.Equal(have, c.want) {
					t.Errorf("have %q, want %q", have, c.want)
				}
			})
		})
	}
}

// What came before the baseline does not count, and neither do a few.
func TestPulse(t *testing.T) {
	bad := func(n int, due int64) []load.Request {
		all := make([]load.Request, n)
		for i := range all {
			all[i].Due, all[i].Class = due, load.Reset
		}
		return all
	}
	var p Pulse
	p.Begin(10)
	p.See("users", bad(100, 9), time.Second)
	p.See("few", bad(leastPulse-1, 10), time.Second)
	if have := p.Dead(); have != "" {
		t.Errorf("have %q, want none", have)
	}
	p.See("users", bad(30, 10), time.Second)
	if have, want := p.Dead(), "30 of 30 requests of users were bad in the baseline"; have != want {
		t.Errorf("have %q, want %q", have, want)
	}
}
