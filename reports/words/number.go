package words

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// leastShown is the least resolution, in seconds, that Brief does not write as none.
const leastShown = 0.05e-3

// Brief writes seconds in a unit and with as many digits as a person reads.
func Brief(s float64) string {
	trim := func(digits int, v float64, unit string) string {
		text := fmt.Sprintf("%.*f", digits, v)
		if strings.Contains(text, ".") {
			text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
		}
		return text + " " + unit
	}
	switch {
	case math.IsInf(s, 1):
		return "∞"
	case s == 0:
		return "0 s"
	case s < 0.01:
		return trim(1, 1e3*s, "ms")
	case s < 1:
		return trim(0, 1e3*s, "ms")
	case s < 120:
		return trim(2, s, "s")
	}
	text := time.Duration(math.Round(s) * 1e9).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	return text
}

// Percent writes a share, cut after two digits of a per cent, so that 99.999 % never reads
// as 100 %.
func Percent(share float64) string {
	text := strconv.FormatFloat(math.Floor(share*1e4+1e-9)/100, 'f', 2, 64)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".") + "%"
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
