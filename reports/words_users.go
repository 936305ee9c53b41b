package reports

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// noOutage says what there was of one that is no fault's.
func (l lines) noOutage(c sla.Scorecard) string {
	switch {
	case len(c.Outages) > 0:
		return l.Line("no-outage-of-fault")
	case c.Requests.Excess < 1 && 2*c.Requests.Failed > c.Requests.Sent:
		return l.Line("unwell-before")
	case 2*c.Requests.Failed > c.Requests.Sent:
		return l.Line("no-outage-told")
	}
	return l.Line("no-outage")
}

// users says in one line what the users had.
func (l lines) users(c sla.Scorecard) string {
	r := c.Requests
	if r.Sent == 0 {
		return l.Line("none-sent")
	}
	outage, excess, low, high, classes := l.noOutage(c), "", "", "", []string{}
	if c.Times.Outage != nil {
		several, unwell := l.unwell(c)
		outage = l.Line("outage-of", "time", l.took(c.Times.Outage), "several", several,
			"unwell", unwell)
	}
	if beyond := math.Round(r.Excess); beyond != float64(r.Failed) {
		excess = count(uint64(beyond))
	}
	if r.Sent < r.Due {
		low, high = share(r.Low), share(r.High)
	}
	for _, k := range c.Classes {
		classes = append(classes, fmt.Sprintf("%s × %s", l.failure(k.Name), count(k.Count)))
	}
	return l.Line("requests", "outage", outage, "available", share(r.Availability),
		"over", over(r),
		"failed", count(r.Failed), "sent", count(r.Sent), "excess", excess,
		"low", low, "high", high, "unsent", counted(r.Due-min(r.Due, r.Sent)),
		"classes", l.Parts(classes))
}

// over is how long the requests were counted: fault and recovery together. Empty where it is not
// known.
func over(r sla.Requests) string {
	if r.Over <= 0 {
		return ""
	}
	return words.Brief(float64(r.Over))
}

// unwell is in how many stretches users were unwell within an outage, and for how long in all,
// where they were well for a good part of it; else nothing.
func (l lines) unwell(c sla.Scorecard) (several, seconds string) {
	var all []sla.Outage
	for _, o := range c.Outages {
		if len(o.By) > 0 {
			all = append(all, o)
		}
	}
	slices.SortStableFunc(all, func(a, b sla.Outage) int { return cmp.Compare(a.Onset, b.Onset) })
	stretches, in, until := 0, 0.0, math.Inf(-1)
	for _, o := range all {
		if o.Onset > until {
			stretches++
		}
		in += max(0, o.Recovery-max(o.Onset, until))
		until = max(until, o.Recovery)
	}
	if stretches < 2 || in > mostlyUnwell*c.Times.Outage.Seconds {
		return "", ""
	}
	return strconv.Itoa(stretches), words.Brief(in)
}

// mostlyUnwell is the part of an outage from which on it is not worth a word that users were well
// in between.
const mostlyUnwell = 0.9

// failure is how requests failed, in words: by the name of a class, or by its status.
func (l lines) failure(name string) string {
	if status, ok := strings.CutPrefix(name, "http "); ok {
		if status, injected := strings.CutSuffix(status, ", injected"); injected {
			return l.Line("class-injected", "status", status)
		}
		return l.Line("class-status", "status", status)
	}
	return cmp.Or(l.Line("class-"+name), name)
}

// node is who answered; what the judge says where it is no node's name is in words.
func (l lines) node(name string) string { return cmp.Or(l.Line("node-"+name), name) }

// outages says in one line what outages the faults gave the users, where there is
// more to it than its length: several, or one that came back before it was over.
func (l lines) outages(c sla.Scorecard) string {
	var parts []string
	flaps := 0
	for _, o := range c.Outages {
		if len(o.By) == 0 {
			continue
		}
		until, once, often, faults := l.Line("until", "recovery", at(1, o.Recovery)), "", "", ""
		if o.Censored {
			until = l.Line("until-open")
		}
		switch {
		case o.Flaps == 1:
			once = "1"
		case o.Flaps > 1:
			often = strconv.Itoa(o.Flaps)
		}
		if len(c.Faults) > 1 {
			faults = strings.Join(o.By, l.Line("or"))
		}
		flaps += o.Flaps
		parts = append(parts, l.Line("stretch", "group", o.Group, "onset", at(1, o.Onset),
			"until", until, "share", share(o.Share), "flap", once, "flaps", often,
			"faults", faults))
	}
	if len(parts) < 2 && flaps == 0 {
		return ""
	}
	return l.Parts(parts)
}

