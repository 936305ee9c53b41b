package run

import (
	"slices"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios/engine"
	"github.com/stormdrill/stormdrill/scenarios/plan"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// phase shows where the run stands: first what turned meanwhile, then the phase. Within a phase
// it makes nothing wait: an injection is not to go out later because a terminal is slow.
func (d *Drill) phase(p engine.PhaseNow) {
	d.mu.Lock()
	before, same := d.injected, d.current == p.Name
	d.current, d.injecting, d.injected = p.Name, p.Injecting, p.Faults
	for _, f := range p.Faults {
		if !slices.Contains(before, f) {
			d.turns = append(d.turns, timeline.Turn{At: time.Now(), What: timeline.OfFault, Name: f,
				On: true})
		}
	}
	for _, f := range before {
		if !slices.Contains(p.Faults, f) {
			d.turns = append(d.turns, timeline.Turn{At: time.Now(), What: timeline.OfFault,
				Name: f})
		}
	}
	turned := len(d.turns) > 0
	d.mu.Unlock()
	if same {
		select {
		case d.changed <- struct{}{}:
		default: // it is going to be shown
		}
		return
	}
	if turned {
		d.update()
	}
	if p.Length == 0 { // no users are there to be shown
		d.Console.Phase("", 0)
		d.say("read-back", "read-back: asking for every acknowledged write")
		return
	}
	d.Console.Phase(p.Name, p.Length)
}

// say shows a person something, in English, and by its kind and values.
func (d *Drill) say(kind, text string, values ...string) {
	d.Console.Say(timeline.Noted(wire.Now(), kind, text, values...))
}

// showEvery is how often the live line changes.
const showEvery = 250 * time.Millisecond

// show keeps the live line up to date until it is stopped.
func (d *Drill) show() (stop func()) {
	tick, end := time.NewTicker(showEvery), make(chan struct{})
	d.changed = make(chan struct{}, 1)
	var done sync.WaitGroup
	done.Go(func() {
		defer tick.Stop()
		for {
			select {
			case <-end:
				d.update()
				return
			case <-tick.C:
			case <-d.changed:
			}
			d.update()
		}
	})
	return func() { close(end); done.Wait() }
}

func (d *Drill) update() {
	d.showing.Lock()
	defer d.showing.Unlock()
	d.Console.Update(d.state())
}

func (d *Drill) state() timeline.State {
	seen, fired := d.recorder.last()
	d.mu.Lock()
	defer d.mu.Unlock()
	s := timeline.State{Seen: seen, Injecting: d.injecting, Faults: d.injected,
		Alarms: slices.Clone(d.awake), Turns: d.turns}
	d.turns = nil
	s.Biting = slices.ContainsFunc(d.injected,
		func(f string) bool { return slices.Contains(fired, f) || d.untold(f) })
	return s
}

// woke takes in that a watcher is content, or is not. It is told by what brings the
// watcher's answers, and makes nothing wait.
func (d *Drill) woke(watcher string, content bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	d.turns = append(d.turns, timeline.Turn{At: now, What: timeline.OfWatcher, Name: watcher,
		On: !content})
	d.awake = slices.DeleteFunc(d.awake, func(w timeline.Woken) bool {
		return w.Watcher == watcher
	})
	if !content {
		d.awake = append(d.awake, timeline.Woken{Watcher: watcher, Since: now})
	}
}

// untold: that a fault's own commands touch users is heard from their proof alone,
// which is not asked while it is on.
func (d *Drill) untold(fault string) bool {
	return slices.ContainsFunc(d.plan.Faults, func(f plan.Fault) bool {
		_, own := f.Fault.(faults.Commanding)
		return own && f.Name == fault
	})
}
