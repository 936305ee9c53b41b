package watch

import (
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// DNS is an active check of one name: good when an address comes back in time.
type DNS struct {
	Name string `yaml:"name" jsonschema:"required"` // a target or a replica
	// what asks: a load group or a cohort; as the watcher's own as
	As      string        `yaml:"as"`
	Every   time.Duration `yaml:"every"`   // default 1s
	Timeout time.Duration `yaml:"timeout"` // of an answer; default 1s
	// bad answers in a row that are an alarm; default 1
	Fails int `yaml:"fails"`
	// good answers in a row that end it; default 1
	Oks int `yaml:"oks"`
}

// Traits: each answer is good or bad by itself.
func (*DNS) Traits() timeline.WatcherTraits { return timeline.WatcherTraits{} }

// Client is what asks: a load group or a cohort.
func (d *DNS) Client() string { return d.As }

// Plan has the load node look the name up.
func (d *DNS) Plan(p Planner) {
	p.Resolves("name", d.Name)
	p.InARow(d.Fails, d.Oks)
	p.Check(link.Tellf("asks-dns", "asks for the address of %s", "name", d.Name), d.Every,
		d.Timeout,
		load.Check{DNS: &load.DNSProbe{Name: d.Name}})
}
