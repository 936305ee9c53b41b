package words

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// leastShown is the least resolution, in seconds, that Brief does not write as none.
const leastShown = 0.05e-3

// Brief writes seconds in a unit and with as many digits as a person reads.
func Brief(s float64) string { return brief(s, math.Round) }

// AtMost and AtLeast write seconds that are a bound, as Brief does, and never on its wrong side.
func AtMost(s float64) string  { return brief(s, math.Ceil) }
func AtLeast(s float64) string { return brief(s, math.Floor) }

func brief(s float64, whole func(float64) float64) string {
	if math.IsInf(s, 1) {
		return "∞"
	}
	// Nanoseconds, of which a scorecard has no parts: 14.99 × 100 is above 1499 else.
	ns := math.Round(1e9 * s)
	to := func(digits int, unit float64, name string) string {
		scale := math.Pow10(digits)
		return trimmed(whole(ns*scale/unit)/scale, digits) + " " + name
	}
	switch {
	case s == 0:
		return "0 s"
	case s < 0.01:
		return to(1, 1e6, "ms")
	case s < 1:
		return to(0, 1e6, "ms")
	case s < 120:
		return to(2, 1e9, "s")
	}
	text := time.Duration(whole(ns/1e9) * 1e9).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	return text
}

// trimmed writes a number with no more digits than it has.
func trimmed(v float64, most int) string {
	text := strconv.FormatFloat(v, 'f', most, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// Percent writes a share with two digits of a per cent, rounded half away from zero: cut shares
// would not add up. One that is not all and not none never reads so: it has as many digits as
// that takes, 99.999 % of them. The same is in report.js. (What is promised with a confidence is
// no share that was counted, and is rounded to its safe side: wholePercent, upPercent.)
func Percent(share float64) string { return percent(share, 2) }

// WholePercent is the same without digits after the point, where it can be.
func WholePercent(share float64) string { return percent(share, 0) }

// percent writes a share with so many digits, or as many as it takes that it does not read as
// all, none, or any of some others, and is not.
func percent(share float64, digits int, others ...float64) string {
	const finest = 7 // nine digits of a share are what a scorecard has
	v := share
	if share > 0 && share < 1 {
		v = min(max(share, 1e-9), 1-1e-9)
	}
	others = append(others, 0, 1)
	for ; ; digits++ {
		round := func(share float64) float64 {
			return math.Round(math.Round(share*1e9) / math.Pow10(finest-digits))
		}
		alike := func(o float64) bool { return v != o && round(v) == round(o) }
		if digits == finest || !slices.ContainsFunc(others, alike) {
			return trimmed(round(v)/math.Pow10(digits), digits) + "%"
		}
	}
}

// thousands writes a count with commas.
func thousands(v float64) string {
	text := strconv.FormatFloat(v, 'f', 0, 64)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// wholePercent is a share as people name quantiles, cut so that it never promises more.
func wholePercent(share float64) string {
	return strconv.FormatFloat(math.Floor(100*share+1e-9), 'f', 0, 64)
}

// upPercent is a share rounded up after a digit of a per cent.
func upPercent(share float64) string { return fmt.Sprintf("%.1f", 100*share+0.05) }
