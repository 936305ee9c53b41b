package words

import "testing"

func TestBrief(t *testing.T) {
	for s, want := range map[float64]string{0: "0 s", 0.0012: "1.2 ms", 0.35: "350 ms",
		1.5: "1.5 s", 12.345: "12.35 s", 100: "100 s", 263: "4m23s"} {
		if have := Brief(s); have != want {
			t.Errorf("%v: have %q, want %q", s, have, want)
		}
	}
	for share, want := range map[float64]string{1: "100%", 0.99999: "99.99%", 0.973: "97.3%",
		0: "0%"} {
		if have := Percent(share); have != want {
			t.Errorf("%v: have %q, want %q", share, have, want)
		}
	}
}
