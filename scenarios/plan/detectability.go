package plan

import (
	"fmt"
	"time"

	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// detectability is the pass that checks that what faults do to users stands out of their requests.
type detectability struct {
	*diagnostics
	sla      scenarios.SLA
	baseline time.Duration // the phase's length
	faults   []Fault
	touched  map[string]blastRadius // by fault
}

// fewest is how many bad requests per second the faintest fault that users can
// meet makes, and the whole rate.
func fewest(load groups, touched map[string]blastRadius) (bad, rate float64) {
	for _, name := range load.judged() {
		rate += float64(load[name].Rate)
	}
	for _, r := range touched {
		if b := r.fewest; b > 0 && (bad == 0 || b < bad) {
			bad = b
		}
	}
	return bad, rate
}

func (p detectability) check() {
	p.steadyState()
	p.stands()
}

// steadyState checks that the steady state is known well enough to see the
// faintest fault against it.
func (p detectability) steadyState() {
	for _, name := range sortedKeys(p.touched) {
		r := p.touched[name]
		if need := p.short(r); need > 0 {
			p.problem(at("phases", "baseline"),
				"baseline of %s is too short for fault %s, which hits %.3g requests/s: want at "+
					"least %s, or a higher rate", p.baseline, name, r.fewest, ceil(need))
		}
	}
}

// short is how long the baseline has to be for what a fault hits, where it is not; 0
// else.
func (p detectability) short(r blastRadius) time.Duration {
	have := p.baseline
	if need := seconds(sla.PerBaseline / r.fewest); r.fewest > 0 && have > 0 && have < need {
		return need
	}
	return 0
}

// stands checks that a fault is on for long enough, and hits enough, for an outage to
// stand out of the users' requests where it is to be judged: else it would be reported as
// absorbed, whatever it did to them.
func (p detectability) stands() {
	s := p.sla
	if p.baseline <= 0 || s.Mitigate == nil && s.Recover == nil && s.Profile == "" {
		return
	}
	for _, f := range p.faults {
		r := p.touched[f.Name]
		if r.stands == 0 || f.For == 0 || f.For >= r.stands || p.short(r) > 0 {
			continue
		}
		cure := fmt.Sprintf("want it on for at least %s, a higher rate, or one that hits more",
			ceil(r.stands))
		if r.stands > time.Hour {
			cure = "want a higher rate, or one that hits more"
		}
		p.problem(at("faults", f.Name, f.Kind),
			"fault %s hits %.3g requests/s at most and is on for %s: too little for an outage of "+
				"the users to stand out; %s", f.Name, r.fewest, f.For, cure)
	}
}
