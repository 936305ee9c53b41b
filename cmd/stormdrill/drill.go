package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/engine"
	"github.com/stormdrill/stormdrill/scenarios/lab"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// drill is one run of one scenario: it joins the lab, the engine, the record
// and the judgement, which know nothing of each other.
type drill struct {
	scenario *scenarios.Scenario
	images   map[string]string
	seed     uint64
	control  bool // without its faults
	// uncontained allows a network that packets can leave.
	uncontained bool
	dir         string
	live        *reports.Live

	plan   *scenarios.Plan
	steers []*engine.Steer
	tape   *tape
	clock  wire.Offset
	warden *warden

	mu       sync.Mutex
	injected []string // now
}

// closeWithin bounds the removal of a drill's containers.
const closeWithin = 60 * time.Second

// run takes the drill to its scorecard. What fails once there is a record is
// part of the scorecard; the error is for a drill that could not even begin to
// keep one.
func (d *drill) run(ctx context.Context) (sla.Scorecard, error) {
	var err error
	if d.tape, err = newTape(filepath.Join(d.dir, "record")); err != nil {
		return sla.Scorecard{}, err
	}
	failed := d.perform(ctx)
	if failed != nil && !d.tape.begun() {
		if errors.Is(failed, lab.ErrNoEngine) || d.plan == nil {
			d.tape.discard()
			return sla.Scorecard{}, failed
		}
		d.begin()
		d.markEnd(ctx, failed)
	}
	if err := d.tape.close(); err != nil {
		return sla.Scorecard{}, err
	}
	record, err := timeline.Open(filepath.Join(d.dir, "record"))
	if err != nil {
		return sla.Scorecard{}, err
	}
	return sla.Score(record, record.Header.Objectives), nil
}

// markEnd says in the record why there was no drill.
func (d *drill) markEnd(ctx context.Context, failed error) {
	now := d.now()
	m := timeline.Mark{Name: timeline.MarkError, Before: now, After: now, Detail: failed.Error()}
	if errors.Is(context.Cause(ctx), engine.ErrInterrupted) {
		m.Name = timeline.MarkInterrupted
	}
	_ = d.tape.Mark(m) // a failure to write shows when the record is closed
}

// perform starts the lab, runs the engine in it and removes it again.
func (d *drill) perform(ctx context.Context) (err error) {
	l, err := d.open(ctx)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeWithin)
		defer cancel()
		if failed := l.Close(ctx); failed != nil {
			now := d.now()
			_ = d.tape.Mark(timeline.Mark{Name: timeline.MarkError, Before: now, After: now, Detail: "removal: " + failed.Error()})
			err = errors.Join(err, failed)
			return // the reaper goes on trying once this process is gone
		}
		d.warden.dismiss()
	}()
	if d.clock, err = wire.MeasureOffset(ctx, l.Load(), clockAsks); err != nil {
		return err
	}
	d.begin()
	d.steer(l)
	local, err := watch.StartLocal(d.scenario.Watch, d.hearing())
	if err != nil {
		d.markEnd(ctx, err)
		return err
	}
	defer local.Stop()
	if err := d.drive(ctx, l); err != nil {
		return err
	}
	return nil
}

// hearing is where this machine's own detectors find the record.
func (d *drill) hearing() watch.Hearing {
	return watch.Hearing{
		Now: d.now, Answer: d.tape.answer, Deliver: d.tape.delivery,
		Waits:   func(watcher, url string) { d.live.Say("watcher %s waits for a POST to %s", watcher, url) },
		Refused: func(watcher, why string) { d.tape.note(webhookRefused(d.now(), watcher, why)) },
	}
}

// subnets is how often another run may snatch the subnet that was free.
const subnets = 5

// open starts the lab in a free subnet, with a reaper waiting for this
// process's end.
func (d *drill) open(ctx context.Context) (*lab.Lab, error) {
	for try := 0; ; try++ {
		subnet, err := lab.FreeSubnet(ctx)
		if err != nil {
			return nil, err
		}
		d.plan, err = d.scenario.Plan(scenarios.Options{
			Run: newRunID(), Seed: d.seed, Subnet: subnet, Tool: version(), Images: d.images, Control: d.control,
		})
		if err != nil {
			return nil, err
		}
		d.tape.plan(d.plan)
		run := d.plan.Run
		d.warden, err = ward(func() (*reaper, error) { return startReaper(run, d.ledger(), d.reaperTold) }, hasCommands(d.plan), d.live.Say)
		if err != nil {
			return nil, err
		}
		l, err := lab.Start(ctx, lab.Options{Plan: d.plan, Dir: d.dir, Uncontained: d.uncontained, Events: d.tape.event,
			Progress: func(step string) { d.live.Say("%s", step) }})
		if err == nil {
			return l, nil
		}
		d.warden.dismiss()
		if !errors.Is(err, lab.ErrSubnetTaken) || try == subnets {
			return nil, err
		}
	}
}

// reaperTold keeps what the reaper tells: that it lifted a fault of the drill's own commands
// by itself.
func (d *drill) reaperTold(name string, body json.RawMessage) {
	var e wire.Expired
	if name != "expired" || json.Unmarshal(body, &e) != nil {
		return
	}
	b := link.Bracket{Before: e.At + int64(d.clock.Shift-d.clock.Bound), After: e.At + int64(d.clock.Shift+d.clock.Bound)}
	_ = d.tape.Mark(timeline.Mark{Name: timeline.MarkExpired, Fault: e.Name, Before: b.Before, After: b.After, Detail: e.Error})
}

// ledger is where the run's ledger is kept.
func (d *drill) ledger() string { return filepath.Join(d.dir, "ledger.jsonl") }

