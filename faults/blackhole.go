package faults

import (
	"fmt"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// Blackhole swallows a link's packets, those of established connections too:
// silence, as from a broken path or a middlebox that turned against a flow.
type Blackhole struct {
	Link string `yaml:"link" jsonschema:"required"` // FROM -> TO[:port]; * globs
	// Way is what vanishes: "both" (default), "there" (to the node) or "back".
	Way string `yaml:"way"`
	// Above is how long a packet may be, its IP header included, and still get through, 68B to
	// 1499B: on a path whose MTU is smaller, and where no ICMP says so, handshakes and short
	// answers pass and long ones never come. Default: none gets through.
	Above quantity.Size `yaml:"above"`
}

// leastMTU is what every link carries (RFC 791).
const leastMTU = 68

// mostAbove is below the MTU of a drill's links: no packet of theirs is longer than that.
const mostAbove = 1499

// Aim is the link, a kernel path.
func (f *Blackhole) Aim() Aim { return Aim{Link: f.Link} }

// Traits: it counts packets.
func (*Blackhole) Traits() link.Traits {
	return link.Traits{Counts: link.Packets, Cause: link.Network,
		Unit: link.Unit{Code: "packets-dropped"}}
}

// Bite is the time a packet rule takes to be in force.
func (f *Blackhole) Bite() time.Duration { return 20 * time.Millisecond }

func (f *Blackhole) String() string {
	which := "all packets"
	if f.Above > 0 {
		which = fmt.Sprintf("packets longer than %s", f.Above)
	}
	switch f.Way {
	case "there":
		return "swallows " + which + " to the node"
	case "back":
		return "swallows " + which + " from the node"
	}
	return "swallows " + which + ", both ways"
}

// Bind checks the way.
func (f *Blackhole) Bind(name string, site Site) (Injection, error) {
	hole := link.Blackhole{There: f.Way != "back", Back: f.Way != "there", Above: uint32(f.Above)}
	if f.Above != 0 && (f.Above < leastMTU || f.Above > mostAbove) {
		return nil, setting("above", "above %s: want 68B to 1499B, the header included", f.Above)
	}
	if f.Way != "" && f.Way != "both" && hole.There && hole.Back {
		return nil, setting("way", "way %q: want both, there or back", f.Way)
	}
	ids, err := onLinks(site, false)
	if err != nil {
		return nil, err
	}
	return ruleInjection{site.Switchboard, link.Rule{Name: name, Links: ids, Blackhole: &hole}}, nil
}
