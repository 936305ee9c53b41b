package wire

import (
	"context"
	"math"
	"time"

	"golang.org/x/sys/unix"
)

// Now reads CLOCK_MONOTONIC of this machine, in nanoseconds. It is one clock
// for all processes and containers of a machine.
//
// Go reads the same clock without a system call, but gives it only as the time
// since another reading: so one reading of this process is known by both.
func Now() int64 { return base.at + int64(time.Since(base.since)) }

var base = anchor()

type anchored struct {
	at    int64
	since time.Time
}

// anchor reads both clocks at one instant: of some tries the one between whose
// two readings of the one clock the least time went by.
func anchor() (best anchored) {
	least := int64(math.MaxInt64)
	for range 16 {
		before := monotonic()
		since := time.Now()
		after := monotonic()
		if took := after - before; took < least {
			least, best = took, anchored{before + took/2, since}
		}
	}
	return best
}

func monotonic() int64 {
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

// Over is what measurements in the course of a run leave of the first one, whose
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
