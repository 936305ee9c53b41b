package faults

import (
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
)

// Stall stops the answers on a link: their bytes are held until the lift, and
// then go at once. Connections stay open, and requests reach the node.
type Stall struct {
	Link string `yaml:"link" jsonschema:"required"` // FROM -> TO[:port]; * globs

	Selection `yaml:",inline"`
}

// Aim is the link, with a proxy in it.
func (f *Stall) Aim() Aim { return f.shapes(f.Link) }

// Traits: it counts requests.
func (*Stall) Traits() link.Traits {
	return link.Traits{Counts: link.Requests, Cause: link.Network,
		Unit: link.Unit{Code: "answers-held"}}
}

// Bite is the mode switch: one request's time.
func (f *Stall) Bite() time.Duration { return 20 * time.Millisecond }

func (f *Stall) String() string { return "holds answers" + f.words() }

// Bind checks the links.
func (f *Stall) Bind(name string, site Site) (Injection, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	ids, err := onLinks(site, true)
	if err != nil {
		return nil, err
	}
	return ruleInjection{site.Switchboard, link.Rule{Name: name, Links: ids, Select: f.Selects(),
		Stall: &link.Stall{}}}, nil
}
