//go:build linux

package switchboard

import "github.com/stormdrill/stormdrill/faults/link"

type stallKind link.Stall

func (s *stallKind) unit() string { return "answers held" }

// shape holds everything until the lift.
func (s *stallKind) shape(p piece, m *mode, _ *pace) []piece {
	m.touch(p.answer)
	return []piece{p.held(hold{by: m})}
}
