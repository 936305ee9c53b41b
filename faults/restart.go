package faults

import (
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
)

// Restart ends a target as an orderly shutdown does, and starts it again at
// once, at the same address: SIGTERM, and SIGKILL ten seconds later for one that
// does not go. In between its host refuses. The outage is as long as the target
// takes to serve again.
type Restart struct {
	Target string `yaml:"target" jsonschema:"required"` // a target or a replica; * globs
}

// Aim is the target, and all kernel links that end there.
func (f *Restart) Aim() Aim { return Aim{Target: f.Target} }

// Traits: it counts packets.
func (*Restart) Traits() link.Traits {
	return link.Traits{Counts: link.Packets, Cause: link.Server, State: true,
		Unit: link.Unit{Code: "packets-refused"}}
}

// Bite is the time a packet rule takes to be in force; Inject has waited for the
// target's end.
func (f *Restart) Bite() time.Duration { return 20 * time.Millisecond }

// Instant: it is lifted at once.
func (f *Restart) Instant() {}

func (f *Restart) String() string {
	return "restarts the target by SIGTERM; its host refuses until it serves again"
}

// Bind checks that there is a target to restart. Its injection is a stop's: what
// makes it a restart is that it is lifted at once.
func (f *Restart) Bind(name string, site Site) (Injection, error) {
	return (&Stop{Target: f.Target}).Bind(name, site)
}
