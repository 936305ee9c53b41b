//go:build linux

package switchboard

import "github.com/stormdrill/stormdrill/faults/link"

type limitKind link.LimitData

func (l *limitKind) unit() string { return "answers cut" }

// shape ends the connection where an answer is longer than it may be.
func (l *limitKind) shape(p piece, m *mode, _ *pace) []piece {
	return p.cut(l.Bytes, m, false)
}
