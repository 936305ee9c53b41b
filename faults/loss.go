package faults

import (
	"fmt"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// Loss drops a share of a link's packets, both ways, each drawn by itself. TCP
// sends again what is lost, so users see slowness before they see errors.
type Loss struct {
	Link  string          `yaml:"link" jsonschema:"required"`  // FROM -> TO[:port]; * globs
	Share *quantity.Share `yaml:"share" jsonschema:"required"` // of packets, resolved to 0.1%
}

// Aim is the link, a kernel path.
func (f *Loss) Aim() Aim { return Aim{Link: f.Link} }

// Traits: it counts packets.
func (*Loss) Traits() link.Traits {
	return link.Traits{Counts: link.Packets, Cause: link.Network,
		Unit: link.Unit{Code: "packets-dropped"}}
}

// Bite is the time a packet rule takes to be in force.
func (f *Loss) Bite() time.Duration { return 20 * time.Millisecond }

func (f *Loss) String() string {
	return fmt.Sprintf("loses %s of packets, both ways", shareOf(f.Share))
}

// Part is the share of packets lost: at the least so many requests meet it.
func (f *Loss) Part() float64 { return value(f.Share) }

// Bind checks the share.
func (f *Loss) Bind(name string, site Site) (Injection, error) {
	if f.Share == nil {
		return nil, setting("share", "share is missing: want one such as 5%%; for all packets, "+
			"blackhole")
	}
	if v := value(f.Share); v < 0.001 {
		return nil, setting("share", "share %s: the kernel draws in thousandths, 0.1%% is the "+
			"least", f.Share)
	}
	ids, err := onLinks(site, false)
	if err != nil {
		return nil, err
	}
	return ruleInjection{site.Switchboard,
		link.Rule{Name: name, Links: ids, Loss: &link.Loss{Share: value(f.Share)}}}, nil
}
