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

// Runner runs commands, and keeps the lifts that are owed. What it injects it
// lifts once: successfully, and never again. The zero Runner is ready.
type Runner struct {
	// Report is called for each fault that it lifts by itself, with the event "expired"
	// (wire.Expired); nil: nothing is reported.
	Report func(event string, body any) error

	deadlines wire.Deadlines

	mu   sync.Mutex
	owed []*debt // in order of injection

	unreported []string // lifted, and the caller was gone
}

// debt is a lift that is owed. Its lock is held while one of its commands runs.
type debt struct {
	fault string
	lift  Command

	mu   sync.Mutex
	paid bool
}

// Inject runs a job's first command. From its beginning on the lift is owed, also
// where it fails half-way.
func (r *Runner) Inject(ctx context.Context, j Job) error {
	d := r.owe(j)
	d.mu.Lock()
	defer d.mu.Unlock()
	err := j.Inject.done(ctx)
	r.deadlines.Set(j.Fault, j.For,
		func() error { return r.pay(context.Background(), d) }, r.report)
	return err
}

func (r *Runner) report(event string, body any) error {
	if r.Report == nil {
		return nil
	}
	return r.Report(event, body)
}

// owe notes a job's lift, unless it is owed already.
func (r *Runner) owe(j Job) *debt {
	if d := r.owes(j.Fault); d != nil {
		return d
	}
	d := &debt{fault: j.Fault, lift: j.Lift}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.owed = append(r.owed, d)
	return d
}

// owes finds what a fault owes; nil where that is nothing.
func (r *Runner) owes(fault string) *debt {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := slices.IndexFunc(r.owed, func(d *debt) bool { return d.fault == fault }); i >= 0 {
		return r.owed[i]
	}
	return nil
}

// Lift runs the lift that a fault owes, to its end whatever becomes of ctx, and
// once the fault's other command has ended. Where nothing is owed it does nothing;
// where it fails, it is still owed.
func (r *Runner) Lift(ctx context.Context, fault string) error {
	if d := r.owes(fault); d != nil {
		r.deadlines.Take(fault)
		return r.pay(ctx, d)
	}
	return nil
}

func (r *Runner) pay(ctx context.Context, d *debt) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.paid {
		return nil
	}
	if err := d.lift.done(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	d.paid = true
	r.mu.Lock()
	r.owed = slices.DeleteFunc(r.owed, func(o *debt) bool { return o == d })
	if ctx.Err() != nil {
		r.unreported = append(r.unreported, d.fault)
	}
	r.mu.Unlock()
	return nil
}

// Prove runs a command and says how it ended.
func (r *Runner) Prove(ctx context.Context, c Command) (Said, error) { return c.run(ctx) }

// Settle lifts all that is owed, the latest first, and does not stop at a lift
// that fails. Each is reported, and so is one that ended when its caller was gone.
func (r *Runner) Settle(ctx context.Context, report func(fault string, err error)) {
	r.deadlines.Clear()
	r.mu.Lock()
	owed, unreported := slices.Clone(r.owed), slices.Clone(r.unreported)
	r.mu.Unlock()
	for _, fault := range unreported {
		report(fault, nil)
	}
	for _, d := range slices.Backward(owed) {
		report(d.fault, r.pay(ctx, d))
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
