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

// measured is what was, and the fault that it is of.
func (l lines) measured(o sla.Objective) string {
	measured := l.Measured(o.Measured, o.Wanted)
	if o.Fault == "" {
		return measured
	}
	return l.Line("of-fault", "measured", measured, "fault", string(o.Fault))
}

// margin is how far what was measured, or its bound, lies on the good side of the limit.
func (l lines) margin(o sla.Objective) string {
	switch {
	case o.Margin == nil:
		return ""
	case o.Unit == "share":
		points := fmt.Sprintf("%+.2f", 100**o.Margin)
		if *o.Margin != 0 && strings.Trim(points, "+-0.") == "" {
			points = fmt.Sprintf("%+.2g", 100**o.Margin)
		}
		return l.Line("points", "points", points)
	}
	part := *o.Margin
	if most, only := words.Bound(o.Measured); only && o.Limit != nil && *o.Limit > 0 {
		part = (*o.Limit - most) / *o.Limit
	}
	return percentOf(part)
}

// percentOf writes a margin in per cent, with as many digits as it takes that one that is not
// none does not read so.
func percentOf(part float64) string {
	for digits := range 2 {
		text := fmt.Sprintf("%+.*f%%", digits, 100*part)
		if part == 0 || strings.Trim(text, "+-0.%") != "" {
			return text
		}
	}
	return fmt.Sprintf("%+.2g%%", 100*part)
}

// untold says of each objective that is undecided why, but for those that the reasons of the
// verdict name already.
func (l lines) untold(c sla.Scorecard) (all []string) {
	for _, o := range c.Objectives {
		named := func(s sla.Said) bool {
			return s.Code == sla.ObjectiveUndecided && s.Of("objective") == o.Name
		}
		if o.Result != sla.Undecided || slices.ContainsFunc(c.Reasons, named) {
			continue
		}
		why := ""
		if o.Why != nil {
			why = l.Text(*o.Why)
		}
		all = append(all, l.Line("untold", "objective", l.Objective(o.Name), "why", why))
	}
	return all
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

// share writes one in per cent, or that there is none.
func share[F ~float64](f F) string {
	if sla.Number(f) == sla.None {
		return "–"
	}
	return words.Percent(float64(f))
}

// detection says when failed requests fell.
func (l lines) detection(c sla.Scorecard) string {
	if c.Times.Detect == nil || c.Times.Detect.Censored || c.Requests.Failed == 0 ||
		!noticedAll(c, string(c.Times.Detect.By)) {
		return ""
	}
	return l.Line("detection", "before", count(c.Requests.BeforeDetect),
		"watcher", string(c.Times.Detect.By), "until", count(c.Requests.UntilWell),
		"later", counted(c.Requests.AfterDetect-c.Requests.UntilWell))
}

// noticedAll reports whether a watcher can meet all faults that gave users an outage: else what
// failed after it noticed says nothing of it.
func noticedAll(c sla.Scorecard, watcher string) bool {
	for _, w := range c.Watchers {
		if w.Name == watcher {
			return len(meant(c, w)) == len(meant(c, sla.Watcher{}))
		}
	}
	return true
}

// meant are the faults with an outage that a watcher was to notice.
func meant(c sla.Scorecard, w sla.Watcher) (names []string) {
	for _, f := range c.Faults {
		if f.Outage != nil && !slices.Contains(w.Unmet, f.Name) &&
			(w.Of == "" || string(w.Of) == f.Name) {
			names = append(names, f.Name)
		}
	}
	return names
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
			restore = l.content(c, w)
		}
		if w.FalseAlarms > 0 {
			alarms = strconv.Itoa(w.FalseAlarms)
		}
		all = append(all, l.Line("watcher", "watcher", w.Name, "found", l.found(c, w, ideal),
			"restore", restore, "alarms", alarms))
	}
	return all
}

// content is when a watcher was content again: after the fault was gone or, where it was before,
// at which instant.
func (l lines) content(c sla.Scorecard, w sla.Watcher) string {
	return cmp.Or(l.contentEarly(c, w), l.Line("content-again", "time", l.took(w.Restore)))
}

