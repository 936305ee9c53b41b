package plan

import (
	"os"
	"slices"
	"strconv"

	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// LoadSLA reads the objectives in a file that holds a scenario, or its sla alone. The
// header is what a run of the scenario would begin its record with; of an sla alone it has
// the objectives, and nothing else. What is wrong comes as Problems, all at once.
func LoadSLA(path string) (h timeline.Header, alone bool, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return h, false, err
	}
	s, _, problems := scenarios.Decode(path, data, nil)
	if !s.OnlySLA() {
		if s, err = Parse(path, data); err != nil {
			return h, false, err
		}
		p, err := New(s, Options{})
		if err != nil {
			return h, false, err
		}
		return p.Header, false, nil
	}
	d := newDiagnostics(s, problems)
	sheet(d, s.SLA)
	return timeline.Header{Objectives: objectives(s.SLA)}, true, d.problems.Err()
}

// sheet checks what of an sla can be checked without a drill.
func sheet(d *diagnostics, s scenarios.SLA) {
	for i, text := range s.Keep {
		if _, err := sla.ParseKeep(text); err != nil {
			d.problem(at("sla", "thresholds", strconv.Itoa(i)), "%v", err)
		}
	}
	if s.Budget != "" {
		if _, err := sla.ParseBudget(s.Budget); err != nil {
			d.problem(at("sla", "budget"), "%v", err)
		}
	}
	if s.Profile != "" && !slices.Contains(sla.Profiles, s.Profile) {
		d.problem(at("sla", "profile"), "profile %q: %s", s.Profile,
			scenarios.Listed(s.Profile, sla.Profiles))
	}
	if objectives(s).Empty() && !d.mistyped(at("sla")) {
		d.missing("sla", "sla: want at least one objective: without one a record can neither "+
			"pass nor fail")
	}
}
