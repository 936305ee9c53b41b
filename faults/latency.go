package faults

import (
	"errors"
	"fmt"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// Latency delays the answers on a link. It delays bytes, not packets:
// handshakes stay as quick as they were.
type Latency struct {
	Link   string        `yaml:"link" jsonschema:"required"`  // FROM -> TO[:port]; * globs
	Delay  time.Duration `yaml:"delay" jsonschema:"required"` // of each answer
	Jitter time.Duration `yaml:"jitter"`                      // uniform, ± ; at most delay
	// Share is of requests, each drawn by itself; of what is not HTTP/1, of connections.
	// Default 100%.
	Share *quantity.Share `yaml:"share"`

	Selection `yaml:",inline"`
}

// Aim is the link, with a proxy in it.
func (f *Latency) Aim() Aim { return f.shapes(f.Link) }

// Traits: it counts requests.
func (*Latency) Traits() link.Traits {
	return link.Traits{Counts: link.Requests, Cause: link.Network,
		Unit: link.Unit{Code: "answers-delayed"}}
}

// Bite is the mode switch and the shortest delay.
func (f *Latency) Bite() time.Duration { return 20*time.Millisecond + f.Delay + f.Jitter }

func (f *Latency) String() string {
	s := fmt.Sprintf("delays %s of answers by %s", shareOf(f.Share), f.Delay)
	if value(f.Share) == 1 {
		s = fmt.Sprintf("delays answers by %s", f.Delay)
	}
	if f.Jitter > 0 {
		s += fmt.Sprintf(" ± %s", f.Jitter)
	}
	return s + f.words()
}

// Delays is the delay and its jitter.
func (f *Latency) Delays() time.Duration { return f.Delay + f.Jitter }

// Part is the share of answers delayed.
func (f *Latency) Part() float64 { return value(f.Share) }

// Bind checks that the delay is a delay, and that there are answers to delay.
func (f *Latency) Bind(name string, site Site) (Injection, error) {
	if f.Delay <= 0 {
		return nil, setting("delay", "delay %s: must be above zero", f.Delay)
	}
	if f.Jitter < 0 || f.Jitter > f.Delay {
		return nil, setting("jitter", "jitter %s: must lie between zero and the delay of %s",
			f.Jitter, f.Delay)
	}
	if err := errors.Join(checkShare(f.Share), f.check()); err != nil {
		return nil, err
	}
	ids, err := onLinks(site, true)
	if err != nil {
		return nil, err
	}
	return ruleInjection{site.Switchboard, link.Rule{Name: name, Links: ids, Select: f.Selects(),
		Latency: &link.Latency{Delay: f.Delay, Jitter: f.Jitter, Share: value(f.Share)}}}, nil
}
