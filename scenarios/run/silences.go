package run

import (
	"fmt"
	"sync"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// leastSilence is how many answers of a watcher that do not count are no slow start.
const leastSilence = 3

// silences says, once the baseline has begun, of which watcher not one answer counted so far:
// it asks in the wrong place, and the run will not show what it would have noticed.
type silences struct {
	say   func(kind, text string, values ...string)
	mu    sync.Mutex
	begun bool
	of    map[string]int // answers that do not count; −1: one did, or it was said
}

// begin begins the baseline.
func (s *silences) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begun = true
}

// answer takes a watcher's answer.
func (s *silences) answer(a load.Answer) {
	if s.takes(a) {
		s.say("unanswered", fmt.Sprintf("watcher %s: none of its answers counted so far: %s",
			a.Check, a.Detail), "watcher", a.Check, "detail", a.Detail)
	}
}

// takes counts an answer, and reports whether it is time to mention it.
func (s *silences) takes(a load.Answer) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of == nil {
		s.of = map[string]int{}
	}
	n := s.of[a.Check]
	switch {
	case n < 0:
	case a.Known:
		s.of[a.Check] = -1
	case s.begun && n+1 >= leastSilence:
		s.of[a.Check] = -1
		return true
	default:
		s.of[a.Check] = n + 1
	}
	return false
}
