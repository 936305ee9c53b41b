package reports

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// lines says what a scorecard has, a line for each thing, in a language.
type lines struct{ *words.Language }

// english is what is kept as evidence.
var english = lines{words.English}

// took is a time, in words; empty where there is none.
func (l lines) took(t *sla.Time) string {
	if t == nil {
		return ""
	}
	return l.Text(t.Said())
}

// measured is what was, and whose it is.
func (l lines) measured(o sla.Objective) string {
	if o.Fault == "" {
		return l.Text(o.Measured)
	}
	return l.Line("of-fault", "measured", l.Text(o.Measured), "fault", string(o.Fault))
}

// margin is how far what was measured lies on the good side of the limit.
func (l lines) margin(o sla.Objective) string {
	switch {
	case o.Margin == nil:
		return ""
	case o.Unit == "share":
		return l.Line("points", "points", fmt.Sprintf("%+.2f", 100**o.Margin))
	}
	return fmt.Sprintf("%+.0f%%", 100**o.Margin)
}

// verdict is one in words, as its reader looks for it.
func (l lines) verdict(v sla.Verdict) string {
	return cmp.Or(l.Line("verdict-"+string(v)), strings.ToUpper(string(v)))
}

// phase names one; of none that is known, as it is.
func (l lines) phase(name string) string { return cmp.Or(l.Line(name), name) }

