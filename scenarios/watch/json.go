package watch

import (
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/expect"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// JSON reads a state where a program reports it as JSON: Consul, Patroni, Envoy's admin
// endpoint, an exporter of your own. A page that does not answer, or lacks the value, gives
// no state.
type JSON struct {
	URL secret.Text `yaml:"url" jsonschema:"required"` // of the page
	// keys that lead to the value, and places in lists, joined by dots: checks.0.status
	Path   string `yaml:"path" jsonschema:"required"`
	Equals string `yaml:"equals" jsonschema:"required"` // the value while all is well
	// the node that state is of, a replica, or a target without several; default: the one asked
	About string        `yaml:"about"`
	Every time.Duration `yaml:"every"` // default 100ms
}

// Traits: it reads a state.
func (*JSON) Traits() timeline.WatcherTraits { return timeline.WatcherTraits{Polled: true} }

// Plan has the load node poll.
func (j *JSON) Plan(p Planner) {
	p.Asks("url", j.URL)
	if err := expect.Path(j.Path); err != nil {
		p.Problem("path", "path %q: %v", j.Path, err)
	}
	if j.Equals == "" {
		p.Problem("equals", "equals is missing: want the value while all is well, such as passing")
	}
	if j.About != "" {
		p.Node("about", j.About)
	}
	p.Check(link.Tellf("asks-json", "reads %s at %s, which is to be %s", "path", j.Path, "url",
		j.URL, "value", j.Equals),
		orElse(j.Every, DefaultPoll), 0,
		load.Check{JSON: &load.JSONProbe{URL: j.URL, Path: j.Path, Equals: j.Equals}})
}
