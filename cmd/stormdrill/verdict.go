package main

import (
	"fmt"
	"slices"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// bySeverity lists the verdicts, the worst first, with their exit statuses: a proven
// failure is worse than an open question.
var bySeverity = []struct {
	verdict sla.Verdict
	code    int
}{
	{sla.Interrupted, exitInterrupted},
	{sla.Error, exitHarness},
	{sla.Fail, exitFail},
	{sla.Inconclusive, exitInconclusive},
	{sla.Pass, exitPass},
}

// verdictExit gives the worst of the verdicts as an exit status. An unknown verdict, and
// none at all, are errors: no data is never a pass.
func verdictExit(verdicts ...sla.Verdict) error {
	worst := len(bySeverity) - 1
	for _, v := range verdicts {
		i := slices.IndexFunc(bySeverity, func(s struct {
			verdict sla.Verdict
			code    int
		}) bool {
			return s.verdict == v
		})
		if i < 0 {
			return exitError{exitHarness, fmt.Errorf("unknown verdict %q", v)}
		}
		worst = min(worst, i)
	}
	if len(verdicts) == 0 {
		return exitError{exitHarness, fmt.Errorf("no drill was run")}
	}
	if code := bySeverity[worst].code; code != exitPass {
		return exitError{code: code}
	}
	return nil
}
