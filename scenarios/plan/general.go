package plan

import (
	"time"

	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/engine"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// general is the pass that checks what stands at the top.
func general(d *diagnostics, s *scenarios.Scenario) {
	if s.Version != 0 && s.Version != scenarios.Version {
		d.problem(at("version"), "version %d: this stormdrill reads version %d of the format",
			s.Version, scenarios.Version)
	}
	switch {
	case s.Name == "":
		d.missing("name", "name is missing: want one such as bad-lb-node")
	case !isLabel(s.Name):
		d.problem(at("name"), "name: want %s, such as bad-lb-node; have %s", wantsLabel,
			scenarios.Shown(s.Name))
	}
	if len(s.Targets) == 0 {
		d.missing("targets", "targets: want at least one, for there is nothing to put under load")
	}
	if len(s.Load) == 0 {
		d.missing("load", "load: want at least one group of users")
	}
	if s.Faults == nil {
		d.missing("faults", "faults: want at least one; for a control run without any, say so: "+
			"faults: {}")
	}
	if s.Abort != nil {
		if _, err := engine.ParseCondition(s.Abort.When); err != nil {
			d.problem(at("abort", "when"), "%v", err)
		}
	}
}

// phases is the pass that checks how long the phases are.
func phases(d *diagnostics, ph scenarios.Phases) {
	if ph == (scenarios.Phases{}) {
		d.missing("phases", "phases: want their lengths, such as phases: {baseline: 30s, fault: "+
			"20s, recovery: 30s}")
		return
	}
	for _, f := range []struct {
		name   string
		length time.Duration
	}{{"baseline", ph.Baseline}, {"fault", ph.Hold}, {"recovery", ph.Recovery}} {
		switch {
		case f.length == 0 && d.mistyped(at("phases")): // told there
		case f.length <= 0:
			d.problem(at("phases", f.name), "phases.%s: want a length above zero, such as 15s",
				f.name)
		case f.length > timeline.MostPhase:
			d.problem(at("phases", f.name), "phases.%s: %s: want at most %s", f.name, f.length,
				timeline.MostPhase)
		}
	}
	for name, length := range map[string]time.Duration{"confirm": ph.Confirm, "jitter": ph.Jitter} {
		if length > timeline.MostPhase {
			d.problem(at("phases", name), "phases.%s: %s: want at most %s", name, length,
				timeline.MostPhase)
		}
	}
	if w := ph.WarmUp; w != nil && *w < 0 {
		d.problem(at("phases", "warm-up"),
			"phases.warm-up: want a length such as 5s, or 0s for none")
	}
}

// confirmed is W: how long it must stay well.
func confirmed(ph scenarios.Phases) time.Duration {
	return orElse(ph.Confirm, scenarios.DefaultConfirm)
}

// confirmWords is it for messages: nobody finds in a file what it does not say.
func confirmWords(ph scenarios.Phases) string {
	if ph.Confirm == 0 {
		return confirmed(ph).String() + " (the default)"
	}
	return ph.Confirm.String()
}
