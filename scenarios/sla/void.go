package sla

import (
	"math"
	"slices"
	"strings"
	"time"

	"gonum.org/v1/gonum/mathext"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// broken says why there is no judgement at all: the harness or its surroundings
// failed, or a fault was left in place.
func (s *scorer) broken() (reasons []Said) {
	left := map[string]bool{} // tried again on the way out, and part of that error too: stated once
	for _, m := range s.record.Marks {
		switch {
		case m.Name == timeline.MarkUnlifted && !left[m.Detail]:
			left[m.Detail] = true
			code := FaultLeft
			if m.Steer != "" {
				code = NamesLeft
			}
			reasons = append(reasons, Say(code, m.Detail))
		case m.Name == timeline.MarkError:
			lines := slices.DeleteFunc(strings.Split(m.Detail, "\n"),
				func(l string) bool { return left[l] })
			if len(lines) > 0 {
				reasons = append(reasons, Say(Harness, strings.Join(lines, "\n")))
			}
		}
	}
	if s.record.Truncated {
		reasons = append(reasons, Say(RecordTruncated))
	}
	if _, ended := markOf(s.record, timeline.MarkEnd, ""); !ended && len(reasons) == 0 &&
		!s.interrupted() {
		reasons = append(reasons, Say(RecordNoEnd))
	}
	return reasons
}

// interrupted reports whether the user ended the run.
func (s *scorer) interrupted() bool {
	_, ok := markOf(s.record, timeline.MarkInterrupted, "")
	return ok
}

// void names every reason why the numbers of this run prove nothing, each with
// what would help.
func (s *scorer) void() (reasons []Said) {
	say := func(code Code, values ...any) { reasons = append(reasons, Say(code, values...)) }
	_, ended := markOf(s.record, timeline.MarkDead, "")
	if ended {
		say(Dead, s.dead())
	}
	for i, f := range s.card.Faults {
		switch {
		case f.Inject < 0 && ended:
		case f.Inject < 0:
			say(FaultNotInjected, f.Name)
		case f.Proof.Effective != "yes":
			reasons = append(reasons, notEffective(f, s.record.Header.Faults[i]))
		case !f.Proof.Gone:
			say(FaultNotGone, f.Name)
		}
	}
	reasons = append(reasons, s.overstayed()...)
	reasons = append(reasons, s.unwell()...)
	busy := slices.Concat(s.convicted(), s.reference())
	if len(busy) > 0 {
		busy = append(busy, s.busiest()...)
	}
	reasons = append(reasons, busy...)
	reasons = append(reasons, s.clocksApart()...)
	reasons = append(reasons, s.wentRound()...)
	reasons = append(reasons, s.bypassed()...)
	return reasons
}

// busiest says how busy the machine was, where that may be why; nothing where the record
// does not say.
func (s *scorer) busiest() []Said {
	if m := s.card.Generator.Machine; m != nil {
		return []Said{Say(MachineBusy, m.Load, m.CPU, m.Memory, m.IO)}
	}
	return nil
}

// unwell is a steady state that is none.
func (s *scorer) unwell() (reasons []Said) {
	say := func(code Code, values ...any) { reasons = append(reasons, Say(code, values...)) }
	_, before, _ := s.course.phase("baseline")
	n, bad := 0, 0
	for _, st := range s.streams {
		n, bad = n+st.first(before), bad+st.badBefore(before)
	}
	if len(s.streams) > 1 && tooMany(bad, n, s.together(), len(s.sent())+1) {
		say(BaselineBadOfAll, bad, n)
	}
	for _, st := range s.sent() {
		n, bad := st.first(before), st.badBefore(before)
		switch {
		case n < leastBaseline:
			say(BaselineShort, st.group.Name, n, leastBaseline)
		case tooMany(bad, n, st.spread, len(s.sent())+1):
			say(BaselineBad, bad, n, st.group.Name, st.cure(before))
		}
	}
	if s.record.Header.Control {
		return reasons // what comes early in it is a false alarm like any other
	}
	early := len(reasons)
	for _, st := range s.streams {
		reasons = append(reasons, s.early(st)...)
		if st.slowing && s.wanted.Calm != nil {
			say(SlowerEarly, st.group.Name)
		}
	}
	if len(reasons) == early && s.earlyOfAll() {
		say(FailuresEarlyOfAll)
	}
	for i, w := range s.record.Header.Watch {
		for _, a := range s.noticed[i].Alarms {
			if s.course.injected == never || a.Raised.After < s.course.injected {
				say(AlarmEarly, w.Name, s.course.at(a.Raised.After))
				break
			}
		}
	}
	return reasons
}

// tooMany reports whether more than mostBaselineBad are bad, as far as bad of n requests
// show, those of a burst as one, by one of so many tests: one of a few shows nothing.
func tooMany(bad, n int, spread float64, tests int) bool {
	if bad == 0 {
		return false
	}
	d := max(1, spread)
	least := mathext.InvRegIncBeta(float64(bad)/d, float64(n-bad)/d+1,
		(1-Confidence)/float64(max(1, tests)))
	return least > mostBaselineBad
}

// dead are the groups with a baseline that was mostly bad: of what follows nothing can be
// measured.
func (s *scorer) dead() (groups []string) {
	_, before, _ := s.course.phase("baseline")
	for _, st := range s.streams {
		if 2*st.badBefore(before) > st.first(before) {
			groups = append(groups, st.group.Name)
		}
	}
	return groups
}

// cure is what helps a baseline that is mostly bad.
func (s *stream) cure(before int64) Said {
	status, led := 0, 0
	for r := range s.all.Between(0, s.all.First(before)) {
		if r.Status >= 300 && r.Status < 400 && r.Bad(s.group.Slow) {
			status, led = int(r.Status), led+1
		}
	}
	if 2*led > s.badBefore(before) {
		return Say(RedirectsNotFollowed, status)
	}
	return Say(LookAtLog)
}

// early says what happened to the users before any fault: outages, or, where what came
// later makes one too small to be found, the alarm that it would have raised.
func (s *scorer) early(st *stream) (reasons []Said) {
	for _, o := range s.outages {
		if o.stream == st && s.course.injected != never && o.onset < s.course.injected {
			reasons = append(reasons, Say(OutageEarly, st.group.Name, s.course.at(o.onset)))
		}
		if o.stream == st && o.before {
			reasons = append(reasons, Say(OutageOnAlready, st.group.Name, s.course.at(o.onset)))
		}
	}
	if len(reasons) == 0 && len(st.alarms) > 0 && st.alarms[0] < s.course.injected {
		reasons = append(reasons, Say(FailuresEarly, st.group.Name, s.course.at(st.alarms[0])))
	}
	return reasons
}

// earlyOfAll reports whether all groups together had more bad requests in a last part of
// the baseline than what was before it explains, by the alarm's own chance.
func (s *scorer) earlyOfAll() bool {
	begin, end, ok := s.course.phase("baseline")
	if !ok || len(s.streams) < 2 {
		return false
	}
	parts := []int64{2, 3, 5, 8}
	return slices.ContainsFunc(parts, func(n int64) bool {
		from, a := end-(end-begin)/n, against{}
		calm, late := baselineBads{from: begin, until: from}, baselineBads{from: from, until: end}
		for _, st := range s.streams {
			a.base, a.in = a.base+st.first(from), a.in+st.first(end)-st.first(from)
			for _, due := range st.steadyBads.due {
				if due < from {
					calm.due = append(calm.due, due)
				} else {
					late.due = append(late.due, due)
				}
			}
		}
		a.calm, a.bad = len(calm.due), len(late.due) // known before any fault
		slices.Sort(calm.due)
		slices.Sort(late.due)
		a.spread = max(calm.dispersion(), late.dispersion())
		return a.chance() < alpha/float64(len(parts))
	})
}

// convicted is what the generator did wrong.
func (s *scorer) convicted() (reasons []Said) {
	say := func(code Code, values ...any) { reasons = append(reasons, Say(code, values...)) }
	var due, sent, late, local uint64
	for _, st := range s.sent() {
		due += uint64(st.all.Len() - st.warm)
		sent += uint64(st.sent())
		late += uint64(st.late)
		local += uint64(st.local)
	}
	for _, st := range s.sent() {
		if have, want := st.all.Len()-st.warm,
			st.planned(s.course); float64(have) < (1-mostUnsent)*want-leastLost {
			say(LoadSilent, have, st.group.Name, math.Round(want))
		}
	}
	if unsent := due - sent; unsent >= leastLost && float64(unsent) > mostUnsent*float64(due) {
		say(RequestsUnsent, unsent, due)
	}
	for _, st := range s.sent() { // what is little of all may be most of one
		due, lost := st.all.Len()-st.warm, len(st.unsent)-st.warm
		if len(s.sent()) > 1 && lost >= leastLost &&
			float64(lost) > mostUnsentOfGroup*float64(due) {
			say(RequestsUnsentOf, lost, due, st.group.Name)
		}
	}
	if s.stalled() {
		say(GeneratorStalled)
	}
	if lag := s.card.Generator.LagP99; lag > seconds(window/2) || late >= leastLost &&
		float64(late) > mostLate*float64(sent) {
		say(GeneratorLate, lag, late, sent, seconds(window))
	}
	for _, st := range s.sent() {
		if st.lagged >= leastLost && st.lagged > st.allowed(st.sent()) {
			say(GeneratorSlowed, st.lagged, st.group.Name)
		}
	}
	if local > 0 {
		say(GeneratorExhausted, local)
	}
	return reasons
}

// planned is how many requests were due from the baseline to the end of the run.
func (s *stream) planned(c course) float64 {
	return s.group.Rate * time.Duration(max(0, c.end-max(c.start, c.steady))).Seconds()
}

// stalled reports whether a request with a lag above w was due within w of an
// instant, so that the instant may be the generator's own doing.
func (s *scorer) stalled() bool {
	instants := s.instants()
	return slices.ContainsFunc(s.sent(), func(st *stream) bool {
		return slices.ContainsFunc(instants, func(t int64) bool { return st.lateNear(t) })
	})
}

// instants are those that times are counted from or to: of every fault, and of every
// outage that is a fault's.
func (s *scorer) instants() (all []int64) {
	for _, m := range s.record.Marks {
		switch m.Name {
		case timeline.MarkInject:
			all = append(all, m.Before)
		case timeline.MarkClear:
			all = append(all, m.After)
		}
	}
	for _, o := range s.own {
		all = append(all, o.onset)
		if !o.censored {
			all = append(all, o.due, o.recovered)
		}
	}
	return all
}

// lateNear reports whether a request that was due within w of an instant had a lag
// above w.
func (s *stream) lateNear(t int64) bool {
	for r := range s.all.Between(s.all.First(t-int64(window)), s.all.First(t+int64(window))) {
		if !r.Unsent && time.Duration(r.Sent-r.Due) > window {
			return true
		}
	}
	return false
}
