package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Steer moves names while that is wanted, and back. It is the defence that a
// drill rehearses, not one of its faults: it is on from the first request to the
// last, and undone with the load.
type Steer struct {
	Name  string
	Rule  link.Rule
	Board faults.Switchboard
	Moved func(moved bool) // called after each change; may be nil

	wanted  atomic.Bool
	changed chan struct{}
	moved   bool // or about to be
}

// NewSteer makes one that is not wanted yet.
func NewSteer(name string, rule link.Rule, board faults.Switchboard,
	moved func(moved bool)) *Steer {
	return &Steer{Name: name, Rule: rule, Board: board, Moved: moved,
		changed: make(chan struct{}, 1)}
}

// Want says whether the names are to be moved. It returns at once; of several
// wishes that come while a move is being made, the last counts.
func (s *Steer) Want(moved bool) {
	s.wanted.Store(moved)
	select {
	case s.changed <- struct{}{}:
	default: // it has yet to look at an earlier wish, and will see this one
	}
}

// steering are the steers at work.
type steering struct {
	stop context.CancelFunc
	busy sync.WaitGroup
}

// steer sets them to work; one that fails ends the run.
func (d *Drill) steer(ctx context.Context, fail context.CancelCauseFunc) {
	ctx, d.steering.stop = context.WithCancel(ctx)
	for _, s := range d.Steers {
		d.steering.busy.Go(func() {
			if err := d.attend(ctx, s); err != nil {
				fail(fmt.Errorf("steer %s: %w", s.Name, err))
			}
		})
	}
}

// attend does what is wanted of one steer until ctx ends.
func (d *Drill) attend(ctx context.Context, s *Steer) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.changed:
		}
		if err := d.turn(ctx, s, s.wanted.Load(), ""); err != nil {
			return err
		}
	}
}

// turn moves the names, or brings them back, to its end also when the run is over
// meanwhile.
func (d *Drill) turn(ctx context.Context, s *Steer, to bool, why string) (err error) {
	if to == s.moved {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), liftWithin)
	defer cancel()
	m := timeline.Mark{Name: timeline.MarkSteer, Steer: s.Name, Detail: why}
	var b link.Bracket
	if to {
		s.moved = true // before the call: one that fails half-way has to be undone too
		b, err = s.Board.Apply(ctx, s.Rule)
	} else {
		b, err = s.Board.Lift(ctx, s.Rule.Name)
		var c link.Count
		if err == nil {
			c, err = s.Board.Count(ctx, s.Rule.Name)
		}
		if err == nil && c.Active {
			err = errors.New("the names still read back as moved")
		}
		m.Name, m.Answers, s.moved = timeline.MarkSteerBack, c.Users, err != nil
	}
	if err != nil {
		return err
	}
	m.Before, m.After = b.Before, b.After
	if err := d.Journal.Mark(m); err != nil {
		return err
	}
	if s.Moved != nil {
		s.Moved(to)
	}
	return nil
}

// unsteer ends all and brings back what is moved.
func (d *Drill) unsteer(ctx context.Context) error {
	if d.steering.stop == nil {
		return nil // none was ever set to work
	}
	d.steering.stop()
	d.steering.busy.Wait()
	var errs []error
	for _, s := range d.Steers {
		if err := d.turn(ctx, s, false, "the load has ended"); err != nil {
			err = fmt.Errorf("steer %s: %w", s.Name, err)
			now := d.now()
			errs = append(errs, err, d.Journal.Mark(timeline.Mark{Name: timeline.MarkUnlifted,
				Steer: s.Name, Before: now.Before, After: now.After, Detail: err.Error()}))
		}
	}
	return errors.Join(errs...)
}
