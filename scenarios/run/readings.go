package run

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios/engine"
	"github.com/stormdrill/stormdrill/scenarios/plan"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// readings keep how many requests had gone over proxied links as each phase began. No
// phase waits for one.
type readings struct {
	board *wire.Peer
	now   func() int64
	keep  func(timeline.Reading)
	last  string // the phase that was read last; the engine tells of one change at a time
	under sync.WaitGroup
}

// newReadings are none where no link of the plan is proxied.
func newReadings(p *plan.Plan, board *wire.Peer, now func() int64,
	keep func(timeline.Reading)) *readings {
	if !slices.ContainsFunc(p.Switchboard.Links, func(l link.Link) bool { return l.Proxied }) {
		return nil
	}
	return &readings{board: board, now: now, keep: keep}
}

// phase begins a reading where a phase begins that is judged. One that fails is not there:
// what a phase had is then not reported.
func (r *readings) phase(ctx context.Context, p engine.PhaseNow) {
	if r == nil || p.Name == r.last || p.Name == "warm-up" || p.Name == "read-back" {
		return
	}
	r.last = p.Name
	r.under.Go(func() {
		select {
		case <-time.After(readAfter):
			_ = r.read(ctx, p.Name)
		case <-ctx.Done():
		}
	})
}

// A reading is bounded, and keeps out of the way of what the engine asks of the switchboard as
// a phase begins: an injection is not to wait behind it. It says itself when it was.
const (
	readAfter  = 100 * time.Millisecond
	readWithin = 5 * time.Second
)

func (r *readings) read(ctx context.Context, phase string) error {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	x := timeline.Reading{Phase: phase}
	before := r.now()
	if err := r.board.Call(ctx, "requests", nil, &x.Links); err != nil {
		return fmt.Errorf("switchboard: %w", err)
	}
	x.At = before + (r.now()-before)/2
	r.keep(x)
	return nil
}

// end reads once more, after the load.
func (r *readings) end(ctx context.Context) error {
	if r == nil {
		return nil
	}
	r.under.Wait()
	return r.read(ctx, timeline.ReadAtEnd)
}
