//go:build !linux

package wire

import "time"

// Now is the time since this process began, in nanoseconds, above zero. On such a system
// an engine keeps its containers in a virtual machine, which has another clock: the two
// are related by MeasureOffset, and no two processes of this system compare readings.
func Now() int64 { return int64(since(began)) + 1 }

var began = time.Now()