// begin writes the record's header; what was said before it follows.
func (d *drill) begin() {
	h := d.plan.Header
	h.Wall, h.Mono = time.Now(), d.now()
	d.tape.begin(h, d.clock)
}

// now is the record's clock.
func (d *drill) now() int64 { return wire.Now() + int64(d.clock.Shift) }

// steer joins the plan's steers to the switchboard, and to what watchers find
// from now on.
func (d *drill) steer(l *lab.Lab) {
	if len(d.plan.Steers) == 0 {
		return
	}
	s, steers := newSteering(d.plan, board{peer: l.Switchboard()}, d.live.Say)
	d.steers = steers
	d.tape.steering.Store(s)
}

// drive binds the faults to the living lab and runs the engine.
func (d *drill) drive(ctx context.Context, l *lab.Lab) (err error) {
	ledger, err := engine.CreateLedger(d.ledger())
	if err != nil {
		return err
	}
	defer ledger.Close()
	driven, done := context.WithCancel(context.WithoutCancel(ctx))
	defer done()
	e := engine.Drill{
		Phases: d.plan.Header.Phases, Delay: d.plan.InjectDelay, Steers: d.steers,
		Load: loadNode{l.Load()}, Journal: d.tape, Ledger: ledger,
		Now: d.now, Lost: first(driven, l.Lost(), d.warden.lost, d.tape.broken), Abort: d.tape.abort(), Pulse: &d.tape.pulse, Phase: d.phase,
	}
	if slices.ContainsFunc(d.plan.Load.Groups, func(g load.Group) bool { return g.Writes != nil }) {
		e.ReadBack = func(ctx context.Context) error { return l.Load().Call(ctx, "readback", nil, nil) }
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
	if failed := d.settle(ctx, l); failed != nil {
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

// hasCommands reports whether a plan's faults run commands of their own.
func hasCommands(p *scenarios.Plan) bool {
	return slices.ContainsFunc(p.Faults, func(f scenarios.PlannedFault) bool { _, own := f.Fault.(faults.Commanding); return own })
}

// settle reads what went over every link, that nothing is left in any table, and how
// the clocks stand at the end.
func (d *drill) settle(ctx context.Context, l *lab.Lab) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	var traffic []link.Traffic
	if err := l.Switchboard().Call(ctx, "traffic", nil, &traffic); err != nil {
		return fmt.Errorf("switchboard: %w", err)
	}
	d.tape.traffic(traffic)
	strays, err := l.Strays(ctx)
	if err != nil {
		return err
	}
	d.tape.strays(strays)
	var left []string
	if err := l.Switchboard().Call(ctx, "leftover", nil, &left); err != nil {
		return fmt.Errorf("switchboard: %w", err)
	}
	now := d.now()
	for _, what := range left {
		_ = d.tape.Mark(timeline.Mark{Name: timeline.MarkUnlifted, Before: now, After: now, Detail: "left in the switchboard: " + what})
	}
	o, err := wire.MeasureOffset(ctx, l.Load(), clockAsks)
	if err != nil {
		return fmt.Errorf("load node: clock: %w", err)
	}
	d.tape.clock(o)
	return nil
}

// bind joins a planned fault to the lab that it will be injected into.
func (d *drill) bind(p scenarios.PlannedFault, l *lab.Lab) (engine.Fault, error) {
	site := p.Site
	most := mostHold(p)
	site.Switchboard, site.Nodes, site.Load = board{l.Switchboard(), most}, l, floods{l.Load(), most}
	site.Commands, site.Environment = orders{d.warden, d.clock, mostOfCommands(p)}, l.Environment(p.Name, p.Site.Targets)
	injection, err := p.Fault.Bind(p.Name, site)
	if err != nil {
		return engine.Fault{}, fmt.Errorf("%s: %w", p.Name, err)
	}
	f := engine.Fault{Name: p.Name, At: p.At, For: p.For, Instant: faults.IsInstant(p.Fault), Takes: faults.Takes(p.Fault), Injection: injection}
	if len(site.Targets) > 0 {
		f.Canary = canary(l.Load(), readyChecks(d.plan, site.Targets))
		f.Takes += readyWithin(d.plan, site.Targets)
	}
	return f, nil
}

// mostHold is how long the nodes keep a fault in force before they lift it by themselves:
// as long as is planned, and what a lift that was told in time may take to get there, for
// it first starts again what the fault ended. 0 where no length is planned.
func mostHold(p scenarios.PlannedFault) time.Duration {
	const margin, perTarget = 5 * time.Second, 2 * time.Second
	if p.For == 0 {
		return 0
	}
	return p.For + margin + time.Duration(len(p.Site.Targets))*perTarget
}

// mostOfCommands is the same for commands of the drill's own: a lift that was told in time
// comes after a proof, which is one too.
func mostOfCommands(p scenarios.PlannedFault) time.Duration {
	most := mostHold(p)
	if most == 0 {
		return 0
	}
	return most + faults.Takes(p.Fault)
}

// readyChecks are the questions that say whether the named nodes serve.
func readyChecks(plan *scenarios.Plan, nodes []string) []load.Check {
	var all []load.Check
	for _, name := range nodes {
		for _, n := range plan.Nodes {
			if n.Name == name {
				all = append(all, n.Ready...)
			}
		}
	}
	return all
}

// readyWithin is how long the slowest of the named nodes may take until it is ready, where
// one says so: a lift waits for it.
func readyWithin(plan *scenarios.Plan, nodes []string) (most time.Duration) {
	for _, n := range plan.Nodes {
		if slices.Contains(nodes, n.Name) && n.Spec.Ready != nil {
			most = max(most, n.Spec.Ready.Within)
		}
	}
	return most
}

// newRunID draws the 16 hex digits that name a run.
func newRunID() string {
	var b [8]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
