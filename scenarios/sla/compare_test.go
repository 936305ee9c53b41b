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
	latency := func(o Objective) Objective {
		o.Name = "p95 of page in fault"
		return o
	}
	by := func(d Difference, seconds float64) bool {
		return d.By == nil && seconds == 0 || d.By != nil && d.By.Of("seconds") == seconds
	}
	of := func(o Objective) Scorecard {
		return Scorecard{Objectives: []Objective{o}, Jitter: 0.5}
	}
	for name, c := range map[string]struct {
		a, b Objective
		is   string
		by   float64 // 0: not measured
	}{
		"slower": {latency(timed(1, 0.1, false)), latency(timed(1.3, 0.1, false)), Worse,
			0.3},
		"faster": {latency(timed(1.3, 0.1, false)), latency(timed(1, 0.1, false)), Better,
			0.3},
		"within the resolution":        {timed(1, 0.2, false), timed(1.3, 0.2, false), Alike, 0},
		"not over, and longer already": {timed(1, 0.1, false), timed(5, 0.1, true), Worse, 0},
		"not over, and may be as long": {timed(9, 0.1, false), timed(5, 0.1, true), Alike, 0},
		"more writes lost":             {counted(0), counted(1), Worse, 0},
		"by where the fault fell":      {timed(1, 0.1, false), timed(1.5, 0.1, false), Alike, 0},
		"by more than that":            {timed(1, 0.1, false), timed(1.9, 0.1, false), Worse, 0.9},
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
	// An outage that is a jitter longer has half as many failures again.
	out := func(failed uint64) Scorecard {
		c := group(failed)
		c.Jitter, c.Outages = 0.5, []Outage{{Group: "page", Onset: 10, Recovery: 11}}
		return c
	}
	for failed, is := range map[uint64]string{140: Alike, 160: Alike, 300: Worse} {
		if d := Compare(out(100), out(failed)); d[0].Is != is {
			t.Errorf("100 and %d of 1,000 failed in an outage: %+v, want %s", failed, d, is)
		}
	}
	a, b := of(timed(1, 0, false)), of(counted(1))
	if d := Compare(a, b); !slices.Equal([]string{d[0].Is, d[1].Is}, []string{Open, Open}) ||
		d[0].Values[1] != nil || d[1].Values[0] != nil {
		t.Errorf("each has another objective: %+v", d)
	}
}
