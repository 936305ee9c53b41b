package sla

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// judge fills in objectives, verdict and reasons; the first that applies:
// interrupted, error, void, missed, undecided, pass.
func (s *scorer) judge() {
	s.objectives()
	c := &s.card
	broken, void := s.broken(), s.void()
	missed, undecided := s.results(Missed), s.results(Undecided)
	switch {
	case len(broken) > 0:
		c.Verdict, c.Reasons = Error, broken
	case s.interrupted():
		c.Verdict, c.Reasons = Interrupted, []string{"ended by the user; what was injected has been lifted"}
	case len(void) > 0:
		c.Verdict, c.Void, c.Reasons = Inconclusive, true, void
	case len(missed) > 0:
		c.Verdict, c.Reasons = Fail, missed
	case len(undecided) > 0:
		c.Verdict, c.Reasons = Inconclusive, undecided
	case len(c.Objectives) == 0:
		c.Verdict, c.Reasons = Inconclusive, []string{"no objective was judged: a run without one cannot pass"}
	default:
		c.Verdict = Pass
	}
}

// results words the objectives that came out so.
func (s *scorer) results(result string) (all []string) {
	for _, o := range s.card.Objectives {
		if o.Result != result {
			continue
		}
		line := fmt.Sprintf("%s: wanted %s, measured %s", o.Name, o.Wanted, o.Measured)
		if o.Why != "" {
			line += ": " + o.Why
		}
		all = append(all, line)
	}
	return all
}

func (s *scorer) objectives() {
	add := func(o Objective) { s.card.Objectives = append(s.card.Objectives, o) }
	if s.record.Header.Control {
		s.control(add)
		return
	}
	watcher := func(name string) Watcher {
		i := slices.IndexFunc(s.card.Watchers, func(w Watcher) bool { return w.Name == name })
		if i < 0 {
			return Watcher{}
		}
		return s.card.Watchers[i]
	}
	for _, name := range slices.Sorted(maps.Keys(s.wanted.Detect)) {
		why := "the watcher got no answer that counts"
		if s.from == never {
			why = "the fault had no effect that could be noticed"
		}
		add(atMost("detect "+name, s.wanted.Detect[name], watcher(name).Detect, why))
	}
	for _, name := range slices.Sorted(maps.Keys(s.wanted.Restore)) {
		add(atMost("restore "+name, s.wanted.Restore[name], watcher(name).Restore, "it never noticed, so it could not be content again"))
	}
	if l := s.wanted.Mitigate; l != nil {
		add(s.change("mitigate", *l, s.card.Times.Mitigate))
	}
	if l := s.wanted.Recover; l != nil {
		add(s.change("recover", *l, s.card.Times.Recover))
	}
	if l := s.wanted.Lose; l != nil {
		add(s.lose(*l))
	}
	if l := s.wanted.RPO; l != nil {
		add(s.point(*l))
	}
	for _, text := range s.wanted.Keep {
		add(s.keep(text))
	}
	s.card.Objectives = append(s.card.Objectives, s.handbook()...)
	if m, ok := markOf(s.record, timeline.MarkAbort, ""); ok {
		add(Objective{Name: "no abort", Wanted: "not " + m.Detail, Measured: "held, and ended the drill", Result: Missed})
	}
}

// change judges a time of the users' outage. Users who never had one were well
// all along.
func (s *scorer) change(name string, limit time.Duration, t *Time) Objective {
	absorbed := len(s.own) == 0 && len(s.card.Faults) > 0 &&
		!slices.ContainsFunc(s.card.Faults, func(f Fault) bool { return !f.Absorbed })
	if t == nil && absorbed {
		return Objective{Name: name, Wanted: "≤ " + Brief(limit.Seconds()), Measured: "no outage: absorbed", Result: Met, Value: new(float64), Unit: "s"}
	}
	why := "the fault was not lifted in this run"
	if len(s.own) == 0 {
		why = "no outage that is the fault's was seen"
	}
	return atMost(name, limit, t, why)
}

// atMost judges a time against its upper limit; why is the reason where there
// is no time.
func atMost(name string, limit time.Duration, t *Time, why string) Objective {
	o := Objective{Name: name, Wanted: "≤ " + Brief(limit.Seconds())}
	if t == nil {
		o.Measured, o.Result, o.Why = "nothing", Undecided, why
		return o
	}
	o.Measured = t.String()
	o.Value, o.Unit, o.Resolution, o.Censored = &t.Seconds, "s", t.Resolution, t.Censored
	margin := limit.Seconds() - t.Seconds
	switch {
	case t.Censored && t.Seconds >= limit.Seconds():
		o.Result = Missed
		return o
	case t.Censored:
		o.Result, o.Why = Undecided, "the run ended before it could be told"
		return o
	case t.Seconds+t.Resolution <= limit.Seconds():
		o.Result = Met
	case t.Seconds-t.Resolution > limit.Seconds():
		o.Result = Missed
	default:
		o.Result, o.Why = Undecided, "the limit lies within the resolution"
	}
	if limit == 0 {
		return o // nothing to set it against
	}
	o.Margin = fmt.Sprintf("%+.0f%%", 100*margin/limit.Seconds())
	return o
}

// String writes a time with its resolution, or what it exceeds.
func (t Time) String() string {
	switch {
	case t.Censored:
		return "> " + Brief(t.Seconds)
	case t.By == mitigated:
		return Brief(t.Seconds) + ", mitigated"
	case t.Resolution > 0:
		return Brief(t.Seconds) + " ± " + Brief(t.Resolution)
	}
	return Brief(t.Seconds)
}

// Brief writes seconds in a unit and with as many digits as a person reads.
func Brief(s float64) string {
	trim := func(digits int, v float64, unit string) string {
		text := fmt.Sprintf("%.*f", digits, v)
		if strings.Contains(text, ".") {
			text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
		}
		return text + " " + unit
	}
	switch {
	case s == 0:
		return "0 s"
	case s < 0.01:
		return trim(1, 1e3*s, "ms")
	case s < 1:
		return trim(0, 1e3*s, "ms")
	case s < 120:
		return trim(2, s, "s")
	}
	text := time.Duration(math.Round(s) * 1e9).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	return text
}

func sign(op string) string {
	if op == "<=" {
		return "≤"
	}
	return "≥"
}
