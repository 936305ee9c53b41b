package reports

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// said is what the judge says, in words.
func said(s sla.Said) string { return words.English.Text(s) }

// took is a time, in words.
func took(t *sla.Time) string { return said(t.Said()) }

// measured is what was, and whose it is.
func measured(o sla.Objective) string {
	if o.Fault == "" {
		return said(o.Measured)
	}
	return fmt.Sprintf("%s (%s)", said(o.Measured), o.Fault)
}

// margin is how far what was measured lies on the good side of the limit.
func margin(o sla.Objective) string {
	switch {
	case o.Margin == nil:
		return ""
	case o.Unit == "share":
		return fmt.Sprintf("%+.2f points", 100**o.Margin)
	}
	return fmt.Sprintf("%+.0f%%", 100**o.Margin)
}

// count writes a number with commas.
func count(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// title names a run.
func title(c sla.Scorecard) string {
	if c.Control {
		return c.Scenario + ", control run without its faults"
	}
	return c.Scenario
}

// share writes a share in per cent; cut after two digits, never rounded up.
// share writes one, or that there is none.
func share[F ~float64](f F) string {
	if sla.Number(f) == sla.None {
		return "nothing sent,"
	}
	return words.Percent(float64(f))
}

// noOutage says what there was of one that is no fault's.
func noOutage(c sla.Scorecard) string {
	switch {
	case len(c.Outages) > 0:
		return "no outage that is a fault's"
	case c.Requests.Excess < 1 && 2*c.Requests.Failed > c.Requests.Sent:
		return "unwell before the fault as well, so that no outage stands out"
	case 2*c.Requests.Failed > c.Requests.Sent:
		return "no outage was told apart"
	}
	return "no outage"
}

// users says in one line what the users had.
func users(c sla.Scorecard) string {
	if c.Requests.Sent == 0 {
		return "no request was sent while the fault was on or after it"
	}
	s := fmt.Sprintf("%s available: %s of %s requests failed", share(c.Requests.Availability),
		count(c.Requests.Failed), count(c.Requests.Sent))
	if beyond := math.Round(c.Requests.Excess); beyond != float64(c.Requests.Failed) {
		s += fmt.Sprintf(", %s more than the baseline's share would have", count(uint64(beyond)))
	}
	if c.Requests.Sent < c.Requests.Due {
		s += fmt.Sprintf(", %s to %s with the %s never sent", share(c.Requests.Low),
			share(c.Requests.High), count(c.Requests.Due-c.Requests.Sent))
	}
	if c.Times.Outage != nil {
		s = "outage of " + took(c.Times.Outage) + "; " + s
	} else {
		s = noOutage(c) + "; " + s
	}
	if len(c.Classes) > 0 {
		var parts []string
		for _, k := range c.Classes {
			parts = append(parts, fmt.Sprintf("%s × %s", k.Name, count(k.Count)))
		}
		s += " (" + strings.Join(parts, "; ") + ")"
	}
	return s
}

// outages says in one line what outages the faults gave the users, where there is
// more to it than its length: several, or one that came back before it was over.
func outages(c sla.Scorecard) string {
	var parts []string
	flaps := 0
	for _, o := range c.Outages {
		if len(o.By) == 0 {
			continue
		}
		until := fmt.Sprintf("to %.1f s", o.Recovery)
		if o.Censored {
			until = "on, not over when the run ended"
		}
		s := fmt.Sprintf("%s from %.1f s %s, %s bad", o.Group, o.Onset, until, share(o.Share))
		if o.Flaps > 0 {
			s += fmt.Sprintf(", %d flap%s", o.Flaps, plural(o.Flaps))
		}
		flaps += o.Flaps
		if len(c.Faults) > 1 {
			s += ", by " + strings.Join(o.By, " or ")
		}
		parts = append(parts, s)
	}
	if len(parts) < 2 && flaps == 0 {
		return ""
	}
	return strings.Join(parts, "; ")
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// data says what became of acknowledged writes.
func data(c sla.Scorecard) string {
	d := c.Data
	if d == nil {
		return ""
	}
	s := fmt.Sprintf("%s writes acknowledged: %s there, %s lost, %s unknown", count(d.Acknowledged),
		count(d.There), count(d.Lost), count(d.Unknown))
	if d.Lost > 0 {
		s += fmt.Sprintf(", acknowledged from %.2f s to %.2f s", d.OldestLost, d.YoungestLost)
	}
	switch {
	case d.RPO == nil:
	case d.Unknown > 0:
		s += "; RPO at least " + took(d.RPO)
	default:
		s += "; RPO " + took(d.RPO)
	}
	rto := c.Times.Mitigate
	if rto == nil || rto.Censored {
		rto = c.Times.Outage
	}
	if rto != nil {
		s += ", RTO " + took(rto)
	}
	return s
}

// impact says how much of the users' world was hit.
func impact(c sla.Scorecard) string {
	i := c.Impact
	if i.Level == 0 {
		return ""
	}
	level := fmt.Sprintf("impact level %d", i.Level)
	switch {
	case i.Everyone:
		level += ", everyone"
	case i.Straddles:
		level += " (or one lower: too few users to tell)"
	}
	s := fmt.Sprintf("%s: %s of the active users in the worst second; %s of %s users ever hit",
		level, share(i.Peak), count(i.UsersHit), count(i.Users))
	if i.ByTime == nil {
		return s + "; too few requests a second to say for how long"
	}
	return s + fmt.Sprintf("; degraded for %s, fully out for %s, well for %s of the time",
		words.Brief(*i.Degraded), words.Brief(*i.Full), share(*i.ByTime))
}

// served says in one line what a group, or a part of one, had in each phase.
func served(g sla.Group) string {
	var parts []string
	for _, p := range g.Phases {
		if p.Sent > 0 {
			parts = append(parts, fmt.Sprintf("%s %s, p50 %s, p95 %s, p99 %s", p.Name,
				share(p.Success), endless(p.P50), endless(p.P95), endless(p.P99)))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("%s good: %s", g.Name, strings.Join(parts, "; "))
}

// mostLatencies keeps the line of a drill with many groups short.
const mostLatencies = 4

// latency says in one line how late 95 % of the answers were, before, during and after.
func latency(c sla.Scorecard) string {
	var parts []string
	for _, g := range c.Groups {
		var phases []string
		for _, p := range g.Phases {
			if p.Sent > 0 {
				phases = append(phases, endless(p.P95))
			}
		}
		if len(phases) > 0 {
			parts = append(parts, fmt.Sprintf("%s p95 %s", g.Name, strings.Join(phases, " → ")))
		}
	}
	if more := len(parts) - mostLatencies; more > 0 {
		parts = append(parts[:mostLatencies], fmt.Sprintf("and %d groups more", more))
	}
	return strings.Join(parts, "; ")
}

// endless writes a percentile of latency, which has no end where too many were bad.
func endless(p *float64) string {
	if p == nil {
		return "∞"
	}
	return words.Brief(*p)
}

// budget says what the outage burnt.
func budget(c sla.Scorecard) string {
	b := c.Budget
	if b == nil {
		return ""
	}
	burnt := words.Brief(b.Seconds)
	if most := words.Brief(b.Most); most != burnt {
		burnt += " to " + most
	}
	return fmt.Sprintf("%s burnt, %s of the %s that %s in %s allows", burnt, share(b.Share),
		words.Brief(b.Allowed), share(b.Objective), days(b.Window))
}

// days writes a long time.
func days(s float64) string {
	if d := s / (24 * 3600); d == float64(int(d)) {
		return fmt.Sprintf("%.0f days", d)
	}
	return words.Brief(s)
}

// alert says who is called, and within which limits.
func alert(c sla.Scorecard) string {
	a := c.Alert
	if a == nil {
		return ""
	}
	return fmt.Sprintf("%s, %s; %s: %s; respond within %s, repair within %s", a.Colour,
		words.English.Name(a.When), names(a.Failures), names(a.Teams), words.Brief(a.Respond),
		words.Brief(a.Repair))
}

func names(all []sla.Code) string {
	var names []string
	for _, c := range all {
		names = append(names, words.English.Name(c))
	}
	return strings.Join(names, ", ")
}

// detection says when failed requests fell.
func detection(c sla.Scorecard) string {
	if c.Times.Detect == nil || c.Times.Detect.Censored || c.Requests.Failed == 0 {
		return ""
	}
	s := fmt.Sprintf("%s failed before %s noticed, %s from then until the users were well",
		count(c.Requests.BeforeDetect), c.Times.Detect.By, count(c.Requests.UntilWell))
	if later := c.Requests.AfterDetect - c.Requests.UntilWell; later > 0 {
		s += fmt.Sprintf(", %s later", count(later))
	}
	return s
}

// observer says what each watcher did, and if asked how far that was from what could have
// been known.
func observer(c sla.Scorecard, ideal bool) (lines []string) {
	for _, w := range c.Watchers {
		s := w.Name + ": "
		switch {
		case w.Detect == nil && len(w.Unmet) > 0:
			s += "cannot meet " + strings.Join(w.Unmet, ", ") + " by its own way"
		case w.Detect == nil:
			s += "nothing to notice"
		case w.Detect.Censored && c.Spared(w):
			s += "content throughout, and no user was hurt"
		case w.Detect.Censored && c.Slowed(w):
			s += "content throughout, while users were answered more slowly"
		case w.Detect.Censored:
			s += "never noticed (" + took(w.Detect) + ")"
		default:
			s += "noticed after " + took(w.Detect)
			switch {
			case w.Behind == nil || !ideal:
			case w.Behind.Seconds < 0:
				s += fmt.Sprintf(", %s before every request, watched, could have told",
					took(&sla.Time{Seconds: -w.Behind.Seconds, Resolution: w.Behind.Resolution}))
			default:
				s += fmt.Sprintf(", %s behind what every request, watched, would have told",
					took(w.Behind))
			}
		}
		switch {
		case w.Restore == nil:
		case w.Restore.Censored:
			s += "; not content again (" + took(w.Restore) + ")"
		default:
			s += "; content again " + took(w.Restore) + " after the fault was gone"
		}
		if w.FalseAlarms > 0 {
			s += fmt.Sprintf("; %d false alarms", w.FalseAlarms)
		}
		lines = append(lines, s)
	}
	return lines
}

// steer says when names led elsewhere, and what came of it.
func steer(x sla.Steer) string {
	if len(x.Moves) == 0 {
		return fmt.Sprintf("%s: never moved: %s raised no alarm", x.Name, x.When)
	}
	var parts []string
	for _, m := range x.Moves {
		part := fmt.Sprintf("from %.1f s", m.At)
		switch {
		case m.Back < 0:
		case m.Answers == 0:
			part += fmt.Sprintf(" to %.1f s (and nobody asked)", m.Back)
		default:
			part += fmt.Sprintf(" to %.1f s (%s answers)", m.Back, count(m.Answers))
		}
		parts = append(parts, part)
	}
	s := fmt.Sprintf("%s: %s %s", x.Name, x.What, strings.Join(parts, ", "))
	if x.Settled != nil {
		s += fmt.Sprintf("; users well %s after the move", took(x.Settled))
	}
	return s
}

// nodes says who answered, in baseline, fault and recovery.
func nodes(c sla.Scorecard) string {
	var parts []string
	for _, n := range c.Nodes {
		parts = append(parts, fmt.Sprintf("%s %.0f → %.0f → %.0f%%", n.Name, 100*n.Baseline,
			100*n.Fault, 100*n.Recovery))
	}
	return strings.Join(parts, ", ")
}

// clocks says how stormdrill's own clock relates to the containers', where it is
// another.
func clocks(c sla.Scorecard) string {
	k := c.Clock
	if k == nil || k.Own() {
		return ""
	}
	return fmt.Sprintf("the containers' is this machine's %+.6f s ± %s, measured %d times, in which it drifted by %s",
		k.Shift, words.Brief(k.Bound), k.Measured, words.Brief(k.Drift))
}

// generator says how the load kept its word.
func generator(c sla.Scorecard) string {
	g := c.Generator
	s := fmt.Sprintf("%.4g/s wanted, %.4g/s sent, lag p99 %s", g.RateWanted, g.RateAchieved,
		words.Brief(g.LagP99))
	if g.Unsent > 0 {
		s += fmt.Sprintf(", %s never sent", count(g.Unsent))
	}
	if c.Requests.Replayed > 0 {
		s += fmt.Sprintf(", %s replayed by the transport", count(c.Requests.Replayed))
	}
	return s
}
