package campaign

import "github.com/stormdrill/stormdrill/scenarios/sla"

// says is what the runs allow one to say, and what more it would take.
func says(d Design, c Card) []sla.Said {
	out := []sla.Said{sla.Say(sla.RunsKept, c.Kept, d.Runs, c.KeptAtLeast)}
	if Percentile(c.KeptAtLeast) == 0 {
		out[0] = sla.Say(sla.RunsKeptUnknown, c.Kept, d.Runs)
	}
	if c.Left > 0 {
		out = append(out, sla.Say(sla.RunsNotRun, c.Left))
	}
	if need := Needs(0.95, d.Allowed); c.Verdict == sla.Pass && d.Runs < need {
		out = append(out, sla.Say(sla.RunsNeeded, need, d.Allowed))
	}
	if c.Control != nil {
		out = append(out, c.Control.says(d.Controls)...)
	}
	return out
}

func (c Controls) says(n int) []sla.Said {
	inconclusive, left := any(nil), any(nil)
	if c.Inconclusive+c.Left > 0 {
		inconclusive, left = c.Inconclusive, c.Left
	}
	out := []sla.Said{sla.Say(sla.FalseAlarms, c.Alarmed, n, c.AtMost, inconclusive, left)}
	if c.AtMost >= 1 {
		out[0] = sla.Say(sla.FalseAlarmsUnknown, c.Alarmed, n, inconclusive, left)
	}
	for _, w := range c.Watchers {
		if w.Runs > 0 {
			out = append(out, sla.Say(sla.WatcherAlarmed, w.Name, w.Runs, n))
		}
	}
	if c.Outages > 0 {
		out = append(out, sla.Say(sla.OutagesWithoutFault, c.Outages, n))
	}
	return out
}
