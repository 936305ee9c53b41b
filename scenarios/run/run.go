package run

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/engine"
	"github.com/stormdrill/stormdrill/scenarios/evidence"
	"github.com/stormdrill/stormdrill/scenarios/lab"
	"github.com/stormdrill/stormdrill/scenarios/plan"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// Drill is one run of one scenario: it joins the lab, the engine, the record and the
// scoring, which do not depend on each other. It is used once.
type Drill struct {
	Scenario *scenarios.Scenario
	Images   map[string]string // what is used in place of an image, or of a target's
	Seed     uint64            // of all that is drawn at random
	Control  bool              // without its faults
	// Uncontained allows a network that packets can leave.
	Uncontained bool
	Dir         string // for the record, the ledger and the logs; it is there
	Tool        string // the version that the record names
	Again       string // the command that repeats it, for the evidence
	Ground      lab.Ground
	Console     Console
	// Typed begins to read the terminal of the person who runs the drill, and gives its
	// lines. It is asked for where a watcher waits for an acknowledgement; nil: there is
	// none.
	Typed func() <-chan string
	// Reaper is the command that starts a process of its own which calls Reap with the
	// same run and ledger; nil: there is none, for a Ground of labs that end with this
	// process. A drill with commands of its own then does not begin.
	Reaper func(run, ledger string) *exec.Cmd
	// Record is what Run recorded, once it has returned a scorecard; nil where there is none.
	Record *timeline.Record

	plan      *plan.Plan
	published *publisher // nil: it was not planned yet
	facts     *lab.Facts // nil: it did not come to a lab
	steers    []*engine.Steer
	recorder  *recorder
	warden    *warden

	showing sync.Mutex    // one shows at a time, so that turns are told in order
	changed chan struct{} // there is something to be shown at once

	mu        sync.Mutex
	current   string           // phase
	injecting []string         // faults whose injection has not ended
	injected  []string         // now
	awake     []timeline.Woken // watchers
	turns     []timeline.Turn  // that the console was not told of yet
	awaited   bool             // a person is
}

// Console is where a person sees how a drill goes.
type Console interface {
	// Say shows what is being prepared, or went wrong: in English, and for other languages
	// by its kind and values.
	Say(timeline.Note)
	// Pulling shows how far an image has come that the engine did not have, some times a second.
	Pulling(timeline.Pull)
	// Phase begins a phase of a planned length; none: nothing goes on that could be shown.
	Phase(name string, length time.Duration)
	// Update shows how it goes, some times a second.
	Update(timeline.State)
}

// ErrNoReaper is returned for a drill that would run commands where nothing would undo what
// they did, were this process to end.
var ErrNoReaper = errors.New("its faults run commands of their own, and without a reaper nothing " +
	"would undo what they did")

// ID is the run's, 16 hex digits; empty before it was planned.
func (d *Drill) ID() string {
	if d.plan == nil {
		return ""
	}
	return d.plan.Run
}

// closeWithin bounds the removal of a drill's containers.
const closeWithin = 60 * time.Second

// Run takes the drill to its scorecard, and says beside the record what was run, and on
// what. What fails once there is a record is part of the scorecard; the error is for a drill
// that could not even begin to keep one, or could not keep all of it: where there is a verdict
// all the same, it holds. With ctx the drill ends: it lifts, keeps what
// was measured, and removes what it started.
func (d *Drill) Run(ctx context.Context) (sla.Scorecard, error) {
	var err error
	if d.recorder, err = newRecorder(filepath.Join(d.Dir, "record")); err != nil {
		return sla.Scorecard{}, err
	}
	failed := d.perform(ctx)
	if failed != nil && !d.recorder.begun() {
		if errors.Is(failed, lab.ErrNoEngine) || errors.Is(failed, ErrNoReaper) || d.plan == nil {
			d.recorder.discard()
			return sla.Scorecard{}, failed
		}
		d.begin()
		d.markEnd(ctx, failed)
	}
	if err := d.recorder.close(); err != nil {
		return sla.Scorecard{}, err
	}
	d.Record, err = timeline.Open(filepath.Join(d.Dir, "record"))
	if err != nil {
		return sla.Scorecard{}, err
	}
	card := sla.Score(d.Record, d.Record.Header.Objectives)
	text, err := d.Scenario.Resolved()
	if err != nil {
		return card, err
	}
	return card, evidence.Write(d.Dir, text, d.Again, d.Record, d.facts)
}

