package wire

import (
	"math"
	"time"

	"golang.org/x/sys/unix"
)

// Now reads CLOCK_MONOTONIC of this machine, in nanoseconds. It is one clock
// for all processes and containers of a machine.
//
// Go reads the same clock without a system call, but gives it only as the time
// since another reading: so one reading of this process is known by both.
func Now() int64 { return base.at + int64(since(base.since)) }

var base = anchor()

type anchored struct {
	at    int64
	since time.Time
}

// anchor reads both clocks at one instant: of some tries the one with the least
// time between its two readings of the one clock.
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
		// cannot fail on a kernel Go runs on
		panic("clock_gettime(CLOCK_MONOTONIC): " + err.Error())
	}
	return ts.Nano()
}
