package sla

import "testing"

// Of two faults' times one may be mitigated: the worse of both is so only where both are.
func TestWorseIsNotMitigatedByHalf(t *testing.T) {
	done, other := Time{By: mitigated}, Time{Resolution: 0.143}
	for _, pair := range [][2]*Time{{&done, &other}, {&other, &done}} {
		if w := worse(pair[0], pair[1]); w.By == mitigated || w.Resolution != 0.143 {
			t.Errorf("%+v", w)
		}
	}
	if w := worse(&done, &Time{By: mitigated}); w.By != mitigated {
		t.Errorf("%+v", w)
	}
}
