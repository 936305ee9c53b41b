package faults

import (
	"fmt"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// Duplicate sends a share of a link's packets twice, both ways, each drawn by
// itself. TCP throws the second copy away, so users of a sound stack feel nothing.
type Duplicate struct {
	Link string `yaml:"link" jsonschema:"required"` // FROM -> TO[:port]; * globs
	// of packets, resolved to 0.1%; default 100%
	Share *quantity.Share `yaml:"share"`
}

// Aim is the link, a kernel path.
func (f *Duplicate) Aim() Aim { return Aim{Link: f.Link} }

// Traits: it counts packets.
func (*Duplicate) Traits() link.Traits {
	return link.Traits{Counts: link.Packets, Cause: link.Network,
		Unit: link.Unit{Code: "packets-doubled"}}
}

// Bite is the time a packet rule takes to be in force.
func (f *Duplicate) Bite() time.Duration { return 20 * time.Millisecond }

func (f *Duplicate) String() string {
	return fmt.Sprintf("sends %s of packets twice, both ways", shareOf(f.Share))
}

// Part is the share of packets sent twice: at the least so many requests meet it.
func (f *Duplicate) Part() float64 { return value(f.Share) }

// Bind checks the share.
func (f *Duplicate) Bind(name string, site Site) (Injection, error) {
	if v := value(f.Share); v < 0.001 {
		return nil, setting("share", "share %s: the kernel draws in thousandths, 0.1%% is the "+
			"least", f.Share)
	}
	ids, err := onLinks(site, false)
	if err != nil {
		return nil, err
	}
	return ruleInjection{site.Switchboard,
		link.Rule{Name: name, Links: ids, Duplicate: &link.Duplicate{Share: value(f.Share)}}}, nil
}
