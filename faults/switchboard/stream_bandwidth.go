//go:build linux

package switchboard

import (
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
)

type bandwidthKind link.Bandwidth

func (b *bandwidthKind) unit() string { return "answers narrowed" }

// portion is how much of a narrow line's time one piece takes at most.
const portion = 20 * time.Millisecond

// shape lets a connection's bytes through one after the other, each for as long
// as the line takes for it.
func (b *bandwidthKind) shape(p piece, m *mode, line *pace) []piece {
	m.touch(p.answer)
	parts := p.parts(max(1, int(float64(b.Rate)*portion.Seconds())))
	for i, p := range parts {
		begin := p.due()
		if line.free.After(begin) {
			begin = line.free
		}
		line.free = begin.Add(time.Duration(float64(len(p.data)) / float64(b.Rate) * float64(time.Second)))
		parts[i] = p.held(hold{line.free, m})
	}
	return parts
}
