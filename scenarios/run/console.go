package run

import (
	"slices"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/scenarios/engine"
	"github.com/stormdrill/stormdrill/scenarios/plan"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// phase shows where the run stands.
func (d *Drill) phase(p engine.PhaseNow) {
	d.mu.Lock()
	d.injected = p.Faults
	d.mu.Unlock()
	if p.Length == 0 { // no users are there to be shown
		d.Console.Phase("", 0)
		d.Console.Say("%s: asking for every acknowledged write", p.Name)
		return
	}
	d.Console.Phase(p.Name, p.Length)
}

// showEvery is how often the live line changes.
const showEvery = 250 * time.Millisecond

// show keeps the live line up to date until it is stopped.
func (d *Drill) show() (stop func()) {
	tick, end := time.NewTicker(showEvery), make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		defer tick.Stop()
		for {
			select {
			case <-end:
				return
			case <-tick.C:
				d.Console.Update(d.state())
			}
		}
	})
	return func() { close(end); done.Wait() }
}

func (d *Drill) state() timeline.State {
	seen, fired := d.recorder.last()
	d.mu.Lock()
	defer d.mu.Unlock()
	s := timeline.State{Seen: seen, Faults: d.injected}
	s.Biting = slices.ContainsFunc(d.injected,
		func(f string) bool { return slices.Contains(fired, f) || d.untold(f) })
	return s
}

// untold: that a fault's own commands touch users is heard from their proof alone,
// which is not asked while it is on.
func (d *Drill) untold(fault string) bool {
	return slices.ContainsFunc(d.plan.Faults, func(f plan.Fault) bool {
		_, own := f.Fault.(faults.Commanding)
		return own && f.Name == fault
	})
}
