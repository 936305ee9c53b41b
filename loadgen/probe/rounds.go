package probe

import (
	"context"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// Rounds asks a check again and again, on an exact grid: the k-th question is
// due at start + Phase + k·Every, however long answers take. A question that is
// still open when the next is due swallows it; two never overlap.
type Rounds struct {
	Check  load.Check
	Probe  Probe
	Now    func() int64
	Report func(load.Answer)
}

// Run asks until stop ends, and lets the question that is open then come to its
// end; life ends that one, too, and nothing is reported of it.
func (r Rounds) Run(life, stop context.Context) {
	at := time.Now().Add(r.Check.Phase)
	for sleepUntil(stop, at) {
		a := Once(life, r.Check, r.Probe, r.Now)
		if life.Err() != nil {
			return
		}
		r.Report(a)
		at = onGrid(at, r.Check.Every, time.Now())
	}
}

// onGrid is the first point of the grid after last that is not before now.
func onGrid(last time.Time, every time.Duration, now time.Time) time.Time {
	next := last.Add(every)
	if late := now.Sub(next); late > 0 {
		next = next.Add((late + every - 1) / every * every)
	}
	return next
}

// sleepUntil reports whether the instant came before ctx ended.
func sleepUntil(ctx context.Context, at time.Time) bool {
	t := time.NewTimer(time.Until(at))
	defer t.Stop()
	select {
	case <-t.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
