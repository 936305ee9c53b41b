package sla

import (
	"cmp"
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
	switch {
	case len(broken) > 0 || s.interrupted():
		s.unmeet("the drill did not end as planned")
	case len(void) > 0:
		s.unmeet("the run proves nothing: see its reasons")
	}
	missed, undecided := s.results(Missed), s.results(Undecided)
	after := slices.Concat(s.later(), s.unended(), s.hurried())
	switch {
	case len(broken) > 0:
		c.Verdict, c.Reasons = Error, broken
	case s.interrupted():
		c.Verdict, c.Reasons = Interrupted,
			[]Said{Say("interrupted", "ended by the user; what was injected has been lifted")}
	case s.lost && s.course.injected != never:
		// Acknowledged writes that are gone are the users' loss, whatever else is not proven.
		c.Verdict, c.Reasons = Fail, slices.Concat(missed, void)
	case len(void) > 0:
		c.Verdict, c.Void, c.Reasons = Inconclusive, true, void
	case len(missed) > 0:
		c.Verdict, c.Reasons = Fail, missed
	case len(undecided) > 0:
		c.Verdict, c.Reasons = Inconclusive, undecided
	case len(c.Objectives) == 0:
		c.Verdict, c.Reasons = Inconclusive,
			[]Said{Say("nothing-judged", "no objective was judged: a run without one cannot pass")}
	case len(after) > 0:
		c.Verdict, c.Reasons = Inconclusive, after
	default:
		c.Verdict = Pass
	}
}

// unmeet leaves nothing met where what was measured cannot be believed.
func (s *scorer) unmeet(why string) {
	for i := range s.card.Objectives {
		if o := &s.card.Objectives[i]; o.Result == Met {
			o.Result, o.Why = Undecided, Word(why)
		}
	}
}

