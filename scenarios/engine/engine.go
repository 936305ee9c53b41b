// Package engine takes a drill through its phases: baseline, inject, hold,
// lift, recovery. It marks every instant with its bracket, and whatever
// happens it lifts what it injected. It depends on no Docker, YAML or percentile.
package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// ErrInterrupted is the cause with which a caller cancels Run when the user
// wants out; any other cause is taken for a fault in the surroundings.
var ErrInterrupted = errors.New("interrupted")

// liftWithin bounds the lifting of a fault and the stopping of the load, on every
// way out: a node that does not answer by then never will.
const liftWithin = 45 * time.Second

// Journal keeps what happens, and is safe for concurrent use; timeline.Writer is one.
type Journal interface {
	Mark(timeline.Mark) error
	Proof(timeline.Proof) error
}

// Load is the users and the checks of a drill.
type Load interface {
	// Start begins both and returns when the first request was due, on the
	// record's clock.
	Start(ctx context.Context) (int64, error)
	// Stop ends both and waits for what is in flight.
	Stop(ctx context.Context) error
}

// Fault is one fault and its place in the fault phase.
type Fault struct {
	Name      string
	At, For   time.Duration // from the start of the fault phase; how long
	Instant   bool          // lifted as soon as it is injected; For means nothing
	Takes     time.Duration // how much longer than others its injection or its lift may take
	Injection faults.Injection
	// Canary, where set, says whether what the fault broke serves again. Where nil, a
	// fault is clear when its counter reads back as inactive.
	Canary Canary
}

// Canary asks once whether something serves, and says when it was asked and answered. An
// error says that it cannot be asked any more.
type Canary func(ctx context.Context) (b link.Bracket, good bool, err error)

// Drill is one run. Its zero optional fields are as documented.
type Drill struct {
	Phases timeline.Phases
	Delay  time.Duration // added to the baseline: the injection's random phase
	Faults []Fault       // none: a control run, through the same phases
	Steers []*Steer      // at work in control runs too

	Load    Load
	Journal Journal
	Ledger  *Ledger
	Now     func() int64         // the record's clock, ns
	Doubt   func() time.Duration // by how much Now may be off, either way; nil: by nothing
	Lost    <-chan error         // a container ended by itself; nil: not watched
	Abort   <-chan string        // the scenario's abort condition held; nil: it has none
	// of the baseline; nil: whatever it is like, the faults are injected
	Pulse *Pulse
	// ReadBack asks, once the load has stopped, what became of the writes that were
	// acknowledged; nil: there are none to ask for.
	ReadBack func(ctx context.Context) error
	// Phase is told at the start of each phase and at each change of a fault; may be nil. The
	// steps of one instant wait for it: within a phase it has to return at once.
	Phase func(p PhaseNow)

	mu        sync.Mutex // steps of one instant are taken together
	injected  []Fault    // in order; what is still to be lifted
	injecting []string   // of them, by name: Inject has not returned
	inForce   []string   // of them: Inject has returned without an error
	steering  steering
}

// PhaseNow says where a run stands.
type PhaseNow struct {
	Name      string        // "warm-up", "baseline", "fault", "recovery", "read-back"
	Length    time.Duration // as planned; 0: it takes as long as it takes
	Injecting []string      // faults whose injection has begun and has not ended
	Faults    []string      // injected now
}

// Run takes the drill through its phases. It returns nil when the drill ended
// as planned or by its own abort condition, ErrInterrupted when ctx was
// cancelled with it, and otherwise what failed. In every case, a panic
// included, all faults have been lifted in reverse order and the load has
// stopped before it returns; a fault that could not be lifted is marked
// MarkUnlifted and part of the error.
func (d *Drill) Run(ctx context.Context) (err error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("engine: panic: %v\n%s", p, debug.Stack())
		}
		err = d.because(err)
		err = errors.Join(err, d.leave(ctx, err))
		fail(nil)
	}()
	began, err := d.Load.Start(ctx)
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	if err := d.mark(timeline.MarkStart, "", link.Bracket{Before: began, After: began},
		""); err != nil {
		return err
	}
	d.steer(ctx, fail)
	aborted, err := d.steadyState(ctx)
	if err != nil {
		return err
	}
	if why := d.dead(); why != "" && !aborted {
		now := d.now()
		return errors.Join(d.mark(timeline.MarkDead, "", now, why),
			d.mark(timeline.MarkEnd, "", now, ""))
	}
	if !aborted {
		if err := d.hold(ctx); err != nil {
			return err
		}
	}
	return d.recover(ctx)
}

// steadyState waits for the warm-up, which is not judged, and the baseline.
func (d *Drill) steadyState(ctx context.Context) (aborted bool, err error) {
	if d.Phases.WarmUp > 0 {
		d.tell("warm-up", d.Phases.WarmUp)
		if aborted, err = d.wait(ctx, d.Phases.WarmUp); err != nil || aborted {
			return aborted, err
		}
		if err := d.mark(timeline.MarkBaseline, "", d.now(), ""); err != nil {
			return false, err
		}
	}
	d.tell("baseline", d.Phases.Baseline+d.Delay)
	return d.wait(ctx, d.Phases.Baseline+d.Delay)
}

