package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

func (d *Drill) inject(ctx context.Context, f Fault) error {
	if err := d.proof(ctx, f, "before"); err != nil {
		return err
	}
	if err := d.Ledger.Intend(f.Name, byHand(f)); err != nil {
		return err
	}
	d.begins(f)
	// To its end, also when the run is over meanwhile: a lift that overtook a
	// half-given command would leave the fault in force.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), liftWithin+f.Takes)
	defer cancel()
	b, err := f.Injection.Inject(ctx)
	d.ended(f, err)
	if err != nil {
		return fmt.Errorf("inject %s: %w", f.Name, err)
	}
	return d.mark(timeline.MarkInject, f.Name, b, "")
}

// begins takes in that a fault is about to be injected. That comes before the call: a failure
// half-way has to be lifted too.
func (d *Drill) begins(f Fault) {
	d.mu.Lock()
	d.injected = append(d.injected, f)
	d.injecting = append(d.injecting, f.Name)
	d.mu.Unlock()
	d.tell("fault", d.Phases.Hold)
}

// ended takes in that the call has returned.
func (d *Drill) ended(f Fault, err error) {
	d.mu.Lock()
	d.injecting = without(d.injecting, f.Name)
	if err == nil {
		d.inForce = append(d.inForce, f.Name)
	}
	d.mu.Unlock()
	d.tell("fault", d.Phases.Hold)
}

func without(names []string, name string) []string {
	return slices.DeleteFunc(names, func(n string) bool { return n == name })
}

// byHand is how a person lifts it, where there is a way.
func byHand(f Fault) string {
	if h, ok := f.Injection.(faults.ByHand); ok {
		return h.ByHand()
	}
	return ""
}

// lift undoes one fault on a context of its own, which the run's end does not
// reach, and waits until it reads back as gone.
func (d *Drill) lift(ctx context.Context, f Fault) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), liftWithin+f.Takes)
	defer cancel()
	errProof := d.proof(ctx, f, "during")
	b, err := f.Injection.Lift(ctx)
	if err == nil {
		err = d.mark(timeline.MarkLift, f.Name, b, "")
	}
	if err == nil {
		err = d.clear(ctx, f, b)
	}
	if errors.Is(err, errUnasked) { // it is lifted all the same, and read back as gone
		errProof, err = errors.Join(errProof, fmt.Errorf("%s: %w", f.Name, err)), nil
	}
	if err != nil {
		err = fmt.Errorf("lift %s: %w", f.Name, err)
		if hand := d.Ledger.ByHand(f.Name); hand != "" {
			err = fmt.Errorf("%w; lift it by hand: %s", err, hand)
		}
		return errors.Join(err, d.mark(timeline.MarkUnlifted, f.Name, d.now(), err.Error()))
	}
	d.mu.Lock()
	d.injected = slices.DeleteFunc(d.injected, func(g Fault) bool { return g.Name == f.Name })
	d.inForce = without(d.inForce, f.Name)
	d.mu.Unlock()
	return errors.Join(errProof, d.Ledger.Lifted(f.Name))
}

// canaryEvery is the pause between two canaries; the resolution of the clear
// mark of a fault that broke a container.
const canaryEvery = 50 * time.Millisecond

// errUnasked is a fault that is gone, of which it could not be asked whether what it broke
// serves again.
var errUnasked = errors.New("whether what it broke serves again could not be asked")

// clear waits until a lifted fault is seen to be gone.
func (d *Drill) clear(ctx context.Context, f Fault, lifted link.Bracket) error {
	seen, unasked := lifted, error(nil)
	if f.Canary != nil {
		var err error
		seen, err = serves(ctx, f.Canary, lifted)
		if err != nil && !errors.Is(err, errUnasked) {
			return err
		}
		unasked = err
	}
	count, err := f.Injection.Proof(ctx)
	if err != nil {
		return err
	}
	if err := d.Journal.Proof(timeline.Proof{Fault: f.Name, When: "after", At: d.Now(),
		Count: count}); err != nil {
		return err
	}
	if count.Active {
		return errors.New("it still reads back as present")
	}
	if unasked != nil {
		return unasked
	}
	if f.Canary == nil {
		seen.After = d.now().After
	}
	return d.mark(timeline.MarkClear, f.Name, seen, "")
}

// serves waits for a canary that finds what was broken serving again, at an instant
// between the question of the last that did not, or the lift, and this one's answer.
func serves(ctx context.Context, canary Canary, lifted link.Bracket) (link.Bracket, error) {
	seen := lifted
	for {
		asked, good, err := canary(ctx)
		if err != nil {
			return seen, fmt.Errorf("%w: %w", errUnasked, err)
		}
		seen.After = asked.After
		if good {
			return seen, nil
		}
		seen.Before = asked.Before // it was still down when this was asked
		select {
		case <-ctx.Done():
			return seen, errors.New("what it broke does not answer again")
		case <-time.After(canaryEvery):
		}
	}
}
