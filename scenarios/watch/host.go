package watch

import (
	"fmt"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/probe"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// FromHost is where a detector asks from that asks on the CLI's machine: what runs there
// beside the drill, on its loopback.
const FromHost = "host"

// OnHost is a detector that the CLI asks in place of the load node. It has a Start.
type OnHost struct {
	Kind
	Check load.Check // of a program on this machine's loopback
}

// Traits are the detector's; its answers are by the clock of the CLI's machine.
func (h *OnHost) Traits() timeline.WatcherTraits {
	t := h.Kind.Traits()
	t.Local = true
	return t
}

// Start asks, until the context ends.
func (h *OnHost) Start(l *Local, name string, sink Sink) error {
	p, err := probe.OnLoopback(h.Check)
	if err != nil {
		return fmt.Errorf("watch %s: %w", name, err)
	}
	l.busy.Go(func() {
		defer probe.Close(p)
		probe.Rounds{Check: h.Check, Probe: p, Now: sink.Now, Report: sink.Answer}.Run(l.ctx, l.ctx)
	})
	return nil
}