// dead says of which groups the baseline was mostly bad: then nothing is injected. A control run
// has nothing to inject.
func (d *Drill) dead() string {
	if d.Pulse == nil || len(d.Faults) == 0 {
		return ""
	}
	return d.Pulse.Dead()
}

// mostOverdue is how late a lift may begin. A busy machine takes less.
const mostOverdue = time.Second

// overdue marks a fault that has been on for longer than was planned: this process was
// stopped meanwhile, or another fault took its time.
func (d *Drill) overdue(f Fault, late time.Duration) error {
	if late <= mostOverdue {
		return nil
	}
	return d.mark(timeline.MarkOverdue, f.Name, d.now(), late.Round(time.Millisecond).String())
}

// recover lifts what an abort left injected and watches the users get well.
func (d *Drill) recover(ctx context.Context) error {
	if err := d.liftAll(ctx); err != nil {
		return err
	}
	now := d.now()
	if err := d.mark(timeline.MarkRecovery, "", now, ""); err != nil {
		return err
	}
	d.tell("recovery", d.Phases.Recovery)
	// an abort has nothing left to lift
	for over, aborted := time.Now().Add(d.Phases.Recovery), true; aborted; {
		var err error
		if aborted, err = d.wait(ctx, time.Until(over)); err != nil {
			return err
		}
	}
	if err := d.mark(timeline.MarkEnd, "", d.now(), ""); err != nil {
		return err
	}
	return d.readBack(ctx)
}

// readBack stops the load and has the acknowledged writes read back. It is not
// waited for when the run is over.
func (d *Drill) readBack(ctx context.Context) error {
	if d.ReadBack == nil {
		return nil
	}
	bounded, cancel := context.WithTimeout(ctx, liftWithin)
	defer cancel()
	if err := d.Load.Stop(bounded); err != nil {
		return fmt.Errorf("load: stop: %w", err)
	}
	d.tell("read-back", 0)
	b := d.now()
	read, end := context.WithCancel(ctx)
	defer end()
	done := make(chan error, 1)
	go func() { done <- d.ReadBack(read) }()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case err := <-d.Lost:
		return err
	case err := <-done:
		if err != nil {
			return fmt.Errorf("read-back: %w", err)
		}
	}
	b.After = d.now().After
	return d.mark(timeline.MarkReadBack, "", b, "")
}

// leave is every way out: lift, say why, stop the load, bring back its names.
func (d *Drill) leave(ctx context.Context, why error) error {
	errs := []error{d.liftAll(ctx)}
	switch {
	case errors.Is(why, ErrInterrupted):
		errs = append(errs, d.mark(timeline.MarkInterrupted, "", d.now(), ""))
	case why != nil || errs[0] != nil:
		errs = append(errs, d.mark(timeline.MarkError, "", d.now(),
			errors.Join(why, errs[0]).Error()))
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), liftWithin)
	defer cancel()
	if err := d.Load.Stop(ctx); err != nil {
		err = fmt.Errorf("load: stop: %w", err)
		errs = append(errs, err)
		if why == nil {
			errs = append(errs, d.mark(timeline.MarkError, "", d.now(), err.Error()))
		}
	}
	errs = append(errs, d.unsteer(ctx))
	return errors.Join(errs...)
}

// soon is how much later the news may come that a container has ended than the failure
// of a call to it: the engine is asked first whether it is there.
const soon = 5 * time.Second

// because puts before the failure of a call to a node why that node is gone.
func (d *Drill) because(err error) error {
	if !errors.Is(err, wire.ErrGone) {
		return err
	}
	select {
	case why := <-d.Lost:
		return errors.Join(why, err)
	case <-time.After(soon):
		return err
	}
}

// wait lets the time pass. It returns early with true on an abort, and with an
// error when the run is over.
func (d *Drill) wait(ctx context.Context, length time.Duration) (aborted bool, err error) {
	select {
	case <-ctx.Done():
		return false, context.Cause(ctx)
	case err := <-d.Lost:
		return false, err
	case why := <-d.Abort:
		return true, d.mark(timeline.MarkAbort, "", d.now(), why)
	case <-time.After(length):
	}
	select {
	case err := <-d.Lost: // why what comes next would fail
		return false, err
	default:
		return false, nil
	}
}

func (d *Drill) proof(ctx context.Context, f Fault, when string) error {
	count, err := f.Injection.Proof(ctx)
	if err != nil {
		return fmt.Errorf("proof of %s: %w", f.Name, err)
	}
	return d.Journal.Proof(timeline.Proof{Fault: f.Name, When: when, At: d.Now(), Count: count})
}

func (d *Drill) mark(name, fault string, b link.Bracket, detail string) error {
	return d.Journal.Mark(timeline.Mark{Name: name, Fault: fault, Before: b.Before, After: b.After,
		Detail: detail})
}

// now encloses this instant.
func (d *Drill) now() link.Bracket {
	now, doubt := d.Now(), int64(0)
	if d.Doubt != nil {
		doubt = int64(d.Doubt())
	}
	return link.Bracket{Before: now - doubt, After: now + doubt}
}

func (d *Drill) tell(name string, length time.Duration) {
	if d.Phase == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Phase(PhaseNow{Name: name, Length: length, Injecting: slices.Clone(d.injecting),
		Faults: slices.Clone(d.inForce)})
}
