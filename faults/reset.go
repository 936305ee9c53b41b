package faults

import (
	"fmt"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// Reset ends the connections of a link with an RST to both ends, as a firewall
// or an intrusion detector does. Without After and In those that stand are reset
// at once, and new ones with their first request: they still complete their
// handshake, and `refuse` is for those that must not.
type Reset struct {
	Link string `yaml:"link" jsonschema:"required"` // FROM -> TO[:port]; * globs
	// behind so many bytes of an answer, its head included; one that is no longer stays whole
	After quantity.Size `yaml:"after"`
	// when a connection is so old; older ones at once
	In time.Duration `yaml:"in"`
}

// Aim is the link, with a proxy in it.
func (f *Reset) Aim() Aim { return Aim{Link: f.Link, Proxied: true} }

// Traits: it counts requests.
func (*Reset) Traits() link.Traits {
	return link.Traits{Counts: link.Requests, Cause: link.Network,
		Unit: link.Unit{Code: "connections-reset"}}
}

// Bite is the mode switch, and the age of a connection that begins with it.
func (f *Reset) Bite() time.Duration { return 20*time.Millisecond + f.In }

func (f *Reset) String() string {
	switch {
	case f.After > 0:
		return fmt.Sprintf("resets connections behind %s of an answer", f.After)
	case f.In > 0:
		return fmt.Sprintf("resets connections that are %s old", f.In)
	}
	return "resets connections, new ones with their first request"
}

// Bind checks that its time is given in one way at most.
func (f *Reset) Bind(name string, site Site) (Injection, error) {
	if f.After > 0 && f.In > 0 {
		return nil, setting("after", "after and in: want one of them, or neither for at once")
	}
	ids, err := onLinks(site, true)
	if err != nil {
		return nil, err
	}
	return ruleInjection{site.Switchboard, link.Rule{Name: name, Links: ids,
		Reset: &link.Reset{After: int64(f.After), In: f.In}}}, nil
}