// count writes a number with commas.
func count(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// counted is count, and empty for none.
func counted(n uint64) string {
	if n == 0 {
		return ""
	}
	return count(n)
}

// at writes an instant of the run.
func at[F ~float64](digits int, seconds F) string {
	return strconv.FormatFloat(float64(seconds), 'f', digits, 64)
}

// title names a run.
func (l lines) title(c sla.Scorecard) string {
	if c.Control {
		return l.Line("control-run", "scenario", c.Scenario)
	}
	return c.Scenario
}

// share writes one in per cent, cut after two digits and never rounded up, or that there is
// none.
func share[F ~float64](f F) string {
	if sla.Number(f) == sla.None {
		return "–"
	}
	return words.Percent(float64(f))
}

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
		outage = l.Line("outage-of", "time", l.took(c.Times.Outage))
	}
	if beyond := math.Round(r.Excess); beyond != float64(r.Failed) {
		excess = count(uint64(beyond))
	}
	if r.Sent < r.Due {
		low, high = share(r.Low), share(r.High)
	}
	for _, k := range c.Classes {
		classes = append(classes, fmt.Sprintf("%s × %s", k.Name, count(k.Count)))
	}
	return l.Line("requests", "outage", outage, "available", share(r.Availability),
		"failed", count(r.Failed), "sent", count(r.Sent), "excess", excess,
		"low", low, "high", high, "unsent", counted(r.Due-min(r.Due, r.Sent)),
		"classes", l.Parts(classes))
}

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
	if d.Unknown > 0 {
		least, rpo = rpo, ""
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
	case i.Straddles:
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

// detection says when failed requests fell.
func (l lines) detection(c sla.Scorecard) string {
	if c.Times.Detect == nil || c.Times.Detect.Censored || c.Requests.Failed == 0 {
		return ""
	}
	return l.Line("detection", "before", count(c.Requests.BeforeDetect),
		"watcher", string(c.Times.Detect.By), "until", count(c.Requests.UntilWell),
		"later", counted(c.Requests.AfterDetect-c.Requests.UntilWell))
}

// observer says what each watcher did, and if asked how far that was from what could have
// been known.
func (l lines) observer(c sla.Scorecard, ideal bool) (all []string) {
	for _, w := range c.Watchers {
		restore, alarms := "", ""
		switch {
		case w.Restore == nil:
		case w.Restore.Censored:
			restore = l.Line("not-content", "time", l.took(w.Restore))
		default:
			restore = l.Line("content-again", "time", l.took(w.Restore))
		}
		if w.FalseAlarms > 0 {
			alarms = strconv.Itoa(w.FalseAlarms)
		}
		all = append(all, l.Line("watcher", "watcher", w.Name, "found", l.found(c, w, ideal),
			"restore", restore, "alarms", alarms))
	}
	return all
}

// found is when a watcher noticed, or why it did not.
func (l lines) found(c sla.Scorecard, w sla.Watcher, ideal bool) string {
	switch {
	case w.Detect == nil && len(w.Unmet) > 0:
		return l.Line("cannot-meet", "faults", l.List(w.Unmet))
	case w.Detect == nil:
		return l.Line("nothing-to-notice")
	case w.Detect.Censored && c.Spared(w):
		return l.Line("content-unhurt")
	case w.Detect.Censored && c.Slowed(w):
		return l.Line("content-slower")
	case w.Detect.Censored:
		return l.Line("never-noticed", "time", l.took(w.Detect))
	}
	before, behind := "", ""
	switch {
	case w.Behind == nil || !ideal:
	case w.Behind.Seconds < 0:
		before = l.took(&sla.Time{Seconds: -w.Behind.Seconds, Resolution: w.Behind.Resolution})
	default:
		behind = l.took(w.Behind)
	}
	return l.Line("noticed-after", "time", l.took(w.Detect), "before", before, "behind", behind)
}

// steer says when names led elsewhere, and what came of it.
func (l lines) steer(x sla.Steer) string {
	if len(x.Moves) == 0 {
		return l.Line("never-moved", "steer", x.Name, "watcher", x.When)
	}
	var moves []string
	for _, m := range x.Moves {
		back, idle := "", ""
		switch {
		case m.Back < 0:
		case m.Answers == 0:
			idle = at(1, m.Back)
		default:
			back = at(1, m.Back)
		}
		moves = append(moves, l.Line("move", "at", at(1, m.At), "back", back, "idle", idle,
			"answers", count(m.Answers)))
	}
	return l.Line("moves", "steer", x.Name, "what", x.What, "moves", l.List(moves),
		"settled", l.took(x.Settled))
}

// nodes says who answered, in baseline, fault and recovery.
func (l lines) nodes(c sla.Scorecard) string {
	var parts []string
	for _, n := range c.Nodes {
		parts = append(parts, fmt.Sprintf("%s %.0f → %.0f → %.0f%%", n.Name, 100*n.Baseline,
			100*n.Fault, 100*n.Recovery))
	}
	return l.List(parts)
}

// amplified says how many requests each request of a user made on a link, phase by phase.
func (l lines) amplified(c sla.Scorecard) string {
	var parts []string
	for _, x := range c.Links {
		var phases []string
		for _, p := range x.Phases {
			if p.Each != nil {
				phases = append(phases, fmt.Sprintf("%.2f", *p.Each))
			}
		}
		if len(phases) == 0 {
			continue
		}
		checks := ""
		if x.Blind {
			checks = l.Line("checks-too")
		}
		parts = append(parts, l.Line("amplified", "link", x.Name,
			"phases", strings.Join(phases, " → "), "checks", checks))
	}
	return l.Parts(parts)
}

// clocks says how stormdrill's own clock relates to the containers', where it is
// another.
func (l lines) clocks(c sla.Scorecard) string {
	k := c.Clock
	if k == nil || k.Own() {
		return ""
	}
	return l.Line("clocks", "shift", fmt.Sprintf("%+.6f", k.Shift), "bound", words.Brief(k.Bound),
		"times", strconv.Itoa(k.Measured), "drift", words.Brief(k.Drift))
}

// generator says how the load kept its word.
func (l lines) generator(c sla.Scorecard) string {
	g := c.Generator
	return l.Line("load", "wanted", fmt.Sprintf("%.4g", g.RateWanted),
		"sent", fmt.Sprintf("%.4g", g.RateAchieved), "lag", words.Brief(g.LagP99),
		"unsent", counted(g.Unsent), "replayed", counted(c.Requests.Replayed))
}

// connections says where new and established ones were served differently.
func (l lines) connections(card sla.Scorecard) (all []string) {
	for _, g := range card.Groups {
		for _, p := range g.Phases {
			if c := p.Connections; c.Differ {
				all = append(all, l.Line("connections", "group", g.Name,
					"phase", l.phase(p.Name), "new", share(c.New.Success),
					"established", share(c.Established.Success)))
			}
		}
	}
	return all
}