// unlimited says which groups were hurt while no objective limits that, a line each.
func (l lines) unlimited(c sla.Scorecard) (all []string) {
	for _, n := range c.Notes {
		if n.Code == sla.HurtUnlimited {
			all = append(all, l.Text(n))
		}
	}
	return all
}

// data says what became of acknowledged writes.
func (l lines) data(c sla.Scorecard) string {
	d := c.Data
	if d == nil {
		return ""
	}
	oldest, youngest, least, rpo := "", "", "", l.took(d.RPO)
	if d.Lost > 0 {
		oldest, youngest = at(2, d.OldestLost), at(2, d.YoungestLost)
	}
	if d.Unknown > 0 && d.RPO != nil {
		least, rpo = words.AtLeast(max(0, d.RPO.Seconds-d.RPO.Resolution)), ""
	}
	rto := c.Times.Mitigate
	if rto == nil || rto.Censored {
		rto = c.Times.Outage
	}
	return l.Line("writes", "acknowledged", count(d.Acknowledged), "there", count(d.There),
		"lost", count(d.Lost), "unknown", count(d.Unknown), "oldest", oldest, "youngest", youngest,
		"rpo_least", least, "rpo", rpo, "rto", l.took(rto))
}

// impact says how much of the users' world was hit.
func (l lines) impact(c sla.Scorecard) string {
	i := c.Impact
	if i.Level == 0 {
		return ""
	}
	everyone, uncertain, time := "", "", l.Line("impact-untold")
	switch {
	case i.Everyone:
		everyone = l.Line("everyone")
	case i.LevelUncertain:
		uncertain = l.Line("uncertain")
	}
	if i.ByTime != nil {
		time = l.Line("impact-time", "degraded", words.Brief(*i.Degraded),
			"full", words.Brief(*i.Full), "well", share(*i.ByTime))
	}
	return l.Line("impact", "level", strconv.Itoa(i.Level), "everyone", everyone,
		"uncertain", uncertain, "peak", share(i.Peak), "hit", count(i.UsersHit),
		"users", count(i.Users), "time", time)
}

// served says in one line what a group, or a part of one, had in each phase.
func (l lines) served(g sla.Group) string {
	var parts []string
	for _, p := range g.Phases {
		if p.Sent > 0 {
			parts = append(parts, l.Line("served-phase", "phase", l.phase(p.Name),
				"success", share(p.Success), "p50", endless(p.P50), "p95", endless(p.P95),
				"p99", endless(p.P99)))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return l.Line("served", "group", g.Name, "phases", l.Parts(parts))
}

// mostLatencies keeps the line of a drill with many groups short.
const mostLatencies = 4

// latency says in one line how late 95 % of the answers were, before, during and after.
func (l lines) latency(c sla.Scorecard) string {
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
		parts = append(parts[:mostLatencies], l.Line("groups-more", "groups", strconv.Itoa(more)))
	}
	return l.Parts(parts)
}

// endless writes a percentile of latency, which has no end where too many were bad.
func endless(p *float64) string {
	if p == nil {
		return "∞"
	}
	return words.Brief(*p)
}

// budget says what the outage burnt.
func (l lines) budget(c sla.Scorecard) string {
	b := c.Budget
	if b == nil {
		return ""
	}
	burnt, most := words.Brief(b.Seconds), words.Brief(b.Most)
	if most == burnt {
		most = ""
	}
	return l.Line("burnt", "burnt", burnt, "most", most, "share", share(b.Share),
		"allowed", words.Brief(b.Allowed), "objective", share(b.Objective),
		"window", l.days(b.Window))
}

// days writes a long time.
func (l lines) days(s float64) string {
	if d := s / (24 * 3600); d == float64(int(d)) {
		return l.Line("days", "days", at(0, d))
	}
	return words.Brief(s)
}

// alert says who is called, and within which limits.
func (l lines) alert(c sla.Scorecard) string {
	a := c.Alert
	if a == nil {
		return ""
	}
	return l.Line("alerted", "colour", cmp.Or(l.Line(a.Colour), a.Colour), "when", l.Name(a.When),
		"failures", l.names(a.Failures), "teams", l.names(a.Teams),
		"respond", words.Brief(a.Respond), "repair", words.Brief(a.Repair))
}

func (l lines) names(all []sla.Code) string {
	var names []string
	for _, c := range all {
		names = append(names, l.Name(c))
	}
	return l.List(names)
}
