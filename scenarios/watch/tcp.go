package watch

import (
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// TCP is an active check of one port.
type TCP struct {
	Address string `yaml:"address" jsonschema:"required"` // "lb:8080"
	// between two questions; default 1s
	Every   time.Duration `yaml:"every"`
	Timeout time.Duration `yaml:"timeout"` // of an answer; default 1s
	// bad answers in a row that are an alarm; default 1
	Fails int `yaml:"fails"`
	// good answers in a row that end it; default 1
	Oks int `yaml:"oks"`
}

// Traits: it asks a port, and no more.
func (*TCP) Traits() timeline.WatcherTraits { return timeline.WatcherTraits{Port: true} }

// Plan has the load node connect.
func (t *TCP) Plan(p Planner) {
	p.Connects("address", t.Address)
	p.InARow(t.Fails, t.Oks)
	p.Check(link.Tellf("asks-tcp", "connects to %s", "address", t.Address), t.Every, t.Timeout,
		load.Check{TCP: &load.TCPProbe{Address: t.Address}})
}
