package faults

import (
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
)

// Blackhole swallows a link's packets, those of established connections too:
// silence, as from a broken path or a middlebox that turned against a flow.
type Blackhole struct {
	Link string `yaml:"link"` // FROM -> TO[:port]; * globs
	// Way is what vanishes: "both" (default), "there" (to the node) or "back".
	Way string `yaml:"way"`
}

// Aim is the link, a kernel path.
func (f *Blackhole) Aim() Aim { return Aim{Link: f.Link} }

// Traits: it counts packets.
func (*Blackhole) Traits() link.Traits {
	return link.Traits{Counts: link.Packets, Cause: link.Network}
}

// Bite is the time a packet rule takes to be in force.
func (f *Blackhole) Bite() time.Duration { return 20 * time.Millisecond }

func (f *Blackhole) String() string {
	switch f.Way {
	case "there":
		return "swallows all packets to the node"
	case "back":
		return "swallows all packets from the node"
	}
	return "swallows all packets, both ways"
}

// Bind checks the way.
func (f *Blackhole) Bind(name string, site Site) (Injection, error) {
	hole := link.Blackhole{There: f.Way != "back", Back: f.Way != "there"}
	if f.Way != "" && f.Way != "both" && hole.There && hole.Back {
		return nil, setting("way", "way %q: want both, there or back", f.Way)
	}
	ids, err := onLinks(site, false)
	if err != nil {
		return nil, err
	}
	return ruleInjection{site.Switchboard, link.Rule{Name: name, Links: ids, Blackhole: &hole}}, nil
}
