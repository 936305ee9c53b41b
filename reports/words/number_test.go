package words

import (
	"math"
	"strconv"
	"strings"
	"testing"
)

func TestBrief(t *testing.T) {
	for s, want := range map[float64]string{0: "0 s", 0.0012: "1.2 ms", 0.35: "350 ms",
		1.5: "1.5 s", 12.345: "12.35 s", 100: "100 s", 263: "4m23s"} {
		if have := Brief(s); have != want {
			t.Errorf("%v: have %q, want %q", s, have, want)
		}
	}
	for share, want := range map[float64]string{1: "100%", 0.99999: "99.999%", 0.973: "97.3%",
		0: "0%"} {
		if have := Percent(share); have != want {
			t.Errorf("%v: have %q, want %q", share, have, want)
		}
	}
}

// A bound is rounded to its safe side, and one that needs no rounding stays what it is.
func TestBoundsAreNotRoundedAway(t *testing.T) {
	for s, want := range map[float64][2]string{14.99: {"14.99 s", "14.99 s"},
		14.994: {"14.99 s", "15 s"}, 14.996: {"14.99 s", "15 s"}, 0.0136: {"13 ms", "14 ms"},
		0.00123: {"1.2 ms", "1.3 ms"}, 0.29: {"290 ms", "290 ms"}, 125.5: {"2m5s", "2m6s"},
		0: {"0 s", "0 s"}} {
		if have := [2]string{AtLeast(s), AtMost(s)}; have != want {
			t.Errorf("%v: have %q, want %q", s, have, want)
		}
	}
}

// Shares are rounded half away from zero, so that they add up but for chance; what is not all
// and not none never reads so.
func TestPercent(t *testing.T) {
	for share, want := range map[float64]string{0.33335: "33.34%", 0.12344: "12.34%",
		0.12345: "12.35%", 0.99994: "99.99%", 0.99996: "99.996%", 0.9999996: "99.99996%",
		1 - 1e-12: "99.9999999%", 0.00004: "0.004%", 1e-12: "0.0000001%", 1.5: "150%",
		1.00001: "100.001%"} {
		if have := Percent(share); have != want {
			t.Errorf("%v: have %q, want %q", share, have, want)
		}
	}
	for share, want := range map[float64]string{1.0 / 3: "33%", 0.995: "99.5%", 0.996: "99.6%",
		0.004: "0.4%", 1: "100%", 0: "0%"} {
		if have := WholePercent(share); have != want {
			t.Errorf("%v: have %q, want %q", share, have, want)
		}
	}
	sum := 0.0
	for _, n := range []float64{1, 1, 1, 4, 2} { // cut, these are 99.97
		v, err := strconv.ParseFloat(strings.TrimSuffix(Percent(n/9), "%"), 64)
		if err != nil {
			t.Fatal(err)
		}
		sum += v
	}
	if math.Abs(sum-100) > 0.011 {
		t.Errorf("the parts are %v together", sum)
	}
}
