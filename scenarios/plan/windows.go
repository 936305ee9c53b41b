package plan

import (
	"fmt"
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// windows is the pass that checks that each phase is as long as what is to be seen in it.
type windows struct {
	*diagnostics
	sla      scenarios.SLA
	phases   scenarios.Phases
	faults   []Fault
	written  map[string]*watch.Config
	watchers []timeline.Watcher
}

func (p windows) check() {
	s, ph, confirm := p.sla, p.phases, confirmed(p.phases)
	longest := ph.Hold
	if len(p.faults) > 0 {
		longest = 0
		for _, f := range p.faults {
			longest = max(longest, f.For)
		}
	}
	if p.allInstant() {
		longest = ph.Hold // how long they are felt is the targets' affair
		if s.Mitigate != nil {
			p.problem(at("sla", "mitigate"),
				"sla.mitigate: it is how soon users are well while a fault is still on, and "+
					"these are over as soon as they are done: use recover")
		}
	}
	need := func(keys []string, phase string, have, limit, more time.Duration) {
		if have <= 0 || have >= limit+more {
			return
		}
		sum := limit.String()
		if more > 0 {
			sum = fmt.Sprintf("%s, and %s more to confirm it", limit, confirmWords(ph))
		}
		p.problem(keys, "%s of %s is too short for its sla.%s of %s: want at least %s", phase, have,
			keys[1], sum, limit+more)
	}
	for _, name := range sortedKeys(s.Detect) {
		length := longest
		if w := p.written[name]; w != nil && w.Of != "" {
			length = p.lasts(w.Of)
		}
		what := "a fault"
		if p.person(name) && length > 0 { // a person may answer when it is gone
			what, length = "a fault, with the recovery phase,", length+ph.Recovery
		}
		need(at("sla", "detect", name), what, length, s.Detect[name].Within, 0)
	}
	for _, name := range sortedKeys(s.Restore) {
		need(at("sla", "alert-clear", name), "a recovery phase", ph.Recovery, s.Restore[name], 0)
	}
	if s.Mitigate != nil && len(p.faults) == 0 {
		need(at("sla", "mitigate"), "a fault phase", ph.Hold, *s.Mitigate, confirm)
	}
	for _, f := range p.faults {
		if s.Mitigate != nil && !faults.IsInstant(f.Fault) { // each has to be mitigated in time
			need(at("sla", "mitigate"), "fault "+f.Name, f.For, *s.Mitigate, confirm)
			p.pauses(f, confirm)
		}
	}
	if s.Recover != nil {
		need(at("sla", "recover"), "a recovery phase", ph.Recovery, *s.Recover, confirm)
	}
	if s.Outage != nil {
		need(at("sla", "outage"), "the fault and recovery phases", ph.Hold+ph.Recovery, *s.Outage,
			confirm)
	}
	if s.Calm != nil {
		need(at("sla", "calm"), "a recovery phase", ph.Recovery, *s.Calm, confirm)
	}
	if s.Recover == nil && s.Outage == nil && len(s.Detect) == 0 && s.Mitigate == nil &&
		ph.Recovery > 0 && ph.Recovery < confirm {
		p.problem(at("phases", "recovery"), "recovery of %s is shorter than the %s that confirm it",
			ph.Recovery, confirmWords(ph))
	}
}

// pauses checks that a fault that comes and goes is on for long enough, after the limit, to
// confirm that users are well under it: while it pauses they are well anyway.
func (p windows) pauses(f Fault, confirm time.Duration) {
	x, limit := f.Fault.Traits(), *p.sla.Mitigate
	if on := x.OnFor(f.For) - x.OnFor(min(limit, f.For)); x.Period > 0 && on < confirm &&
		f.For >= limit+confirm {
		p.problem(at("sla", "mitigate"), "fault %s: after sla.mitigate (%s) it is on for only %s "+
			"of its %s, and confirm needs %s of it: want a longer fault, a larger duty, or a "+
			"shorter confirm", f.Name, limit, on, f.For, confirmWords(p.phases))
	}
}

// person reports whether a watcher is one.
func (p windows) person(name string) bool {
	return slices.ContainsFunc(p.watchers,
		func(w timeline.Watcher) bool { return w.Name == name && w.Person })
}

// lasts is how long a fault is on; 0 of an instant one, or where it could not be planned.
func (p windows) lasts(fault string) time.Duration {
	for _, f := range p.faults {
		if f.Name == fault {
			return f.For
		}
	}
	return 0
}

// allInstant says that there are faults, and none that lasts.
func (p windows) allInstant() bool {
	return len(p.faults) > 0 && !slices.ContainsFunc(p.faults,
		func(f Fault) bool { return !faults.IsInstant(f.Fault) })
}
