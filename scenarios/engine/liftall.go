package engine

import (
	"cmp"
	"context"
	"errors"
	"slices"
)

// liftAll lifts what is injected, the latest instant first, and does not stop at a fault
// that resists, which stays on the list: the way out tries it again. Faults of one instant
// are lifted together, so that one that hangs keeps none of the others in force.
func (d *Drill) liftAll(ctx context.Context) error {
	d.mu.Lock()
	left := slices.Clone(d.injected)
	d.mu.Unlock()
	slices.SortStableFunc(left, func(a, b Fault) int { return cmp.Compare(b.At, a.At) })
	var errs []error
	for len(left) > 0 {
		n := slices.IndexFunc(left, func(f Fault) bool { return f.At != left[0].At })
		if n < 0 {
			n = len(left)
		}
		var all []step
		for _, f := range left[:n] {
			all = append(all, step{Fault: f})
		}
		errs = append(errs, together(all, func(s step) error { return d.lift(ctx, s.Fault) }))
		left = left[n:]
	}
	return errors.Join(errs...)
}
