package load

import (
	"math"
	"time"
)

// Step is one part of getting a connection: zero where it was not tried, else
// how long it took until it succeeded or failed, to the µs, at most half an
// hour. It is (µs + 1) doubled, and one more where it failed: recorded as it is,
// it takes one byte where there was none and two to three else.
type Step uint32

// StepOf is a step that was tried.
func StepOf(took time.Duration, ok bool) Step {
	s := uint32(min(max(took.Round(time.Microsecond).Microseconds(), 0), math.MaxUint32/2-1)+1) << 1
	if !ok {
		s |= 1
	}
	return Step(s)
}

// Tried reports whether there was such a step.
func (s Step) Tried() bool { return s != 0 }

// OK reports whether it was tried and succeeded.
func (s Step) OK() bool { return s != 0 && s&1 == 0 }

// Took is how long it was under way; 0 of none.
func (s Step) Took() time.Duration {
	if s < 2 {
		return 0
	}
	return time.Duration(s>>1-1) * time.Microsecond
}
