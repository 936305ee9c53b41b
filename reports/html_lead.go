package reports

import (
	"slices"
	"strconv"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// leadVerdicts are the lines that begin the second sentence of a page's lead.
var leadVerdicts = map[sla.Verdict]string{sla.Pass: "page-lead-pass", sla.Fail: "page-lead-fail",
	sla.Inconclusive: "page-lead-inconclusive", sla.Error: "page-lead-error",
	sla.Interrupted: "page-lead-interrupted"}

// lead is the run in two sentences: what broke, how long users suffered, what they lost, who
// noticed and when; whether it passed, and whether its numbers can be believed.
func (l lines) lead(c sla.Scorecard) string {
	if unbegun(c) {
		return l.Line("page-lead-unbegun")
	}
	met, all := "", ""
	if n := len(c.Objectives); n > 0 {
		met, all = strconv.Itoa(metOf(c)), strconv.Itoa(n)
	}
	believed := l.Line("page-lead-believed", "but", l.short(c))
	switch {
	case untouched(c):
		believed = l.Line("page-lead-untouched")
	case void(c):
		believed = l.Line("page-lead-void")
	}
	return l.Line("page-lead", "broke", l.leadBroke(c), "users", l.leadUsers(c),
		"unlimited", l.leadUnlimited(c), "lost", l.lostWrites(c), "noticed", l.leadNoticed(c),
		"still", l.still(c), "believed", believed,
		"passed", l.Line(leadVerdicts[c.Verdict], "met", met, "all", all, "tally", l.tally(c)))
}

// tally is how many objectives were missed, and how many are undecided, where both are; else
// nothing.
func (l lines) tally(c sla.Scorecard) string {
	missed, undecided := resultsOf(c, sla.Missed), resultsOf(c, sla.Undecided)
	if missed == 0 || undecided == 0 {
		return ""
	}
	return l.Line("page-lead-tally", "missed", strconv.Itoa(missed),
		"undecided", strconv.Itoa(undecided))
}

// mostExplained is of how many faults a sentence says what each does.
const mostExplained = 2

// leadBroke says which faults were injected, each with what it does, or is, and where.
func (l lines) leadBroke(c sla.Scorecard) string {
	var injected, what []string
	for _, f := range c.Faults {
		if f.Inject < 0 {
			continue
		}
		injected = append(injected, l.aimed(f))
		if does := l.Fault(f); does != "" {
			what = append(what, l.Line("page-lead-fault", "fault", f.Name, "what", does,
				"link", f.Link))
		}
	}
	switch {
	case len(injected) == 0:
		return l.Line("page-lead-nothing")
	case len(what) == len(injected) && len(what) <= mostExplained:
		injected = what
	}
	return l.Line("page-lead-injected", "faults", l.List(injected))
}

// aimed is a fault's name, its kind as the scenario has it, and what it was aimed at.
func (l lines) aimed(f sla.Fault) string {
	return l.Line("page-aimed", "fault", f.Name, "kind", f.Kind, "link", f.Link)
}

// leadUsers says what outage the users had of the faults, and how many requests failed.
func (l lines) leadUsers(c sla.Scorecard) string {
	r := c.Requests
	if r.Sent == 0 {
		return l.Line("none-sent")
	}
	failed := l.Line("page-lead-failed", "failed", count(r.Failed), "sent", count(r.Sent))
	switch o := c.Times.Outage; {
	case o != nil:
		several, unwell := l.unwell(c)
		return l.Line("page-lead-outage", "time", l.took(o), "several", several,
			"unwell", unwell, "failed", failed)
	case slices.ContainsFunc(c.Faults, func(f sla.Fault) bool { return f.Slower }):
		return l.Line("page-lead-slower", "failed", failed)
	}
	return l.Line("page-lead-no-outage", "outage", l.noOutage(c), "failed", failed)
}

// mostUnlimited is how many groups a sentence names.
const mostUnlimited = 3

// leadUnlimited says which groups were hurt though no objective limits it, and how much.
func (l lines) leadUnlimited(c sla.Scorecard) string {
	var groups []string
	for _, n := range c.Notes {
		group, _ := n.Of("group").(string)
		if part, ok := n.Of("failed_share").(float64); ok && n.Code == sla.HurtUnlimited {
			groups = append(groups, l.Line("page-hurt", "group", group, "share", share(part)))
		}
	}
	if len(groups) == 0 {
		return ""
	}
	if more := len(groups) - mostUnlimited; more > 0 {
		groups = append(groups[:mostUnlimited], l.Line("groups-more", "groups", strconv.Itoa(more)))
	}
	return l.Line("page-lead-unlimited", "groups", l.List(groups))
}

// lostWrites says how many writes that users believed safe were lost; nothing where none was.
func (l lines) lostWrites(c sla.Scorecard) string {
	if c.Data == nil || c.Data.Lost == 0 {
		return ""
	}
	return l.Line("page-lost", "lost", count(c.Data.Lost), "acknowledged",
		count(c.Data.Acknowledged))
}

// mostWatchers is of how many watchers a sentence says what each noticed.
const mostWatchers = 3

// leadNoticed says who noticed first; of several faults that not all watchers can meet, who
// noticed which.
func (l lines) leadNoticed(c sla.Scorecard) string {
	var of []string
	apart := false
	for _, w := range c.Watchers {
		if faults := meant(c, w); w.Detect != nil && !w.Detect.Censored && len(faults) > 0 {
			of = append(of, l.Line("page-lead-noticed-of", "watcher", w.Name,
				"faults", l.List(faults), "time", l.took(w.Detect)))
			apart = apart || !noticedAll(c, w.Name)
		}
	}
	if apart && len(of) <= mostWatchers {
		return l.List(of)
	}
	switch d := c.Times.Detect; {
	case d != nil && d.Censored:
		return l.Line("page-lead-nobody")
	case d != nil:
		return l.Line("page-lead-noticed", "watcher", string(d.By), "time", l.took(d))
	case len(c.Watchers) == 0:
		return l.Line("page-no-watchers")
	}
	return l.unasked(c, falseAlarms(c))
}

// still names the watchers with an alarm that was on when the run ended.
func (l lines) still(c sla.Scorecard) string {
	var names []string
	for _, w := range c.Watchers {
		if d := c.Times.Detect; d != nil && !d.Censored && w.Restore != nil && w.Restore.Censored {
			names = append(names, w.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return l.Line("page-lead-still", "watchers", l.List(names))
}

// falseAlarms is how many watchers raised.
func falseAlarms(c sla.Scorecard) (n int) {
	for _, w := range c.Watchers {
		n += w.FalseAlarms
	}
	return n
}

// busy says that the machine was, and that latencies may show it; else nothing.
func (l lines) busy(c sla.Scorecard) string {
	short := l.short(c)
	if short == "" {
		return ""
	}
	return l.Line("page-busy", "short", short)
}

// short says that the machine was short of CPU, where latencies may show it; else nothing.
func (l lines) short(c sla.Scorecard) string {
	m := c.Generator.Machine
	if m == nil || m.CPU == nil || *m.CPU < sla.MostWaited {
		return ""
	}
	return l.Line("page-short", "share", words.Percent(*m.CPU))
}

// coarse names the times of a run of which more than a quarter is doubt, each once, as far as
// they are judged.
func (l lines) coarse(c sla.Scorecard) string {
	var all []string
	t := c.Times
	for _, x := range []struct {
		line string
		time *sla.Time
	}{{"page-outage", t.Outage}, {"page-noticed-after", t.Detect}, {"page-mitigated", t.Mitigate},
		{"page-recovered", t.Recover}, {"page-content-after", t.Restore}} {
		if x.time != nil && !x.time.Censored && x.time.Seconds > 0 &&
			4*x.time.Resolution > x.time.Seconds {
			all = append(all, l.Line("named", "name", l.Line(x.line), "what", l.took(x.time)))
		}
	}
	return l.List(all)
}

// metOf is how many objectives were met.
func metOf(c sla.Scorecard) int { return resultsOf(c, sla.Met) }

// resultsOf is how many objectives have a result.
func resultsOf(c sla.Scorecard, result string) (n int) {
	for _, o := range c.Objectives {
		if o.Result == result {
			n++
		}
	}
	return n
}

// untouched reports whether a run proves nothing for the one reason that its faults met no request
// of users: what was measured is sound.
func untouched(c sla.Scorecard) bool {
	return c.Void && len(c.Reasons) > 0 && !slices.ContainsFunc(c.Reasons,
		func(s sla.Said) bool { return s.Code != sla.FaultUntouched })
}

// void reports whether the numbers of a run prove nothing.
func void(c sla.Scorecard) bool {
	return c.Void || c.Verdict == sla.Error || c.Verdict == sla.Interrupted
}
