//go:build linux

package loadgen

import (
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// part names a step of a trace.
type part int

const (
	lookup part = iota
	handshake
	tlsHandshake
	parts
)

// underWay is a step that may not have ended yet.
type underWay struct {
	began time.Time
	step  load.Step
}

// begins starts a part, again where a transport dials a second time.
func (s *trace) begins(p part) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.steps[p] = underWay{began: time.Now()}
}

// ends notes how a part came out. What failed on this node itself was not tried: no server
// was asked.
func (s *trace) ends(p part, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil && local(err) {
		s.steps[p] = underWay{}
		return
	}
	s.steps[p].step = load.StepOf(time.Since(s.steps[p].began), err == nil)
}

// took is a part as it stands: one that is still under way when its request is
// given up has failed.
func (s *trace) took(p part) load.Step {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.steps[p]
	if u.step == 0 && !u.began.IsZero() {
		return load.StepOf(time.Since(u.began), false)
	}
	return u.step
}