// markEnd says in the record why there was no drill.
func (d *Drill) markEnd(ctx context.Context, failed error) {
	now := d.recorder.clocks.instant()
	m := timeline.Mark{Name: timeline.MarkError, Before: now.Before, After: now.After,
		Detail: failed.Error()}
	if errors.Is(context.Cause(ctx), engine.ErrInterrupted) {
		m.Name = timeline.MarkInterrupted
	}
	_ = d.recorder.Mark(m) // a failure to write shows when the record is closed
}

// perform starts the lab, runs the engine in it and removes it again.
func (d *Drill) perform(ctx context.Context) (err error) {
	defer context.AfterFunc(ctx, func() {
		if errors.Is(context.Cause(ctx), engine.ErrInterrupted) {
			d.say("interrupting", "interrupted: lifts what is injected, keeps what was measured, "+
				"and removes its containers; once more ends it at once")
		}
	})()
	defer func() {
		if d.published != nil {
			d.published.close()
		}
	}()
	l, err := d.open(ctx)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeWithin)
		defer cancel()
		if failed := l.Close(ctx); failed != nil {
			now := d.recorder.clocks.instant()
			_ = d.recorder.Mark(timeline.Mark{Name: timeline.MarkError, Before: now.Before,
				After: now.After, Detail: "removal: " + failed.Error()})
			err = errors.Join(err, failed)
			return // the reaper goes on trying once this process is gone
		}
		d.warden.dismiss()
	}()
	if _, err = d.recorder.clocks.measure(ctx, l); err != nil {
		return err
	}
	facts, err := l.Facts(ctx)
	if err != nil {
		return err
	}
	d.facts = &facts
	d.begin()
	d.steer(l)
	d.leadInto(l)
	defer d.published.close() // before the lab
	local, err := watch.StartLocal(d.plan.Watchers, d.sink(l))
	if err != nil {
		d.markEnd(ctx, err)
		return err
	}
	defer local.Stop()
	defer d.listenForKeys()()
	return d.drive(ctx, l)
}

// subnets is how often another run may snatch the subnet that was free.
const subnets = 5

// open starts the lab in a free subnet, with a reaper waiting for this
// process's end.
func (d *Drill) open(ctx context.Context) (lab.Lab, error) {
	for try := 0; ; try++ {
		subnet, err := d.Ground.Room(ctx)
		if err != nil {
			return nil, err
		}
		d.plan, err = plan.New(d.Scenario, plan.Options{
			Run: newRunID(), Seed: d.Seed, Subnet: subnet, Tool: d.Tool, Images: d.Images,
			Control: d.Control,
		})
		if err != nil {
			return nil, err
		}
		d.recorder.plan(d.plan)
		if d.published == nil { // another subnet is no reason to leave a port
			if err = d.publish(); err != nil {
				return nil, err
			}
		}
		if d.warden, err = d.ward(); err != nil {
			return nil, err
		}
		l, err := d.Ground.Start(ctx, lab.Options{Plan: d.plan, Dir: d.Dir,
			Uncontained: d.Uncontained, Events: d.recorder.event,
			Progress: d.Console.Say, Pulling: d.Console.Pulling})
		if err == nil {
			return l, nil
		}
		d.warden.dismiss()
		if !errors.Is(err, lab.ErrSubnetTaken) || try == subnets {
			return nil, err
		}
	}
}

// ward starts the run's reaper, where it has one.
func (d *Drill) ward() (*warden, error) {
	commands, run := hasCommands(d.plan), d.plan.Run
	switch {
	case d.Reaper != nil:
		start := func() (*reaper, error) {
			return startReaper(d.Reaper(run, d.ledger()), d.reaperEvent)
		}
		return ward(start, commands, d.say)
	case commands:
		return nil, fmt.Errorf("%s: %w", d.plan.Scenario.Name, ErrNoReaper)
	}
	return &warden{}, nil
}

// reaperEvent keeps what the reaper reports: that it lifted a fault of the drill's own
// commands by itself.
func (d *Drill) reaperEvent(name string, body json.RawMessage) {
	var e wire.Expired
	if name != "expired" || json.Unmarshal(body, &e) != nil {
		return
	}
	clock := d.recorder.clocks.cli()
	b := link.Bracket{Before: e.At + int64(clock.Shift-clock.Bound), After: e.At +
		int64(clock.Shift+clock.Bound)}
	_ = d.recorder.Mark(timeline.Mark{Name: timeline.MarkExpired, Fault: e.Name, Before: b.Before,
		After: b.After, Detail: e.Error})
}

