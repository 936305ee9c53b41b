package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// step is one change within the fault phase.
type step struct {
	at   time.Duration
	lift bool
	Fault
}

// steps puts the fault phase's changes in order; at one instant lifts go first,
// so that a fault which follows another does not meet it.
func (d *Drill) steps() []step {
	var all []step
	for _, f := range d.Faults {
		length := f.For
		if f.Instant {
			// its lift is no step of its own, and so comes before any other
			all = append(all, step{at: f.At, Fault: f})
			continue
		}
		if length == 0 {
			length = d.Phases.Hold - f.At
		}
		all = append(all, step{at: f.At, Fault: f}, step{at: f.At + length, lift: true, Fault: f})
	}
	slices.SortStableFunc(all, func(a, b step) int {
		switch {
		case a.at != b.at:
			return int(a.at - b.at)
		case a.lift == b.lift:
			return 0
		case a.lift:
			return -1
		}
		return 1
	})
	return all
}

// instants are the steps that go out together: of one instant the lifts, and then the
// injections, an instant fault's lift right behind its own.
func (d *Drill) instants() (all [][]step) {
	for _, s := range d.steps() {
		if k := len(all) - 1; k >= 0 && all[k][0].at == s.at && all[k][0].lift == s.lift {
			all[k] = append(all[k], s)
			continue
		}
		all = append(all, []step{s})
	}
	return all
}

// together takes steps at once, each to its end, and gives every failure. A panic is one.
func together(steps []step, take func(step) error) error {
	errs := make([]error, len(steps))
	var busy sync.WaitGroup
	for i, s := range steps {
		busy.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					errs[i] = fmt.Errorf("engine: panic: %v\n%s", p, debug.Stack())
				}
			}()
			errs[i] = take(s)
		})
	}
	busy.Wait()
	return errors.Join(errs...)
}

// take takes one step, so long after the fault phase began.
func (d *Drill) take(ctx context.Context, s step, after time.Duration) error {
	if s.lift {
		return errors.Join(d.overdue(s.Fault, after-s.at), d.lift(ctx, s.Fault))
	}
	if err := d.inject(ctx, s.Fault); err != nil || !s.Instant {
		return err
	}
	return d.lift(ctx, s.Fault)
}

// hold injects and lifts as planned. An abort ends it early; what is injected
// then is lifted by recover.
func (d *Drill) hold(ctx context.Context) error {
	began := time.Now()
	if err := d.mark(timeline.MarkHold, "", d.now(), ""); err != nil {
		return err
	}
	d.tell("fault", d.Phases.Hold)
	for _, steps := range d.instants() {
		aborted, err := d.wait(ctx, steps[0].at-time.Since(began))
		if err != nil || aborted {
			return err
		}
		if err := together(steps, func(s step) error {
			return d.take(ctx, s, time.Since(began))
		}); err != nil {
			return err
		}
		d.tell("fault", d.Phases.Hold)
	}
	_, err := d.wait(ctx, d.Phases.Hold-time.Since(began))
	return err
}
