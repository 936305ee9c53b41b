package watch

import (
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// HAProxy reads a server's state from HAProxy's statistics.
type HAProxy struct {
	Stats secret.Text `yaml:"stats" jsonschema:"required"` // "http://lb:8404/;csv"
	// its name, as in HAProxy's configuration
	Backend string        `yaml:"backend" jsonschema:"required"`
	Server  string        `yaml:"server" jsonschema:"required"` // likewise
	Every   time.Duration `yaml:"every"`                        // default 100ms
}

// Traits: it reads a state.
func (*HAProxy) Traits() timeline.WatcherTraits { return timeline.WatcherTraits{Polled: true} }

// Plan has the load node poll.
func (h *HAProxy) Plan(p Planner) {
	p.Asks("stats", h.Stats)
	if !strings.Contains(string(h.Stats), ";csv") {
		p.Problem("stats", "stats %q: want the statistics as CSV: a URL with ;csv behind its path",
			h.Stats)
	}
	if h.Backend == "" {
		p.Problem("backend", "haproxy: want the backend's name, as in its configuration")
	}
	if h.Server == "" {
		p.Problem("server", "haproxy: want the server's name, as in its configuration")
	}
	p.Check(link.Tellf("asks-haproxy", "reads the state of %s/%s at %s", "backend", h.Backend,
		"server", h.Server, "url", h.Stats),
		orElse(h.Every, DefaultPoll), 0,
		load.Check{HAProxy: &load.HAProxyProbe{Stats: h.Stats, Backend: h.Backend,
			Server: h.Server}})
}
