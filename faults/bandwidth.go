package faults

import (
	"fmt"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// Bandwidth narrows the answer direction of each connection of a link. Several
// connections do not share it.
type Bandwidth struct {
	Link string              `yaml:"link" jsonschema:"required"` // FROM -> TO[:port]; * globs
	Rate quantity.Throughput `yaml:"rate" jsonschema:"required"` // of each connection

	Selection `yaml:",inline"`
}

// Aim is the link, with a proxy in it.
func (f *Bandwidth) Aim() Aim { return f.shapes(f.Link) }

// Traits: it counts requests.
func (*Bandwidth) Traits() link.Traits {
	return link.Traits{Counts: link.Requests, Cause: link.Network}
}

// Bite is the mode switch: one request's time.
func (f *Bandwidth) Bite() time.Duration { return 20 * time.Millisecond }

func (f *Bandwidth) String() string {
	return fmt.Sprintf("narrows each connection to %s", f.Rate) + f.words()
}

// Bind checks that something goes through.
func (f *Bandwidth) Bind(name string, site Site) (Injection, error) {
	if f.Rate == 0 {
		return nil, setting("rate", "rate: want bytes per second, such as 64KiB/s; stall is the fault in which nothing goes through")
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	ids, err := onLinks(site, true)
	if err != nil {
		return nil, err
	}
	return ruleInjection{site.Switchboard, link.Rule{Name: name, Links: ids, Select: f.Selects(),
		Bandwidth: &link.Bandwidth{Rate: int64(f.Rate)}}}, nil
}
