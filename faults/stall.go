package faults

import (
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
)

// Stall stops the answers on a link: their bytes are held until the lift, and
// then go at once. Connections stay open, and requests reach the node.
type Stall struct {
	Link string `yaml:"link" jsonschema:"required"` // FROM -> TO[:port]; * globs
}

// Aim is the link, with a proxy in it.
func (f *Stall) Aim() Aim { return Aim{Link: f.Link, Proxied: true} }

// Traits: it counts requests.
func (*Stall) Traits() link.Traits {
	return link.Traits{Counts: link.Requests, Cause: link.Network}
}

// Bite is the mode switch: one request's time.
func (f *Stall) Bite() time.Duration { return 20 * time.Millisecond }

func (f *Stall) String() string { return "holds answers" }

// Bind checks the links.
func (f *Stall) Bind(name string, site Site) (Injection, error) {
	ids, err := onLinks(site, true)
	if err != nil {
		return nil, err
	}
	return ruleInjection{site.Switchboard, link.Rule{Name: name, Links: ids,
		Stall: &link.Stall{}}}, nil
}