// results words the objectives that came out so.
func (s *scorer) results(result string) (all []Said) {
	for _, o := range s.card.Objectives {
		if o.Result != result {
			continue
		}
		said := Saying("objective-"+result, "%s: wanted %s, measured %s", o.Name, o.Wanted,
			o.Measured)
		if o.Why != "" {
			said.Text += ": " + string(o.Why)
		}
		all = append(all, said)
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
	gone := func(o Objective) {
		s.lost = s.lost || o.Result == Missed
		add(o)
	}
	s.unconfirmable()
	for _, name := range slices.Sorted(maps.Keys(s.wanted.Detect)) {
		why := "the watcher got no answer that counts"
		if s.from == never {
			why = "the fault had no effect that could be noticed"
		}
		if w := watcher(name); s.blindTo(w) {
			why = cannotMeet(w)
		}
		add(s.detection(name, s.wanted.Detect[name], watcher(name), why))
	}
	for _, name := range slices.Sorted(maps.Keys(s.wanted.Restore)) {
		why := "it never noticed, so it could not be content again"
		if w := watcher(name); s.blindTo(w) {
			why = cannotMeet(w)
		}
		add(atMost("alert-clear "+name, s.wanted.Restore[name], watcher(name).Restore, why))
	}
	if l := s.wanted.Mitigate; l != nil {
		add(s.mitigation(*l))
	}
	if l := s.wanted.Recover; l != nil {
		add(s.recovery(*l))
	}
	if l := s.wanted.Calm; l != nil {
		add(s.changes("calm", *l, func(f Fault) *Time { return f.Calm }))
	}
	if l := s.wanted.Outage; l != nil {
		add(s.changes("outage", *l, func(f Fault) *Time { return f.Outage }))
	}
	if l := s.wanted.Lose; l != nil {
		gone(s.lose(*l))
	}
	if l := s.wanted.RPO; l != nil {
		gone(s.point(*l))
	}
	for _, text := range s.wanted.Keep {
		add(s.keep(text))
	}
	s.card.Objectives = append(s.card.Objectives, s.handbook()...)
	if m, ok := markOf(s.record, timeline.MarkAbort, ""); ok {
		o := fewer("no abort", "not "+m.Detail, 0, "aborts")
		o.Measured, o.Value, o.Result = "held, and ended the drill", counts(1), Missed
		add(o)
	}
}

// blindTo reports whether a watcher's own way leads past none of what it has to notice.
func (s *scorer) blindTo(w Watcher) bool {
	if w.Of != "" {
		return slices.Contains(w.Unmet, string(w.Of))
	}
	return len(w.Unmet) > 0 && len(w.Unmet) == len(s.record.Header.Faults)
}

func cannotMeet(w Watcher) string {
	return fmt.Sprintf("it cannot meet %s by its own way, and is not convicted: say as: GROUP, so that it asks in the users' place, or aim the fault at watch:%s, too",
		cmp.Or(string(w.Of), strings.Join(w.Unmet, ", ")), w.Name)
}

// detection judges a watcher. One that was content while nobody was hurt has missed
// nothing, and has shown nothing: whether it would notice an outage is not told. Whether
// slower answers alone had to be noticed no limit on a detection says.
func (s *scorer) detection(name string, limit time.Duration, w Watcher, why string) Objective {
	o := atMost("detect "+name, limit, w.Detect, why)
	if w.Detect != nil && w.Detect.Censored && s.card.Spared(w) {
		o.Measured, o.Result = "not noticed, absorbed", Undecided
		if slices.Contains(s.wanted.IfFelt, name) {
			o.Result, o.Why, o.Value, o.Censored = Met, "", nil, false
			return o
		}
		o.Why = "no user was hurt, so nothing was there that it had to notice: make the fault harder, or ask for a detection only if users felt it: {within: …, if: felt}"
	}
	if w.Detect != nil && w.Detect.Censored && s.card.Slowed(w) {
		o.Measured, o.Result = "not noticed, answered more slowly", Undecided
		o.Why = "users were answered more slowly, and none of their requests failed: that a watcher has to notice it is not said; bound latency with a threshold, or call slower answers bad (slow: …)"
	}
	return o
}

// changes judges a time of each fault's outage, and gives the worst of the judgements:
// of several faults, with the name of whose it is.
func (s *scorer) changes(name string, limit time.Duration, of func(Fault) *Time) (worst Objective) {
	var longest *Time
	judged := false
	for i, f := range s.card.Faults {
		t := of(f)
		// Users felt it and nobody can say for how long, which is no reason to pass by
		// another fault's time; but one that was over at once has nothing to mitigate.
		untold := f.Faint > 0 && !(name == "mitigate" && s.record.Header.Faults[i].For == 0)
		if t == nil && !untold {
			continue
		}
		o := s.change(name, limit, t)
		if len(s.card.Faults) > 1 && (len(s.spells) > 1 || f.Faint > 0) {
			o.Measured += " (" + f.Name + ")"
		}
		rank := cmp.Compare(slices.Index(results, o.Result), slices.Index(results, worst.Result))
		if !judged || rank > 0 || rank == 0 && t != nil && worse(longest, t) != longest {
			worst, longest, judged = o, t, true
		}
	}
	if !judged {
		return s.change(name, limit, nil)
	}
	return worst
}

// mitigation judges how soon the users were well while the faults were still on. Where
// each fault was lifted and every outage came only after that, they had been so all
// along.
func (s *scorer) mitigation(limit time.Duration) Objective {
	after := len(s.spells) > 0
	for _, x := range s.spells {
		after = after && x.lifted != never && x.onset > x.lifted
	}
	after = after && !slices.ContainsFunc(s.card.Faults, func(f Fault) bool { return f.Faint > 0 })
	if after {
		return spared("mitigate", limit, "no outage while it was on")
	}
	return s.changes("mitigate", limit, func(f Fault) *Time { return f.Mitigate })
}

// recovery judges how soon the users were answered again. Where they had another outage
// later, nobody can say that it was for good.
func (s *scorer) recovery(limit time.Duration) Objective {
	o := s.changes("recover", limit, func(f Fault) *Time { return f.Recover })
	if later := s.later(); len(later) > 0 && o.Result == Met {
		o.Result, o.Why = Undecided, Word(later[0].Text)
	}
	return o
}

// results, the best first.
var results = []string{Met, Undecided, Missed}

// change judges a time of the users' outage. Users who never had one were well all
// along.
func (s *scorer) change(name string, limit time.Duration, t *Time) Objective {
	absorbed := len(s.own) == 0 && s.absorbed()
	if t == nil && absorbed {
		measured := "no outage: absorbed"
		if slices.ContainsFunc(s.card.Faults, func(f Fault) bool { return f.Slower }) {
			measured = "no outage: answered more slowly"
		}
		return spared(name, limit, measured)
	}
	why := "the fault was not lifted in this run"
	switch {
	case slices.ContainsFunc(s.card.Faults, func(f Fault) bool { return f.Faint > 0 }):
		why = tooFaint
	case len(s.own) == 0:
		why = "no outage that is the fault's was seen"
	}
	return atMost(name, limit, t, why)
}

// absorbed reports whether each fault that users can meet was.
func (s *scorer) absorbed() bool {
	borne := 0
	for i, f := range s.card.Faults {
		switch {
		case f.Absorbed, f.Slower:
			borne++
		case !s.record.Header.Faults[i].Watchers:
			return false
		}
	}
	return borne > 0
}

const tooFaint = "users felt it, and too little for an outage to stand out: want it on for longer, a higher rate, or one that hits more"

// spared is a limit met by users who had nothing to be measured.
func spared(name string, limit time.Duration, measured string) Objective {
	o := upTo(name, limit)
	o.Measured, o.Result, o.Value = measured, Met, new(float64)
	return o
}

// atMost judges a time against its upper limit; why is the reason where there
// is no time.
func atMost(name string, limit time.Duration, t *Time, why string) Objective {
	o := upTo(name, limit)
	if t == nil {
		o.Measured, o.Result, o.Why = "nothing", Undecided, Word(why)
		return o
	}
	o.Measured = t.String()
	o.Value, o.Resolution, o.Censored = &t.Seconds, t.Resolution, t.Censored
	margin, least := limit.Seconds()-t.Seconds, t.Seconds-t.Resolution
	switch {
	case t.Censored && (least > limit.Seconds() || least == limit.Seconds() && t.Unconfirmed == ""):
		o.Result = Missed
		return o
	case t.Censored:
		o.Result, o.Why = Undecided, Word(t.unsettled())
		return o
	case t.Seconds+t.Resolution <= limit.Seconds():
		o.Result = Met
	case t.By == tooFew:
		o.Result, o.Why = Undecided, tooFaint
	case least > limit.Seconds():
		o.Result = Missed
	default:
		o.Result, o.Why = Undecided, "the limit lies within the resolution"
	}
	if limit == 0 {
		return o // nothing to set it against
	}
	o.Margin = Word(fmt.Sprintf("%+.0f%%", 100*margin/limit.Seconds()))
	return o
}

// unsettled says why it is not known when a censored time ended, and what would help.
func (t Time) unsettled() string {
	switch t.Unconfirmed {
	case atRest:
		return "it seemed over then, and came back, or was never quite over: look at what happened later, or want a longer baseline where it is never quite well"
	case byOther:
		return "what it cried may have been of another fault, which came before or since: which of them it noticed cannot be told; let them come further apart"
	case atLift:
		return "the users were last seen unwell then, and the fault was lifted before they had been well for as long as confirms it: want a longer fault phase, or a shorter confirm"
	case atEnd:
		return "the users were last seen unwell then, and the run ended before they had been well for as long as confirms it: want a longer recovery, or a shorter confirm"
	}
	return "the run ended before it could be told"
}

// leastShown is the least resolution, in seconds, that Brief does not write as none.
const leastShown = 0.05e-3

// String writes a time with its resolution, or what it exceeds.
func (t Time) String() string {
	switch {
	case t.Unconfirmed == atRest:
		return "≥ " + Brief(t.Seconds) + ", and not as before from then on"
	case t.Unconfirmed == byOther:
		return "≥ " + Brief(t.Seconds) + ", and then another fault was on"
	case t.Unconfirmed == atLift:
		return "≥ " + Brief(t.Seconds) + ", not confirmed before the fault was lifted"
	case t.Unconfirmed == atEnd:
		return "≥ " + Brief(t.Seconds) + ", not confirmed before the run ended"
	case t.Censored:
		return "> " + Brief(t.Seconds)
	case t.By == tooFew:
		return "at most " + Brief(t.Seconds+t.Resolution)
	case t.By == mitigated:
		return Brief(t.Seconds) + ", mitigated"
	case t.Resolution >= leastShown:
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
	case math.IsInf(s, 1):
		return "∞"
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
