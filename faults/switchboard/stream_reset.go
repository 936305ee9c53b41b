//go:build linux

package switchboard

import (
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
)

type resetKind link.Reset

func (r *resetKind) unit() string { return "connections reset" }

// shape resets the connection behind the first bytes of an answer.
func (r *resetKind) shape(p piece, m *mode, _ *pace) []piece {
	if r.After == 0 {
		return []piece{p}
	}
	return p.cut(r.After, m, true)
}

// meet resets a connection that is old enough; where it is neither about age nor
// about bytes, one that ever asked for something: a new one with its first request.
func (r *resetKind) meet(f *flow, m *mode) {
	switch age := time.Since(f.born); {
	case r.After > 0:
	case r.In == 0:
		if f.asked.Load() {
			f.reset(m)
		}
	case age >= r.In:
		f.reset(m)
	case f.aging.Swap(m) != m:
		go f.resetIn(r.In-age, m)
	}
}

// resetIn resets a flow later, unless it or the rule ends before.
func (f *flow) resetIn(d time.Duration, m *mode) {
	select {
	case <-time.After(d):
		f.reset(m)
	case <-f.over.Done():
	case <-m.over:
	}
}
