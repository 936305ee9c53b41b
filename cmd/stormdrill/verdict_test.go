package main

import (
	"errors"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// Over several drills the worst counts, and a proven failure is worse than an open
// question; no data is never a pass.
func TestWorstOfSeveralDrills(t *testing.T) {
	for _, c := range []struct {
		verdicts []sla.Verdict
		code     int
	}{
		{[]sla.Verdict{sla.Pass, sla.Pass}, 0},
		{[]sla.Verdict{sla.Pass, sla.Inconclusive}, 2},
		{[]sla.Verdict{sla.Inconclusive, sla.Fail, sla.Pass}, 1},
		{[]sla.Verdict{sla.Fail, sla.Inconclusive}, 1},
		{[]sla.Verdict{sla.Fail, sla.Error, sla.Inconclusive}, 4},
		{[]sla.Verdict{sla.Error, sla.Interrupted}, 130},
		{nil, 4},
		{[]sla.Verdict{"odd"}, 4},
	} {
		var exit exitError
		code := 0
		if err := verdictExit(c.verdicts...); errors.As(err, &exit) {
			code = exit.code
		} else if err != nil {
			t.Fatal(err)
		}
		if code != c.code {
			t.Errorf("%v: have %d, want %d", c.verdicts, code, c.code)
		}
	}
}
