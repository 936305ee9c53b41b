package faults

import (
	"fmt"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
)

// Latency delays the answers on a link. It delays bytes, not packets:
// handshakes stay as quick as they were.
type Latency struct {
	Link   string        `yaml:"link" jsonschema:"required"`  // FROM -> TO[:port]; * globs
	Delay  time.Duration `yaml:"delay" jsonschema:"required"` // of each answer
	Jitter time.Duration `yaml:"jitter"`                      // uniform, ± ; at most delay
	Spare  []string      `yaml:"spare"`                       // paths whose answers are as quick as ever, such as the health check's
}

// Aim is the link, with a proxy in it; it reads HTTP where there are paths to know.
func (f *Latency) Aim() Aim {
	return Aim{Link: f.Link, Proxied: true, Reads: len(f.Spare) > 0}
}

// Traits: it counts requests.
func (*Latency) Traits() link.Traits {
	return link.Traits{Counts: link.Requests, Cause: link.Network}
}

// Bite is the mode switch and the shortest delay.
func (f *Latency) Bite() time.Duration { return 20*time.Millisecond + f.Delay + f.Jitter }

func (f *Latency) String() string {
	s := fmt.Sprintf("delays answers by %s", f.Delay)
	if f.Jitter > 0 {
		s += fmt.Sprintf(" ± %s", f.Jitter)
	}
	if len(f.Spare) > 0 {
		s += ", sparing " + strings.Join(f.Spare, ", ")
	}
	return s
}

// Delays is the delay and its jitter.
func (f *Latency) Delays() time.Duration { return f.Delay + f.Jitter }

// Bind checks that the delay is a delay.
func (f *Latency) Bind(name string, site Site) (Injection, error) {
	if f.Delay <= 0 {
		return nil, setting("delay", "delay %s: must be above zero", f.Delay)
	}
	if f.Jitter < 0 || f.Jitter > f.Delay {
		return nil, setting("jitter", "jitter %s: must lie between zero and the delay of %s",
			f.Jitter, f.Delay)
	}
	if err := checkSpare(f.Spare); err != nil {
		return nil, err
	}
	ids, err := onLinks(site, true)
	if err != nil {
		return nil, err
	}
	return ruleInjection{site.Switchboard, link.Rule{Name: name, Links: ids, Spare: f.Spare,
		Latency: &link.Latency{Delay: f.Delay, Jitter: f.Jitter}}}, nil
}
