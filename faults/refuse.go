package faults

import (
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
)

// Refuse answers the SYNs of a link with RST, at once, as a closed port or a
// rejecting firewall does. Established connections go on.
type Refuse struct {
	Link string `yaml:"link" jsonschema:"required"` // FROM -> TO[:port]; * globs
}

// Aim is the link, a kernel path.
func (f *Refuse) Aim() Aim { return Aim{Link: f.Link} }

// Traits: it counts connections.
func (*Refuse) Traits() link.Traits {
	return link.Traits{Counts: link.Connections, Cause: link.Network, New: true,
		Unit: link.Unit{Code: "syns-refused"}}
}

// Bite is the time a packet rule takes to be in force.
func (f *Refuse) Bite() time.Duration { return 20 * time.Millisecond }

func (f *Refuse) String() string { return "refuses new connections" }

// Bind checks that there is a link to refuse on.
func (f *Refuse) Bind(name string, site Site) (Injection, error) {
	ids, err := onLinks(site, false)
	if err != nil {
		return nil, err
	}
	return ruleInjection{site.Switchboard,
		link.Rule{Name: name, Links: ids, Refuse: &link.Refuse{}}}, nil
}
