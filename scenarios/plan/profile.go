package plan

import (
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// profile is the pass that checks what ready-made objectives need.
type profile struct {
	*diagnostics
	name       string
	watchers   map[string]*watch.Config
	recovery   time.Duration // the phase's length
	thresholds thresholds
}

func (p profile) check() {
	name, keys := p.name, at("sla", "profile")
	switch {
	case name == "":
		return
	case !slices.Contains(sla.Profiles, name):
		p.problem(keys, "profile %q: %s", name, scenarios.Listed(name, sla.Profiles))
		return
	case len(p.watchers) == 0:
		p.problem(keys, "profile %s: want a watcher, for nobody can respond before somebody "+
			"noticed", name)
	}
	p.ports()
	for _, text := range sla.Indicators {
		if k, err := sla.ParseKeep(text); err == nil { // it is always one
			p.thresholds.sampleSize(keys, k)
		}
	}
}

// ports checks that the tcp watchers ask as often as the profile has ports checked, and
// often enough in the phase that they are judged in.
func (p profile) ports() {
	none := true
	for _, w := range sortedKeys(p.watchers) {
		tcp := p.watchers[w].TCP
		if tcp == nil {
			continue
		}
		none = false
		if most := min(sla.PortEvery, p.recovery/sla.LeastAsked); tcp.Every > most &&
			most > 0 {
			p.problem(at("watch", w, "tcp", "every"),
				"profile %s: port connectivity is checked every %s at least, and judged by %d "+
					"answers or more in recovery, here of %s: want at most %s",
				p.name, sla.PortEvery, sla.LeastAsked, p.recovery, most)
		}
	}
	if none {
		p.note("note-no-port",
			"profile %s: port connectivity is a key indicator, and no tcp watcher checks it: "+
				"it is not judged",
			"profile", p.name)
	}
}
