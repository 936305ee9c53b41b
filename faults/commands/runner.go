package commands

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// Job is how a fault is injected and lifted.
type Job struct {
	Fault  string  `json:"fault"`
	Inject Command `json:"inject"`
	Lift   Command `json:"lift"`
	// For is how long it may be in force; then the runner lifts it by itself. 0: any time.
	For time.Duration `json:"for,omitempty"`
}

// Runner runs commands, and keeps the lifts that are pending. What it injects it
// lifts once: successfully, and never again. The zero Runner is ready.
type Runner struct {
	// Report is called for each fault that it lifts by itself, with the event "expired"
	// (wire.Expired); nil: nothing is reported.
	Report func(event string, body any) error

	deadlines wire.Deadlines

	mu      sync.Mutex
	pending []*pendingLift // in order of injection

	unreported []string // lifted, and the caller was gone
}

// pendingLift is the lift of a fault that was injected. Its lock is held while one of the
// fault's commands runs.
type pendingLift struct {
	fault string
	undo  Command

	mu   sync.Mutex
	done bool
}

// Inject runs a job's first command. From its beginning on the lift is pending, also
// where it fails half-way.
func (r *Runner) Inject(ctx context.Context, j Job) error {
	d := r.note(j)
	d.mu.Lock()
	defer d.mu.Unlock()
	err := j.Inject.done(ctx)
	r.deadlines.Set(j.Fault, j.For,
		func() error { return r.finish(context.Background(), d) }, r.report)
	return err
}

func (r *Runner) report(event string, body any) error {
	if r.Report == nil {
		return nil
	}
	return r.Report(event, body)
}

// note keeps a job's lift, unless it is pending already.
func (r *Runner) note(j Job) *pendingLift {
	if d := r.pendingOf(j.Fault); d != nil {
		return d
	}
	d := &pendingLift{fault: j.Fault, undo: j.Lift}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pending = append(r.pending, d)
	return d
}

// pendingOf finds the lift of a fault; nil where none is pending.
func (r *Runner) pendingOf(fault string) *pendingLift {
	r.mu.Lock()
	defer r.mu.Unlock()
	of := func(d *pendingLift) bool { return d.fault == fault }
	if i := slices.IndexFunc(r.pending, of); i >= 0 {
		return r.pending[i]
	}
	return nil
}

// Lift runs the lift of a fault, to its end whatever becomes of ctx, and once the fault's
// other command has ended. Where none is pending it does nothing; one that fails stays pending.
func (r *Runner) Lift(ctx context.Context, fault string) error {
	if d := r.pendingOf(fault); d != nil {
		r.deadlines.Take(fault)
		return r.finish(ctx, d)
	}
	return nil
}

// finish runs a pending lift; one that was run meanwhile, is not run again.
func (r *Runner) finish(ctx context.Context, d *pendingLift) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.done {
		return nil
	}
	if err := d.undo.done(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	d.done = true
	r.mu.Lock()
	r.pending = slices.DeleteFunc(r.pending, func(o *pendingLift) bool { return o == d })
	if ctx.Err() != nil {
		r.unreported = append(r.unreported, d.fault)
	}
	r.mu.Unlock()
	return nil
}

// Prove runs a command and says how it ended.
func (r *Runner) Prove(ctx context.Context, c Command) (Said, error) { return c.run(ctx) }

// Settle runs all lifts that are pending, the latest first, and does not stop at one that
// fails. Each is reported, and so is one that ended when its caller was gone.
func (r *Runner) Settle(ctx context.Context, report func(fault string, err error)) {
	r.deadlines.Clear()
	r.mu.Lock()
	pending, unreported := slices.Clone(r.pending), slices.Clone(r.unreported)
	r.mu.Unlock()
	for _, fault := range unreported {
		report(fault, nil)
	}
	for _, d := range slices.Backward(pending) {
		report(d.fault, r.finish(ctx, d))
	}
}

// Handlers are the calls that a Runner answers: "inject" (a Job), "lift" (a fault's name) and
// "prove" (a Command; its answer is Said).
func (r *Runner) Handlers() map[string]wire.Handler {
	return map[string]wire.Handler{
		"inject": wire.Handle(func(ctx context.Context, j Job) (any, error) {
			return nil, r.Inject(ctx, j)
		}),
		"lift": wire.Handle(func(ctx context.Context, fault string) (any, error) {
			return nil, r.Lift(ctx, fault)
		}),
		"prove": wire.Handle(r.Prove),
	}
}
