package main

import (
	"slices"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/engine"
)

// phase shows where the run stands.
func (d *drill) phase(p engine.PhaseNow) {
	d.mu.Lock()
	d.injected = p.Faults
	d.mu.Unlock()
	if p.Length == 0 { // no users are there to be shown
		d.live.Phase("", 0)
		d.live.Say("%s: asking for every acknowledged write", p.Name)
		return
	}
	d.live.Phase(p.Name, p.Length)
}

// showEvery is how often the live line changes.
const showEvery = 250 * time.Millisecond

// show keeps the live line up to date until it is stopped.
func (d *drill) show() (stop func()) {
	tick, end := time.NewTicker(showEvery), make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		defer tick.Stop()
		for {
			select {
			case <-end:
				return
			case <-tick.C:
				d.live.Update(d.state())
			}
		}
	})
	return func() { close(end); done.Wait() }
}

func (d *drill) state() reports.State {
	seen, fired := d.tape.last()
	d.mu.Lock()
	defer d.mu.Unlock()
	s := reports.State{Rate: seen.Rate, Success: seen.Success, P99: seen.P99, Faults: d.injected}
	s.Biting = slices.ContainsFunc(d.injected, func(f string) bool { return slices.Contains(fired, f) || d.untold(f) })
	return s
}

// untold: that a fault's own commands touch users is heard from their proof alone,
// which is not asked while it is on.
func (d *drill) untold(fault string) bool {
	return slices.ContainsFunc(d.plan.Faults, func(f scenarios.PlannedFault) bool {
		_, own := f.Fault.(faults.Commanding)
		return own && f.Name == fault
	})
}
