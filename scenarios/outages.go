package scenarios

import (
	"fmt"
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// Outages makes a web target unwell by itself, again and again, at instants that
// its log tells on the record's clock: a drill of which the truth is known, so that
// what Stormdrill measures can be held against it. Health path and /metrics are spared.
type Outages struct {
	Every time.Duration `yaml:"every" json:"every"` // from the start of one to the start of the next
	For   time.Duration `yaml:"for" json:"for"`     // how long each lasts
	// Jitter: each begins, and ends, up to so much later, drawn from the run's seed.
	Jitter time.Duration `yaml:"jitter" json:"jitter,omitempty"`
	// After is when the first begins, from the first request of a user on; default Every.
	After time.Duration `yaml:"after" json:"after,omitempty"`
	Count int           `yaml:"count" json:"count,omitempty"` // default: without end
	// As is what a request meets that comes in one: reset, 503, hang (no answer until
	// the client leaves) or slow.
	As    Failing         `yaml:"as" json:"as"`
	Share *quantity.Share `yaml:"share" json:"share,omitempty"` // of requests; default 100%
	Delay time.Duration   `yaml:"delay" json:"delay,omitempty"` // of as: slow
}

// Failing is a way in which a target fails a request.
type Failing string

// Ways of failing.
const (
	FailReset Failing = "reset" // RST instead of an answer
	Fail503   Failing = "503"
	FailHang  Failing = "hang" // no answer, on an open connection
	FailSlow  Failing = "slow" // the answer comes late
)

var failings = []string{string(FailReset), string(Fail503), string(FailHang), string(FailSlow)}

// UnmarshalText reads a way of failing.
func (f *Failing) UnmarshalText(b []byte) error {
	if !slices.Contains(failings, string(b)) {
		return fmt.Errorf("as %q: %s", b, listed(string(b), failings))
	}
	*f = Failing(b)
	return nil
}

// MarshalText writes it.
func (f Failing) MarshalText() ([]byte, error) { return []byte(f), nil }

// outages checks a web target's outages.
func (p *planner) outages(w *Web, keys []string) {
	o := w.Outages
	sub := func(key string) []string { return append(slices.Clip(keys), key) }
	switch least := o.For + 2*o.Jitter; {
	case o.Every <= 0 || o.For <= 0:
		p.problem(keys, "outages: want every, from the start of one to the start of the next, and for, how long each lasts, such as {every: 10s, for: 3s, as: 503}")
	case o.Every <= least:
		p.problem(sub("every"), "every %s: an outage of %s, with a jitter of %s at either end, may still be on when the next begins: want more than %s", o.Every, o.For, o.Jitter, least)
	}
	switch {
	case o.As == "":
		p.problem(keys, "outages: want as, what a request meets: reset, 503, hang or slow")
	case o.As == FailSlow && o.Delay <= 0:
		p.problem(sub("as"), "as slow: want a delay, longer than what the users call slow, such as delay: 1s")
	case o.As != FailSlow && o.Delay > 0:
		p.problem(sub("delay"), "delay %s: it is of as: slow, and this is %s: take it away", o.Delay, o.As)
	case o.As == FailReset && w.Connections > 0:
		p.problem(sub("as"), "as reset: a target with a limit of connections cannot reset one: take connections away, or fail in another way")
	}
	if o.Share != nil && *o.Share == 0 {
		p.problem(sub("share"), "share 0%%: it would hit nothing")
	}
	if o.Count < 0 {
		p.problem(sub("count"), "count %d: want one above zero, or none for outages without end", o.Count)
	}
	if len(p.s.Faults) == 0 {
		p.note("target %s has outages of its own, at instants that its log tells", keys[1])
		return
	}
	p.note("target %s has outages of its own: one that begins while a fault is on is put down to the fault, and one before it voids the run", keys[1])
}
