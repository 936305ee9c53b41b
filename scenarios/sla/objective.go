package sla

import (
	"cmp"
	"maps"
	"slices"
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
		s.unmeet(EndedUnplanned)
	case len(void) > 0:
		s.unmeet(ProvesNothing)
	}
	missed, undecided := s.results(ObjectiveMissed, Missed),
		s.results(ObjectiveUndecided, Undecided)
	after := slices.Concat(s.later(), s.unended(), s.hurried())
	switch {
	case len(broken) > 0:
		c.Verdict, c.Reasons = Error, broken
	case s.interrupted():
		c.Verdict, c.Reasons = Interrupted, []Said{Say(Ended)}
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
		c.Verdict, c.Reasons = Inconclusive, []Said{Say(NothingJudged)}
	case len(after) > 0:
		c.Verdict, c.Reasons = Inconclusive, after
	default:
		c.Verdict = Pass
	}
}

// unmeet leaves nothing met where the measurement is not to be trusted.
func (s *scorer) unmeet(why Code) {
	for i := range s.card.Objectives {
		if o := &s.card.Objectives[i]; o.Result == Met {
			o.undecided(why)
		}
	}
}

// results names the objectives that came out so.
func (s *scorer) results(code Code, result string) (all []Said) {
	for _, o := range s.card.Objectives {
		if o.Result == result {
			all = append(all, Say(code, o.Name, o.Wanted, o.Measured, o.Fault, o.Why))
		}
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
		why := Say(NoAnswerCounts, Word(s.card.NoAnswer(watcher(name))))
		if s.from == never {
			why = Say(NoEffect)
		}
		if w := watcher(name); s.blindTo(w) {
			why = s.cannotMeet(w)
		}
		add(s.detection(name, s.wanted.Detect[name], watcher(name), why))
	}
	for _, name := range slices.Sorted(maps.Keys(s.wanted.Restore)) {
		why := Say(NeverNoticed)
		if w := watcher(name); s.blindTo(w) {
			why = s.cannotMeet(w)
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
		o := fewer(NoAbort, Say(WantNot, m.Detail), 0, "aborts")
		o.Measured, o.Value, o.Result = Say(AbortHeld), counts(1), Missed
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

func (s *scorer) cannotMeet(w Watcher) Said {
	faults := w.Unmet
	if w.Of != "" {
		faults = []string{string(w.Of)}
	}
	var by timeline.ToMeet
	for _, of := range s.record.Header.Watch {
		if of.Name == string(w.Name) {
			by = of.ToMeet
		}
	}
	return Say(CannotMeet, faults, w.Name, Word(by.As), Word(by.Link), Word(by.Aim))
}

// detection judges a watcher. One that was content while no user was hurt has missed
// nothing, and has shown nothing: whether it would notice an outage is left open. Whether
// slower answers alone had to be noticed no limit on a detection says.
func (s *scorer) detection(name string, limit time.Duration, w Watcher, why Said) Objective {
	o := atMost("detect "+name, limit, w.Detect, why)
	if w.Detect != nil && w.Detect.Censored && s.card.Spared(w) {
		o.Measured = Say(NotNoticedAbsorbed)
		if slices.Contains(s.wanted.IfFelt, name) {
			o.Result, o.Why, o.Value, o.Censored = Met, nil, nil, false
			return o
		}
		o.undecided(NobodyHurt)
	}
	if w.Detect != nil && w.Detect.Censored && s.card.Slowed(w) {
		o.Measured = Say(NotNoticedSlower)
		o.undecided(OnlySlower)
	}
	return o
}

// changes judges a time of each fault's outage, and gives the worst of the judgements:
// of several faults, with the name of that one.
func (s *scorer) changes(name string, limit time.Duration, of func(Fault) *Time) (worst Objective) {
	var longest *Time
	judged := false
	for i, f := range s.card.Faults {
		t := of(f)
		// Users felt it, and for how long is not known, which is no reason to pass by
		// another fault's time; but one that was over at once has nothing to mitigate.
		undecided := f.Faint > 0 && !(name == "mitigate" && s.record.Header.Faults[i].For == 0)
		if t == nil && !undecided {
			continue
		}
		o := s.change(name, limit, t)
		if len(s.card.Faults) > 1 && (len(s.byFault) > 1 || f.Faint > 0) {
			o.Fault = Word(f.Name)
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
	after := len(s.byFault) > 0
	for _, x := range s.byFault {
		after = after && x.after()
	}
	after = after && !slices.ContainsFunc(s.card.Faults, func(f Fault) bool { return f.Faint > 0 })
	if after {
		return spared("mitigate", limit, WellWhileOn)
	}
	return s.changes("mitigate", limit, func(f Fault) *Time { return f.Mitigate })
}

// after reports whether the outage of a fault began only once all of its faults were off.
func (x faultOutage) after() bool {
	return x.lifted != never && !slices.ContainsFunc(x.on, func(t span) bool {
		off := t.off()
		if t.paused != never {
			off += int64(t.pausing)
		}
		return off == never || x.onset <= off && t.off() <= x.lifted
	})
}

// recovery judges how soon the users were answered again. Where they had another outage
// later, it cannot be said that it was for good.
func (s *scorer) recovery(limit time.Duration) Objective {
	o := s.changes("recover", limit, func(f Fault) *Time { return f.Recover })
	if later := s.later(); len(later) > 0 && o.Result == Met {
		o.Result, o.Why = Undecided, &later[0]
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
		measured := Absorbed
		if slices.ContainsFunc(s.card.Faults, func(f Fault) bool { return f.Slower }) {
			measured = AbsorbedSlower
		}
		return spared(name, limit, measured)
	}
	why := NotLifted
	switch {
	case slices.ContainsFunc(s.card.Faults, func(f Fault) bool { return f.Faint > 0 }):
		why = TooFaint
	case len(s.own) == 0:
		why = NoOutageOfFault
	}
	return atMost(name, limit, t, Say(why))
}

// absorbed reports whether each fault that users can meet was.
func (s *scorer) absorbed() bool {
	borne := 0
	for i, f := range s.card.Faults {
		switch {
		case f.Absorbed, f.Slower:
			borne++
		case !s.record.Header.Faults[i].Watchers && !s.record.Header.Faults[i].Monitoring:
			return false
		}
	}
	return borne > 0
}

// spared is a limit met by users who had nothing to be measured.
func spared(name string, limit time.Duration, measured Code) Objective {
	o := upTo(name, limit)
	o.Measured, o.Result, o.Value = Say(measured), Met, new(float64)
	return o
}

// atMost judges a time against its upper limit; why is the reason where there
// is no time.
func atMost(name string, limit time.Duration, t *Time, why Said) Objective {
	o := upTo(name, limit)
	if t == nil {
		o.Measured, o.Result, o.Why = Say(Nothing), Undecided, &why
		return o
	}
	o.Measured = t.Said()
	o.Value, o.Resolution, o.Censored = &t.Seconds, t.Resolution, t.Censored
	least := t.Seconds - t.Resolution
	switch {
	case t.Censored && (least > limit.Seconds() || least == limit.Seconds() && t.Unconfirmed == ""):
		o.Result = Missed
		return o
	case t.Censored:
		o.undecided(t.unsettled())
		return o
	case t.Seconds+t.Resolution <= limit.Seconds():
		o.Result = Met
	case t.By == tooFew:
		o.undecided(TooFaint)
	case least > limit.Seconds():
		o.Result = Missed
	default:
		o.undecided(WithinResolution)
	}
	if limit > 0 { // else there is nothing to set it against
		o.Margin = margin((limit.Seconds() - t.Seconds) / limit.Seconds())
	}
	return o
}

// unsettled says why it is not known when a censored time ended.
func (t Time) unsettled() Code {
	switch t.Unconfirmed {
	case atRest:
		return Relapsed
	case byOther:
		return OfOtherFault
	case atLift:
		return UnconfirmedAtLift
	case atEnd:
		return UnconfirmedAtEnd
	}
	return RunEndedBefore
}

// Least is what a time is certain to have taken: whether it is measured or censored, its ends are
// known no better than its resolution.
func (t Time) Least() float64 { return round(max(0, t.Seconds-t.Resolution)) }

// Said is a time with its resolution, or what it exceeds: the bound that it is judged by.
func (t Time) Said() Said {
	least := t.Least()
	switch {
	case t.Unconfirmed == atRest:
		return Say(TimeToRelapse, least)
	case t.Unconfirmed == byOther:
		return Say(TimeToOtherFault, least)
	case t.Unconfirmed == atLift:
		return Say(TimeToLift, least)
	case t.Unconfirmed == atEnd:
		return Say(TimeToEnd, least)
	case t.Censored:
		return Say(TimeExceeds, least)
	case t.By == tooFew:
		return Say(TimeAtMost, round(t.Seconds+t.Resolution))
	case t.By == mitigated:
		return Say(TimeMitigated, t.Seconds)
	}
	return Say(TimeTaken, t.Seconds, t.Resolution)
}
