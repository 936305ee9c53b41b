package sla

import (
	"slices"
	"testing"
)

// Two runs differ where their intervals are apart, in the direction that an objective asks for.
func TestCompare(t *testing.T) {
	timed := func(v, res float64, censored bool) Objective {
		return Objective{Name: "recover", Op: "<=", Unit: inSeconds, Value: &v, Resolution: res,
			Censored: censored, Measured: Say(TimeTaken, v, res)}
	}
	counted := func(v float64) Objective {
		return Objective{Name: "max-lost-writes", Op: "<=", Unit: "writes", Value: &v}
	}
	by := func(d Difference, seconds float64) bool {
		return d.By == nil && seconds == 0 || d.By != nil && d.By.Of("seconds") == seconds
	}
	of := func(o Objective) Scorecard { return Scorecard{Objectives: []Objective{o}} }
	for name, c := range map[string]struct {
		a, b Objective
		is   string
		by   float64 // 0: not told
	}{
		"slower": {timed(1, 0.1, false), timed(1.3, 0.1, false), Worse,
			0.3},
		"faster": {timed(1.3, 0.1, false), timed(1, 0.1, false), Better,
			0.3},
		"within what can be told":      {timed(1, 0.2, false), timed(1.3, 0.2, false), Alike, 0},
		"not over, and longer already": {timed(1, 0.1, false), timed(5, 0.1, true), Worse, 0},
		"not over, and may be as long": {timed(9, 0.1, false), timed(5, 0.1, true), Alike, 0},
		"more writes lost":             {counted(0), counted(1), Worse, 0},
		"none measured":                {Objective{Name: "x"}, Objective{Name: "x"}, Open, 0},
	} {
		if d := Compare(of(c.a), of(c.b)); len(d) != 1 || d[0].Is != c.is || !by(d[0], c.by) {
			t.Errorf("%s: %+v, want %s by %v", name, d, c.is, c.by)
		}
	}
	group := func(failed uint64) Scorecard {
		return Scorecard{Groups: []Group{{Name: "page",
			Phases: []Phase{{Name: "fault", Sent: 1000, Failed: failed}}}}}
	}
	for failed, is := range map[uint64]string{10: Alike, 16: Alike, 40: Worse, 0: Better} {
		if d := Compare(group(10), group(failed)); len(d) != 1 || d[0].Is != is ||
			d[0].Name != "success of page in fault" {
			t.Errorf("10 and %d of 1,000 failed: %+v, want %s", failed, d, is)
		}
	}
	a, b := of(timed(1, 0, false)), of(counted(1))
	if d := Compare(a, b); !slices.Equal([]string{d[0].Is, d[1].Is}, []string{Open, Open}) ||
		d[0].Values[1] != nil || d[1].Values[0] != nil {
		t.Errorf("each has another objective: %+v", d)
	}
}
