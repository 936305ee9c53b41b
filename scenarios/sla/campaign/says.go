package campaign

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// says words what the runs allow one to say, and what more it would take.
func says(d Design, c Card) []string {
	out := []string{fmt.Sprintf("%d of %d runs kept the SLA: %s", c.Kept, d.Runs,
		share("keep it", c.KeptAtLeast))}
	if c.Left > 0 {
		out = append(out, fmt.Sprintf("%d not run to the end: each counts as an exceedance in every bound, for a campaign that ends early may have ended because of what it saw",
			c.Left))
	}
	if need := Needs(0.95, d.Allowed); c.Verdict == sla.Pass && d.Runs < need {
		out = append(out, fmt.Sprintf("to say it of 95%% takes %d runs with %s allowed, fixed beforehand: more runs added to these would not be the same",
			need, count(d.Allowed, "exceedance")))
	}
	if c.Control != nil {
		out = append(out, c.Control.says(d.Controls)...)
	}
	return out
}

func (c Controls) says(n int) []string {
	line := fmt.Sprintf("%d of %s without the fault raised a false alarm: at most %.1f%% of such runs do, with 95%% confidence",
		c.Alarmed, count(n, "run"), 100*c.AtMost+0.05)
	if c.AtMost >= 1 {
		line = fmt.Sprintf("%d of %s without the fault raised a false alarm: nothing can be said of how often such runs do",
			c.Alarmed, count(n, "run"))
	}
	if c.Untold+c.Left > 0 {
		line += fmt.Sprintf(" (%d inconclusive and %d not run count as alarms)", c.Untold, c.Left)
	}
	out := []string{line}
	for _, w := range c.Watchers {
		if w.Runs > 0 {
			out = append(out, fmt.Sprintf("watcher %s alarmed in %d of %d runs without the fault: what it noticed with the fault may be chance",
				w.Name, w.Runs, n))
		}
	}
	if c.Outages > 0 {
		out = append(out, fmt.Sprintf("users had an outage in %d of %d runs without the fault: the target or the machine fails by itself",
			c.Outages, n))
	}
	return out
}

// share words a lower bound.
func share(do string, atLeast float64) string {
	if p := Percentile(atLeast); p > 0 {
		return fmt.Sprintf("at least %d%% of such runs %s, with 95%% confidence", p, do)
	}
	return "nothing can be said of how many of such runs " + do
}

// String says a bound the way an SLA is written: “p95 ≤ 1.2 s”.
func (s Spread) String(b Bound) string {
	sign := "≤"
	if s.Floor {
		sign = "≥"
	}
	return fmt.Sprintf("p%d %s %s", Percentile(b.Quantile), sign, s.Shown(&b.Value))
}

// Shown writes a value of the spread; ∞ for one without end.
func (s Spread) Shown(v *float64) string {
	switch {
	case v == nil && s.Floor:
		return "nothing"
	case v == nil:
		return "∞"
	case s.Unit == "share":
		return sla.Percent(*v)
	case s.Unit != "s":
		return strconv.FormatFloat(*v, 'f', -1, 64)
	}
	return sla.Brief(*v)
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, strings.TrimSuffix(noun, "s"))
}
