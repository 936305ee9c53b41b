package faults

import (
	"fmt"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
)

// Unreachable answers the SYNs of a link with ICMP “destination unreachable”, as
// a router without a route or a firewall with manners does. Established
// connections go on. No answer is held back by the kernel's rate limit.
type Unreachable struct {
	Link string `yaml:"link" jsonschema:"required"` // FROM -> TO[:port]; * globs
	// As is the code: "host" (default), "port" (a client takes it for a refusal)
	// or "prohibited" (administratively, RFC 1812).
	As string `yaml:"as"`
}

// Aim is the link, a kernel path.
func (f *Unreachable) Aim() Aim { return Aim{Link: f.Link} }

// Traits: it counts packets.
func (*Unreachable) Traits() link.Traits {
	return link.Traits{Counts: link.Packets, Cause: link.Network, New: true,
		Unit: link.Unit{Code: "syns-unreachable"}}
}

// Bite is the time a packet rule takes to be in force.
func (f *Unreachable) Bite() time.Duration { return 20 * time.Millisecond }

func (f *Unreachable) String() string {
	return fmt.Sprintf("answers new connections with ICMP %s unreachable", f.as())
}

func (f *Unreachable) as() string {
	if f.As == "" {
		return "host"
	}
	return f.As
}

// icmpCodes of “destination unreachable”, RFC 792 and RFC 1812.
var icmpCodes = map[string]uint8{"host": 1, "port": 3, "prohibited": 13}

// Bind checks the code.
func (f *Unreachable) Bind(name string, site Site) (Injection, error) {
	code, ok := icmpCodes[f.as()]
	if !ok {
		return nil, setting("as", "as %q: want host, port or prohibited", f.As)
	}
	ids, err := onLinks(site, false)
	if err != nil {
		return nil, err
	}
	return ruleInjection{site.Switchboard,
		link.Rule{Name: name, Links: ids, Unreachable: &link.Unreachable{Code: code}}}, nil
}
