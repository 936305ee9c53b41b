package faults

import (
	"fmt"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
)

// AcceptStall leads a link's new connections to a listener that never accepts:
// its queue fills, and later clients are not answered. Established connections go on.
type AcceptStall struct {
	Link string `yaml:"link" jsonschema:"required"` // FROM -> TO[:port]; * globs
	// of the listener, 1 to 4096; one more completes its handshake; default 16
	Backlog int `yaml:"backlog"`
}

const (
	defaultBacklog = 16
	mostBacklog    = 4096 // net.core.somaxconn's own default
)

// Aim is the link, a kernel path.
func (f *AcceptStall) Aim() Aim { return Aim{Link: f.Link} }

// Traits: it counts packets.
func (*AcceptStall) Traits() link.Traits {
	return link.Traits{Counts: link.Packets, Cause: link.Server, New: true,
		Unit: link.Unit{Code: "syns-to-full-queue"}}
}

// Bite is the time a packet rule takes to be in force.
func (f *AcceptStall) Bite() time.Duration { return 20 * time.Millisecond }

func (f *AcceptStall) backlog() int {
	if f.Backlog == 0 {
		return defaultBacklog
	}
	return f.Backlog
}

func (f *AcceptStall) String() string {
	return fmt.Sprintf("lets new connections wait in a full accept queue: %d open and hang, the "+
		"rest are not answered", f.backlog()+1)
}

// Bind checks the backlog.
func (f *AcceptStall) Bind(name string, site Site) (Injection, error) {
	if b := f.backlog(); b < 1 || b > mostBacklog {
		return nil, setting("backlog", "backlog %d: want 1 to %d", b, mostBacklog)
	}
	ids, err := onLinks(site, false)
	if err != nil {
		return nil, err
	}
	return ruleInjection{site.Switchboard,
		link.Rule{Name: name, Links: ids,
			AcceptStall: &link.AcceptStall{Backlog: f.backlog()}}}, nil
}
