package quantity

import "testing"

func TestPace(t *testing.T) {
	for text, want := range map[string]Pace{
		"500/s": {Rate: 500}, "30/m": {Rate: 0.5}, "x8": {Rate: 400, Times: 8}, "×0.5": {Rate: 25,
			Times: 0.5}, " x 2 ": {Rate: 100, Times: 2},
	} {
		p, err := ParsePace(text)
		if have := p.Of(50); err != nil || have != want {
			t.Errorf("%q of 50/s: have %+v, %v, want %+v", text, have, err, want)
		}
		again, _ := p.MarshalText()
		if back, err := ParsePace(string(again)); err != nil || back != p {
			t.Errorf("%q written as %q: %+v, %v", text, again, back, err)
		}
	}
	for _, text := range []string{"", "8", "x", "x0", "x-1", "xInf", "xNaN", "8x", "x8/s"} {
		if p, err := ParsePace(text); err == nil {
			t.Errorf("%q: have %+v, want an error", text, p)
		}
	}
	if have := (Pace{Times: 8}).Of(50).String(); have != "400/s (×8 the users' rate)" {
		t.Errorf("have %q", have)
	}
}
