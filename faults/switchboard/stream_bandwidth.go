//go:build linux

package switchboard

import (
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
)

type bandwidthKind link.Bandwidth

func (b *bandwidthKind) unit() string {
	if (*link.Bandwidth)(b).Up() {
		return "requests narrowed"
	}
	return "answers narrowed"
}

// portion is how much of a narrow line's time one piece takes at most.
const portion = 20 * time.Millisecond

// shape lets a connection's bytes through one after the other, each for as long
// as the line takes for it.
func (b *bandwidthKind) shape(p piece, m *mode, line *pace) []piece {
	if !(*link.Bandwidth)(b).Down() {
		return []piece{p}
	}
	m.touch(p.answer)
	parts := p.parts(b.portion())
	for i, p := range parts {
		parts[i] = p.held(hold{b.carry(line, p.due(), len(p.data)), m})
	}
	return parts
}

// portion is how many bytes a piece has at most.
func (b *bandwidthKind) portion() int {
	return max(1, int(float64(b.Rate)*portion.Seconds()))
}

// carry has a line carry n bytes from some time on, and says when they have come.
func (b *bandwidthKind) carry(line *pace, from time.Time, n int) time.Time {
	if line.free.After(from) {
		from = line.free
	}
	line.free = from.Add(time.Duration(float64(n) / float64(b.Rate) * float64(time.Second)))
	return line.free
}
