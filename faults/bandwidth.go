package faults

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// Bandwidth narrows each connection of a link, in one direction or both. Several
// connections do not share it, nor do the two directions of one.
type Bandwidth struct {
	Link string              `yaml:"link" jsonschema:"required"` // FROM -> TO[:port]; * globs
	Rate quantity.Throughput `yaml:"rate" jsonschema:"required"` // of each connection
	// Direction is what comes slowly: "download" (answers; default), "upload" (requests) or "both".
	Direction string `yaml:"direction"`

	Selection `yaml:",inline"`
}

// Aim is the link, with a proxy in it; one that reads each request before it goes on, where
// requests are what comes slowly.
func (f *Bandwidth) Aim() Aim {
	a := f.shapes(f.Link)
	a.Staged = f.Direction == link.Upload || f.Direction == link.Both
	return a
}

// Traits: it counts requests.
func (f *Bandwidth) Traits() link.Traits {
	unit := link.Unit{Code: "answers-narrowed"}
	if (link.Bandwidth{Direction: f.Direction}).Up() {
		unit.Code = "requests-narrowed"
	}
	return link.Traits{Counts: link.Requests, Cause: link.Network,
		Unit: unit}
}

// Bite is the mode switch: one request's time.
func (f *Bandwidth) Bite() time.Duration { return 20 * time.Millisecond }

func (f *Bandwidth) String() string {
	what := fmt.Sprintf("narrows each connection to %s", f.Rate)
	switch f.Direction {
	case link.Upload:
		what = fmt.Sprintf("narrows what each connection sends to %s", f.Rate)
	case link.Both:
		what += ", both ways"
	}
	return what + f.words()
}

// Bind checks the direction, and that something goes through.
func (f *Bandwidth) Bind(name string, site Site) (Injection, error) {
	if f.Rate == 0 {
		return nil, setting("rate", "rate: want bytes per second, such as 64KiB/s; stall is the "+
			"fault in which nothing goes through")
	}
	way := cmp.Or(f.Direction, link.Download)
	if !slices.Contains(link.Directions, way) {
		return nil, setting("direction", "direction %q: want one of %s", f.Direction,
			strings.Join(link.Directions, ", "))
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	ids, err := onLinks(site, true)
	if err != nil {
		return nil, err
	}
	return ruleInjection{site.Switchboard, link.Rule{Name: name, Links: ids, Select: f.Selects(),
		Bandwidth: &link.Bandwidth{Rate: int64(f.Rate), Direction: way}}}, nil
}
