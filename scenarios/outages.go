package scenarios

import (
	"fmt"
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// Outages makes a web target unwell by itself, again and again, at instants that its log
// records on the record's clock: a drill of which the truth is known, so that what
// Stormdrill measures can be held against it. Health path and /metrics are spared.
type Outages struct {
	// from the start of one to the start of the next
	Every time.Duration `yaml:"every" json:"every"`
	For   time.Duration `yaml:"for" json:"for"` // how long each lasts
	// Jitter: each begins, and ends, up to so much later, drawn from the run's seed.
	Jitter time.Duration `yaml:"jitter" json:"jitter,omitempty"`
	// After is when the first begins, from the first request of a user on; default every.
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
		return fmt.Errorf("as %q: %s", b, Listed(string(b), failings))
	}
	*f = Failing(b)
	return nil
}

// MarshalText writes it.
func (f Failing) MarshalText() ([]byte, error) { return []byte(f), nil }
