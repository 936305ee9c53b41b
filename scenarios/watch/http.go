package watch

import (
	"fmt"
	"time"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// HTTP is an active check: Fails bad answers in a row are a detection.
type HTTP struct {
	URL secret.Text `yaml:"url" jsonschema:"required"` // that is asked for
	// what a good answer is: default a status from 200 to 299
	Expect  load.Expect   `yaml:"expect"`
	Every   time.Duration `yaml:"every"`   // default 1s
	Timeout time.Duration `yaml:"timeout"` // of an answer; default 1s
	Fails   int           `yaml:"fails"`   // default 1
	Oks     int           `yaml:"oks"`     // default 1
	// file beside the scenario, trusted besides the drill's own authority
	CA string `yaml:"ca"`
}

// Traits: each answer is good or bad by itself.
func (*HTTP) Traits() timeline.WatcherTraits { return timeline.WatcherTraits{} }

// Plan has the load node ask.
func (h *HTTP) Plan(p Planner) {
	p.Asks("url", h.URL)
	p.Expects("expect", h.Expect)
	p.InARow(h.Fails, h.Oks)
	p.Check(fmt.Sprintf("asks %s", h.URL), h.Every, h.Timeout,
		load.Check{HTTP: &load.HTTPProbe{URL: h.URL, Expect: h.Expect,
			CA: p.Authority("ca", h.CA)}})
}
