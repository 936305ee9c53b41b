package timeline

import "testing"

// What was prepared comes in order and once, to the end or to where the loop was
// left; behind it nothing is prepared.
func TestAhead(t *testing.T) {
	const many = 3
	for _, c := range []struct{ there, wanted int }{{0, 0}, {1, 1}, {2, 2}, {100, 100}, {100, 1},
		{100, 50}} {
		calls, over := 0, false
		next := func(v *int) bool {
			if over {
				t.Error("prepared behind the end")
			}
			*v, calls = calls, calls+1
			return calls <= c.there
		}
		got := 0
		for v := range ahead(many, next) {
			if *v != got {
				t.Fatalf("%+v: have %d, want %d", c, *v, got)
			}
			if got++; got == c.wanted {
				break
			}
		}
		over = true
		if got != c.wanted || calls > c.wanted+many+1 {
			t.Errorf("%+v: have %d in %d calls", c, got, calls)
		}
	}
}
