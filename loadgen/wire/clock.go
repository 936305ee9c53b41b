package wire

import (
	"context"
	"time"

	"golang.org/x/sys/unix"
)

// Now reads CLOCK_MONOTONIC of this machine, in nanoseconds. It is one clock
// for all processes and containers of a machine, which Go's own monotonic
// reading is not.
func Now() int64 {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		panic("clock_gettime(CLOCK_MONOTONIC): " + err.Error()) // cannot fail on a kernel Go runs on
	}
	return ts.Nano()
}

// Offset relates two clocks: theirs = ours + Shift, give or take Bound.
type Offset struct {
	Shift time.Duration `json:"shift"`
	Bound time.Duration `json:"bound"` // half the best round trip
}

// MeasureOffset asks the peer's clock n times and keeps the answer with the
// shortest round trip, whose half is the error bound. The peer answers the
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
