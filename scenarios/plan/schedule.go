package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// schedule is the pass that puts the phases and faults in order of time.
type schedule struct {
	*diagnostics
	phases   scenarios.Phases
	faults   []Fault
	writes   bool          // that are read back
	every    time.Duration // longest period of a check that is known
	watchers []timeline.Watcher
	targets  map[string]*scenarios.Target
	known    []string // watchers, and targets: their own periods are
}

func (p schedule) timeline() []Step {
	f := p.phases
	steps, fault := []Step{{0, link.Tell("plan-baseline-from",
		"baseline: users and checks begin")}}, f.WarmingUp()+f.Baseline
	if warm := f.WarmingUp(); warm > 0 {
		steps = []Step{{0, link.Tell("plan-warm-up",
			"warm-up, which is not judged: users and checks begin")},
			{warm, link.Tell("plan-baseline", "baseline")}}
	}
	for _, x := range p.faults {
		steps = append(steps, Step{fault + x.At, link.Tell("plan-inject",
			fmt.Sprintf("inject %s: %s", x.Name, x.Fault), "fault", x.Name)})
		if !faults.IsInstant(x.Fault) {
			steps = append(steps, Step{fault + x.At + x.For,
				link.Tell("plan-lift", "lift "+x.Name, "fault", x.Name)})
		}
	}
	steps = append(steps,
		Step{fault + f.Hold, link.Tell("plan-recovery", "recovery: the last fault is gone")},
		Step{fault + f.Hold + f.Recovery, link.Tell("plan-end", "end")})
	if p.writes {
		steps = append(steps, Step{fault + f.Hold + f.Recovery,
			link.Tell("plan-read-back", "acknowledged writes are read back")})
	}
	slices.SortStableFunc(steps, func(a, b Step) int { return int(a.At - b.At) })
	p.note("note-instants",
		"every instant from the injection on comes up to %s later, drawn from the seed, so "+
			"that it falls anywhere between two of Stormdrill's own checks",
		"time", p.every)
	if others := p.others(); len(others) > 0 && f.Jitter == 0 {
		p.note("note-jitter",
			"how often %s may ask by itself is not known here. A fault that always begins soon "+
				"after such a question is always found late, and one that begins soon before it "+
				"always early: set phases.jitter to the longest interval of its scrapes or "+
				"checks, such as jitter: 15s, and the injection falls anywhere in it",
			"others", strings.Join(others, ", "))
	}
	return steps
}

// others are what may ask at a period of their own: what stands behind a webhook, and
// images that are not Stormdrill's and use others.
func (p schedule) others() (names []string) {
	for _, w := range p.watchers {
		if w.Told && !w.Person && !slices.Contains(p.known, w.Name) {
			names = append(names, w.Name)
		}
	}
	for _, name := range sortedKeys(p.targets) {
		if t := p.targets[name]; t.Lab == nil && len(t.Uses) > 0 &&
			!slices.Contains(p.known, name) {
			names = append(names, name)
		}
	}
	return names
}
