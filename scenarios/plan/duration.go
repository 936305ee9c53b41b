package plan

import (
	"math"
	"time"
)

func seconds(s float64) time.Duration {
	if math.IsInf(s, 0) || math.IsNaN(s) || s > 1e6 {
		s = 1e6
	}
	return time.Duration(s * float64(time.Second))
}

// ceil rounds up to what a person would write.
func ceil(d time.Duration) time.Duration {
	unit := 100 * time.Millisecond
	if d > 10*time.Second {
		unit = time.Second
	}
	return (d + unit - 1).Truncate(unit)
}
