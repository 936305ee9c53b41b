package wire

import (
	"testing"
)

// What is told of a whole run covers every instant that its measurements allow: the
// shift of the first, with a bound that reaches where the clocks went apart.
func TestOffsetOverARun(t *testing.T) {
	for _, c := range []struct {
		all  []Offset
		want Offset
	}{
		{nil, Offset{}},
		{[]Offset{{50, 3}}, Offset{50, 3}},
		{[]Offset{{50, 3}, {51, 1}}, Offset{50, 3}},
		{[]Offset{{50, 3}, {90, 4}, {60, 1}}, Offset{50, 44}},
		{[]Offset{{50, 3}, {10, 4}}, Offset{50, 44}},
	} {
		if have := Over(c.all); have != c.want {
			t.Errorf("%v: have %v, want %v", c.all, have, c.want)
		}
	}
}