// contentEarly is at which instant a watcher was content again before the fault was gone; empty
// where it was not.
func (l lines) contentEarly(c sla.Scorecard, w sla.Watcher) string {
	if w.Restore == nil || w.Restore.Censored || w.Restore.Seconds > 0 {
		return ""
	}
	for _, m := range c.Picture.Marks {
		if m.What.Code == sla.MarkContent && m.What.Of("watcher") == w.Name {
			return l.Line("content-before", "at", at(1, m.At))
		}
	}
	return ""
}

// found is when a watcher noticed, or why it did not.
func (l lines) found(c sla.Scorecard, w sla.Watcher, ideal bool) string {
	switch {
	case w.Detect == nil && len(w.Unmet) > 0:
		return l.Line("cannot-meet", "faults", l.List(w.Unmet))
	case w.Detect == nil && c.Unheard(w):
		return l.Line("no-answer", "detail", c.NoAnswer(w))
	case w.Detect == nil:
		return l.unasked(c, w.FalseAlarms)
	case w.Detect.Censored && c.Spared(w):
		return l.Line("content-unhurt")
	case w.Detect.Censored && c.Slowed(w):
		return l.Line("content-slower")
	case w.Detect.Censored:
		return l.Line("never-noticed", "time", l.took(w.Detect))
	}
	before, behind, within := "", "", ""
	switch {
	case w.Behind == nil || !ideal:
	case eitherWay(w.Behind):
		within = words.AtMost(math.Abs(w.Behind.Seconds) + w.Behind.Resolution)
	case w.Behind.Seconds < 0:
		before = l.took(&sla.Time{Seconds: -w.Behind.Seconds, Resolution: w.Behind.Resolution})
	default:
		behind = l.took(w.Behind)
	}
	return l.Line("noticed-after", "time", l.took(w.Detect), "before", before, "behind", behind,
		"within", within)
}

// unasked says that there was nothing to notice: in a run without faults that is the good end,
// where nobody raised a false alarm.
func (l lines) unasked(c sla.Scorecard, alarms int) string {
	if c.Control && alarms == 0 {
		return l.Line("no-alarm")
	}
	return l.Line("nothing-to-notice")
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
	return l.Line("moves", "steer", x.Name, "what", l.Stated(x.Led, x.What), "moves", l.List(moves),
		"settled", l.took(x.Settled))
}

// nodes says which nodes answered, in baseline, fault and recovery.
func (l lines) nodes(c sla.Scorecard) string {
	var parts []string
	for _, n := range c.Nodes {
		parts = append(parts, fmt.Sprintf("%s %s → %s → %s", l.answerer(n),
			partOf(c, "baseline", n.Baseline), partOf(c, "fault", n.Fault),
			partOf(c, "recovery", n.Recovery)))
	}
	return l.List(parts)
}

// partOf is a node's share of a phase's answers; a dash where nothing was asked in it.
func partOf(c sla.Scorecard, phase string, part float64) string {
	asked := slices.ContainsFunc(c.Groups, func(g sla.Group) bool {
		return slices.ContainsFunc(g.Phases,
			func(p sla.Phase) bool { return p.Name == phase && p.Sent > 0 })
	})
	if !asked && part == 0 {
		return "–"
	}
	return words.WholePercent(part)
}

// tool is the version of a program, in words where it is none of a release.
func (l lines) tool(version sla.Word) string {
	commit, ok := strings.CutPrefix(string(version), "built from ")
	switch {
	case !ok:
		return string(version)
	case commit == "unknown":
		return l.Line("tool-unknown")
	}
	return l.Line("tool-built", "commit", commit)
}

// answerer is whose answers are counted. A node that only a fault answered for may well have
// answered, under no name.
func (l lines) answerer(n sla.Node) string {
	if n.Injected > 0 && n.Baseline == 0 && n.Recovery == 0 && n.Name != "switchboard" {
		return l.Line("answers-injected", "node", n.Name)
	}
	return l.node(n.Name)
}

// amplified says of each link how many requests each request of a user made on it, phase by
// phase.
func (l lines) amplified(c sla.Scorecard) (all []string) {
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
		all = append(all, l.Line("amplified", "link", x.Name,
			"phases", strings.Join(phases, " → "), "checks", checks))
	}
	return all
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
