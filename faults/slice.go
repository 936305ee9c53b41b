package faults

import (
	"fmt"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// Slice parts answers into small pieces that come one after the other.
type Slice struct {
	Link  string        `yaml:"link" jsonschema:"required"`  // FROM -> TO[:port]; * globs
	Size  quantity.Size `yaml:"size" jsonschema:"required"`  // of a piece
	Delay time.Duration `yaml:"delay" jsonschema:"required"` // between two pieces of an answer

	Selection `yaml:",inline"`
}

// Aim is the link, with a proxy in it.
func (f *Slice) Aim() Aim { return f.shapes(f.Link) }

// Traits: it counts requests.
func (*Slice) Traits() link.Traits {
	return link.Traits{Counts: link.Requests, Cause: link.Network,
		Unit: link.Unit{Code: "answers-sliced"}}
}

// Bite is the mode switch, and one piece's wait.
func (f *Slice) Bite() time.Duration { return 20*time.Millisecond + f.Delay }

func (f *Slice) String() string {
	return fmt.Sprintf("slices answers into %s, %s apart", f.Size, f.Delay) + f.words()
}

// Bind checks that there are pieces, and that they come apart.
func (f *Slice) Bind(name string, site Site) (Injection, error) {
	if f.Size == 0 {
		return nil, setting("size", "size: want the bytes of a piece, such as 512B")
	}
	if f.Delay == 0 {
		return nil, setting("delay", "delay: want one above zero, such as 20ms: pieces that "+
			"follow at once are put together again on the way")
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	ids, err := onLinks(site, true)
	if err != nil {
		return nil, err
	}
	return ruleInjection{site.Switchboard, link.Rule{Name: name, Links: ids, Select: f.Selects(),
		Slice: &link.Slice{Size: int64(f.Size), Delay: f.Delay}}}, nil
}
