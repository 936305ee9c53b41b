//go:build linux

package switchboard

import "github.com/stormdrill/stormdrill/faults/link"

type sliceKind link.Slice

func (s *sliceKind) unit() string { return "answers sliced" }

// shape parts an answer, and lets its parts go Delay after each other.
func (s *sliceKind) shape(p piece, m *mode, line *pace) []piece {
	if p.at+int64(len(p.data)) > s.Size {
		m.touch(p.answer)
	}
	parts := p.parts(int(s.Size))
	for i, p := range parts {
		if p.at > 0 && line.free.After(p.due()) {
			parts[i] = p.held(hold{line.free, m})
		}
		line.free = parts[i].due().Add(s.Delay)
	}
	return parts
}
