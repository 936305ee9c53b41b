package faults

import (
	"fmt"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// LimitData ends the connection behind the first bytes of an answer that is
// longer, with a FIN: what a client has is a part of it.
type LimitData struct {
	Link  string        `yaml:"link" jsonschema:"required"`  // FROM -> TO[:port]; * globs
	Bytes quantity.Size `yaml:"bytes" jsonschema:"required"` // of an answer, its head included

	Selection `yaml:",inline"`
}

// Aim is the link, with a proxy in it.
func (f *LimitData) Aim() Aim { return f.shapes(f.Link) }

// Traits: it counts requests.
func (*LimitData) Traits() link.Traits {
	return link.Traits{Counts: link.Requests, Cause: link.Network,
		Unit: link.Unit{Code: "answers-cut"}}
}

// Bite is the mode switch: one request's time.
func (f *LimitData) Bite() time.Duration { return 20 * time.Millisecond }

func (f *LimitData) String() string {
	return fmt.Sprintf("closes connections behind %s of an answer", f.Bytes) + f.words()
}

// Bind checks that something is left of an answer.
func (f *LimitData) Bind(name string, site Site) (Injection, error) {
	if f.Bytes == 0 {
		return nil, setting("bytes", "bytes: want the part of an answer that goes through, such "+
			"as 16KiB")
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	ids, err := onLinks(site, true)
	if err != nil {
		return nil, err
	}
	return ruleInjection{site.Switchboard, link.Rule{Name: name, Links: ids, Select: f.Selects(),
		LimitData: &link.LimitData{Bytes: int64(f.Bytes)}}}, nil
}
