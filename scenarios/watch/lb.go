package watch

import (
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// LB reads a server's state from the embedded balancer.
type LB struct {
	State  secret.Text   `yaml:"state" jsonschema:"required"`  // "http://lb:8404/state"
	Server string        `yaml:"server" jsonschema:"required"` // a replica, such as app-2
	Every  time.Duration `yaml:"every"`                        // default 100ms
}

// Traits: it reads a state.
func (*LB) Traits() timeline.WatcherTraits { return timeline.WatcherTraits{Polled: true} }

// Plan has the load node poll.
func (l *LB) Plan(p Planner) {
	p.Asks("state", l.State)
	p.Node("server", l.Server)
	p.Check(link.Tellf("asks-lb", "reads the state of %s at %s", "server", l.Server, "url",
		l.State),
		orElse(l.Every, DefaultPoll), 0,
		load.Check{LB: &load.LBProbe{State: l.State, Server: l.Server}})
}
