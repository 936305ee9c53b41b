package wire

import (
	"context"
	"time"
)

// Offset relates two clocks: theirs = ours + Shift, ± Bound.
type Offset struct {
	Shift time.Duration `json:"shift"`
	Bound time.Duration `json:"bound"` // half the best round trip
}

// Wall is what the call "wall" is answered with: the wall clock of the serving side's machine
// was At, ns since 1970, between two readings of the clock that "clock" reads.
type Wall struct {
	Before int64 `json:"before"`
	At     int64 `json:"at"`
	After  int64 `json:"after"`
}

// readWall reads a machine's wall clock beside the other one.
func readWall(clock func() int64) (best Wall) {
	for i := range wallReadings {
		w := Wall{Before: clock()}
		w.At = time.Now().UnixNano()
		w.After = clock()
		if i == 0 || w.After-w.Before < best.After-best.Before {
			best = w
		}
	}
	return best
}

// wallReadings are made at once, and the narrowest is used: a process may lose its turn
// amid one.
const wallReadings = 5

// Offset relates the wall clock to the other one: that was At + Shift, ± Bound.
func (w Wall) Offset() Offset {
	half := (w.After - w.Before) / 2
	return Offset{Shift: time.Duration(w.Before + half - w.At), Bound: time.Duration(half)}
}

// MeasureOffset asks the peer's clock n times and keeps the answer with the
// shortest round trip, half of which is the error bound. The peer answers the
// call "clock" (Serve does so by itself).
func MeasureOffset(ctx context.Context, p *Peer, n int) (Offset, error) {
	best := Offset{Bound: time.Hour}
	for range n {
		before := Now()
		var theirs int64
		if err := p.Call(ctx, "clock", nil, &theirs); err != nil {
			return Offset{}, err
		}
		after := Now()
		if half := time.Duration(after-before) / 2; half < best.Bound {
			best = Offset{Shift: time.Duration(theirs - (before + int64(half))), Bound: half}
		}
	}
	return best, nil
}

// Over is what measurements in the course of a run leave of the first one, of which the
// Shift relates all instants of it: the bound is wide enough for where the clocks
// went apart since. Between two measurements they are taken to drift evenly.
func Over(all []Offset) (o Offset) {
	for i, m := range all {
		if i == 0 {
			o = m
		}
		o.Bound = max(o.Bound, (m.Shift-o.Shift).Abs()+m.Bound)
	}
	return o
}

// bubble is when time begins in a bubble of testing/synctest.
var bubble = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// since is how long ago an instant of this process was. In a bubble, which begins before any
// process that is still there, it is how long ago the bubble began: a clock stays one that
// goes on from its machine's start, above zero.
func since(t time.Time) time.Duration {
	d := time.Since(t)
	if d < 0 {
		d += t.Sub(bubble)
	}
	return d
}
