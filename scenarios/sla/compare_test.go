package sla

import (
	"slices"
	"testing"
)

// Two runs differ where their intervals are apart, in the direction that an objective asks for.
func TestCompare(t *testing.T) {
	timed := func(v, res float64, censored bool) Objective {
		return Objective{Name: "recover", Op: "<=", Unit: inSeconds, Value: &v, Resolution: res,
			Censored: censored, Measured: Brief(v)}
	}
	counted := func(v float64) Objective {
		return Objective{Name: "max-lost-writes", Op: "<=", Unit: "writes", Value: &v}
	}
	of := func(o Objective) Scorecard { return Scorecard{Objectives: []Objective{o}} }
	for name, c := range map[string]struct {
		a, b Objective
		is   string
		by   string
	}{
		"slower": {timed(1, 0.1, false), timed(1.3, 0.1, false), Worse,
			"300 ms"},
		"faster": {timed(1.3, 0.1, false), timed(1, 0.1, false), Better,
			"300 ms"},
		"within what can be told":      {timed(1, 0.2, false), timed(1.3, 0.2, false), Alike, ""},
		"not over, and longer already": {timed(1, 0.1, false), timed(5, 0.1, true), Worse, ""},
		"not over, and may be as long": {timed(9, 0.1, false), timed(5, 0.1, true), Alike, ""},
		"more writes lost":             {counted(0), counted(1), Worse, ""},
		"none measured":                {Objective{Name: "x"}, Objective{Name: "x"}, Open, ""},
	} {
		if d := Compare(of(c.a), of(c.b)); len(d) != 1 || d[0].Is != c.is || d[0].By != c.by {
			t.Errorf("%s: %+v, want %s by %q", name, d, c.is, c.by)
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
		d[0].Values[1] != "" || d[1].Values[0] != "" {
		t.Errorf("each has another objective: %+v", d)
	}
}
