package faults

import (
	"fmt"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
)

// IdleDrop forgets flows that were idle for a time, as a NAT or a
// firewall with a full table does: what they send later vanishes, or is answered with an
// RST. Keepalive probes count as life. A flow that stands when the fault comes
// is known from its next packet on.
type IdleDrop struct {
	Link  string        `yaml:"link" jsonschema:"required"`  // FROM -> TO[:port]; * globs
	After time.Duration `yaml:"after" jsonschema:"required"` // at least 1s
	// As is what a packet of a forgotten flow meets: "silence" (default), as behind a NAT, or
	// "reset", an RST to its sender, as a network load balancer gives.
	As string `yaml:"as"`
}

// Aim is the link, a kernel path: keepalive probes carry no bytes that a proxy would see.
func (f *IdleDrop) Aim() Aim { return Aim{Link: f.Link} }

// Traits: it counts packets.
func (f *IdleDrop) Traits() link.Traits {
	unit := link.Unit{Code: "packets-dropped"}
	if f.As == "reset" {
		unit.Code = "packets-refused"
	}
	return link.Traits{Counts: link.Packets, Cause: link.Network, Unit: unit}
}

// Bite is the first time a flow can have been idle for so long.
func (f *IdleDrop) Bite() time.Duration { return 20*time.Millisecond + f.After }

func (f *IdleDrop) String() string {
	if f.As == "reset" {
		return fmt.Sprintf("forgets flows idle for %s, and answers with RST what they send later",
			f.After)
	}
	return fmt.Sprintf("forgets flows idle for %s, silently", f.After)
}

// Idle is how long a flow has to be idle.
func (f *IdleDrop) Idle() time.Duration { return f.After }

// Within wants a flow to be able to be idle for so long.
func (f *IdleDrop) Within(on time.Duration) error {
	if f.After >= on {
		return setting("after", "after %s: the fault is on for %s, and no flow can be idle for "+
			"as long in it: want a shorter time, or a longer fault phase", f.After, on)
	}
	return nil
}

// Bind checks the time.
func (f *IdleDrop) Bind(name string, site Site) (Injection, error) {
	if f.After < time.Second {
		return nil, setting("after", "after %s: want at least 1s", f.After)
	}
	if f.As != "" && f.As != "silence" && f.As != "reset" {
		return nil, setting("as", "as %q: want silence or reset", f.As)
	}
	ids, err := onLinks(site, false)
	if err != nil {
		return nil, err
	}
	return ruleInjection{site.Switchboard,
		link.Rule{Name: name, Links: ids,
			IdleDrop: &link.IdleDrop{After: f.After, Reset: f.As == "reset"}}}, nil
}