// ledger is where the run's ledger is kept.
func (d *Drill) ledger() string { return filepath.Join(d.Dir, "ledger.jsonl") }

// begin writes the record's header; what was said before it follows.
func (d *Drill) begin() {
	h := d.plan.Header
	h.Wall, h.Mono = time.Now(), d.now()
	d.recorder.begin(h, d.recorder.clocks.cli())
}

// now is the record's clock.
func (d *Drill) now() int64 { return d.recorder.clocks.now() }

// steer joins the plan's steers to the switchboard, and both them and the console to what
// watchers find from now on.
func (d *Drill) steer(l lab.Lab) {
	s, steers := newSteering(d.plan, board{peer: l.Switchboard(), clocks: d.recorder.clocks},
		d.say, d.woke)
	d.steers = steers
	d.recorder.steering.Store(s)
}

// drive binds the faults to the living lab and runs the engine.
func (d *Drill) drive(ctx context.Context, l lab.Lab) (err error) {
	ledger, err := engine.CreateLedger(d.ledger())
	if err != nil {
		return err
	}
	defer ledger.Close()
	driven, done := context.WithCancel(context.WithoutCancel(ctx))
	defer done()
	e := engine.Drill{
		Phases: d.plan.Header.Phases, Delay: d.plan.InjectDelay, Steers: d.steers,
		Load: loadNode{l.Load()}, Journal: d.recorder, Ledger: ledger,
		Now: d.now, Doubt: d.recorder.clocks.doubt,
		Lost: first(driven, l.Lost(), d.warden.lost, d.recorder.broken), Abort: d.recorder.abort(),
		Pulse: &d.recorder.pulse,
	}
	r := newReadings(d.plan, l.Switchboard(), d.now, d.recorder.reading)
	e.Phase = func(p engine.PhaseNow) {
		d.phase(p)
		r.phase(driven, p)
	}
	if slices.ContainsFunc(d.plan.Load.Groups, func(g load.Group) bool { return g.Writes != nil }) {
		e.ReadBack = func(ctx context.Context) error {
			return l.Load().Call(ctx, "readback", nil, nil)
		}
	}
	for _, p := range d.plan.Faults {
		f, err := d.bind(p, l)
		if err != nil {
			d.markEnd(ctx, err)
			return err
		}
		e.Faults = append(e.Faults, f)
	}
	hide, stop := d.show(), d.remeasure(ctx, l)
	err = e.Run(ctx)
	stop()
	hide()
	if failed := d.settle(ctx, l, r); failed != nil {
		d.markEnd(ctx, failed)
		err = errors.Join(err, failed)
	}
	return err
}

// first gives what comes first from any of the channels, until ctx ends.
func first(ctx context.Context, all ...<-chan error) <-chan error {
	out := make(chan error, 1)
	for _, c := range all {
		go func() {
			select {
			case err := <-c:
				select {
				case out <- err:
				default: // another came first
				}
			case <-ctx.Done():
			}
		}()
	}
	return out
}

// settle reads what went over every link, that nothing is left in any table, and how
// the clocks stand at the end.
func (d *Drill) settle(ctx context.Context, l lab.Lab, r *readings) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := r.end(ctx); err != nil {
		return err
	}
	var traffic []link.Traffic
	if err := l.Switchboard().Call(ctx, "traffic", nil, &traffic); err != nil {
		return fmt.Errorf("switchboard: %w", err)
	}
	d.recorder.traffic(traffic)
	strays, err := l.Strays(ctx)
	if err != nil {
		return err
	}
	d.recorder.strays(strays)
	var left []string
	if err := l.Switchboard().Call(ctx, "leftover", nil, &left); err != nil {
		return fmt.Errorf("switchboard: %w", err)
	}
	now := d.recorder.clocks.instant()
	for _, what := range left {
		_ = d.recorder.Mark(timeline.Mark{Name: timeline.MarkUnlifted, Before: now.Before,
			After: now.After, Detail: "left in the switchboard: " + what})
	}
	o, err := d.recorder.clocks.measure(ctx, l)
	if err != nil {
		return err
	}
	d.recorder.clock(o)
	if by := d.recorder.clocks.wallSet(); by > 0 {
		set := by.Round(time.Millisecond).String()
		d.recorder.note(timeline.Noted(wire.Now(), "clock-set",
			fmt.Sprintf("the wall clock of the containers' machine was set by %s while the drill "+
				"went on: instants taken from logs may be off by as much", set), "by", set))
	}
	return nil
}

// newRunID draws the 16 hex digits that name a run.
func newRunID() string {
	var b [8]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
