//go:build linux

package switchboard

import (
	"math/rand/v2"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
)

type latencyKind link.Latency

func (l *latencyKind) unit() string { return "answers delayed" }

// shape holds each piece for Delay ± Jitter, uniform. Pieces that arrive
// together leave together: it delays and does not throttle.
func (l *latencyKind) shape(p piece, m *mode, _ *pace) []piece {
	if l.Share > 0 && !p.answer.drawn(m, l.Share) {
		return []piece{p}
	}
	d := l.Delay
	if l.Jitter > 0 {
		d += time.Duration((2*rand.Float64() - 1) * float64(l.Jitter))
	}
	m.touch(p.answer)
	return []piece{p.held(hold{p.due().Add(d), m})}
}
