package scenarios

import (
	"os"
	"slices"
	"strconv"

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
	s := &Scenario{File: path, places: newPlaces()}
	d := decoder{file: path, places: s.places}
	if d.decode(data, s); !s.onlySLA() {
		if s, err = Parse(path, data); err != nil {
			return h, false, err
		}
		p, err := s.Plan(Options{})
		if err != nil {
			return h, false, err
		}
		return p.Header, false, nil
	}
	p := newPlanner(s, Options{})
	p.problems = d.problems
	p.sheet()
	return timeline.Header{Objectives: s.SLA.objectives()}, true, p.problems.err()
}

// onlySLA reports whether nothing else of a scenario stands in it.
func (s *Scenario) onlySLA() bool {
	return len(s.Targets)+len(s.Load)+len(s.Faults)+len(s.Watch)+len(s.Steer) == 0 && s.Phases == Phases{}
}

// sheet checks what of an sla can be checked without a drill.
func (p *planner) sheet() {
	s := p.s.SLA
	for i, text := range s.Keep {
		if _, err := sla.ParseKeep(text); err != nil {
			p.problem(at("sla", "thresholds", strconv.Itoa(i)), "%v", err)
		}
	}
	if s.Budget != "" {
		if _, err := sla.ParseBudget(s.Budget); err != nil {
			p.problem(at("sla", "budget"), "%v", err)
		}
	}
	if s.Profile != "" && !slices.Contains(sla.Profiles, s.Profile) {
		p.problem(at("sla", "profile"), "profile %q: %s", s.Profile, listed(s.Profile, sla.Profiles))
	}
	if s.objectives().Empty() && !p.mistyped(at("sla")) {
		p.missing("sla", "sla: want at least one objective: without one a record can neither pass nor fail")
	}
}
