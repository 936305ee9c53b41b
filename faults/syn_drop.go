package faults

import (
	"fmt"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// SynDrop drops the SYNs of new connections on a link: connecting hangs and
// then times out. Established connections go on.
type SynDrop struct {
	Link  string          `yaml:"link" jsonschema:"required"` // FROM -> TO[:port]; * globs
	Share *quantity.Share `yaml:"share"`                      // default 100%; resolved to 0.1%
	// Per is what share is drawn for: "packet" (default; a retransmission may
	// get through) or "flow" (it meets the same fate as the first).
	Per string `yaml:"per"`
}

// Aim is the link, a kernel path.
func (f *SynDrop) Aim() Aim { return Aim{Link: f.Link} }

// Traits: it counts packets.
func (*SynDrop) Traits() link.Traits {
	return link.Traits{Counts: link.Packets, Cause: link.Network, New: true,
		Unit: link.Unit{Code: "syns-dropped"}}
}

// Bite is the time a packet rule takes to be in force.
func (f *SynDrop) Bite() time.Duration { return 20 * time.Millisecond }

func (f *SynDrop) String() string {
	if f.Per == "flow" {
		return fmt.Sprintf("drops every SYN of %s of flows", shareOf(f.Share))
	}
	return fmt.Sprintf("drops %s of SYNs", shareOf(f.Share))
}

// Retry is when a dropped SYN is sent again (Linux: 1 s, then 2 s …), and a little more.
func (f *SynDrop) Retry() time.Duration { return 1100 * time.Millisecond }

// Bind checks share and draw.
func (f *SynDrop) Bind(name string, site Site) (Injection, error) {
	if err := checkShare(f.Share); err != nil {
		return nil, err
	}
	if v := value(f.Share); v < 0.001 {
		return nil, setting("share", "share %s: the kernel draws in thousandths, 0.1%% is the "+
			"least", f.Share)
	}
	if f.Per != "" && f.Per != "packet" && f.Per != "flow" {
		return nil, setting("per", "per %q: want packet or flow", f.Per)
	}
	ids, err := onLinks(site, false)
	if err != nil {
		return nil, err
	}
	return ruleInjection{site.Switchboard, link.Rule{Name: name, Links: ids,
		SynDrop: &link.SynDrop{Share: value(f.Share), PerFlow: f.Per == "flow"}}}, nil
}
