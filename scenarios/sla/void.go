package sla

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/loadgen"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// broken says why there is no judgement at all: the harness or its surroundings
// failed, or a fault was left in place.
func (s *scorer) broken() (reasons []string) {
	for _, m := range s.record.Marks {
		switch m.Name {
		case timeline.MarkUnlifted:
			reasons = append(reasons, "a fault was left in place: "+m.Detail)
		case timeline.MarkError:
			reasons = append(reasons, m.Detail)
		}
	}
	if s.record.Truncated {
		reasons = append(reasons, "the record breaks off: stormdrill was ended before the drill was")
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
func (s *scorer) void() (reasons []string) {
	say := func(format string, a ...any) { reasons = append(reasons, fmt.Sprintf(format, a...)) }
	for _, f := range s.card.Faults {
		switch {
		case f.Inject < 0:
			say("fault %s was never injected: the run ended before", f.Name)
		case f.Proof.Effective != "yes":
			reasons = append(reasons, notEffective(f))
		case !f.Proof.Gone:
			say("fault %s was not proven gone", f.Name)
		}
	}
	reasons = append(reasons, s.unwell()...)
	busy := slices.Concat(s.convicted(), s.reference())
	if m := s.card.Generator.Machine; m != nil && len(busy) > 0 {
		busy = append(busy, "the machine at its busiest: "+m.String())
	}
	reasons = append(reasons, busy...)
	reasons = append(reasons, s.clock()...)
	for _, st := range s.sent() {
		if s.wentRound(st) {
			say("requests of %s were answered, and none of its links saw a connection: something went round the switchboard", st.group.Name)
		}
	}
	return reasons
}

// unwell is a steady state that is none.
func (s *scorer) unwell() (reasons []string) {
	say := func(format string, a ...any) { reasons = append(reasons, fmt.Sprintf(format, a...)) }
	for _, st := range s.sent() {
		_, before, _ := s.course.phase("baseline")
		n := st.first(before)
		bad := st.badBefore(before)
		switch {
		case n < leastBaseline:
			say("the baseline of %s is %d requests: a steady state takes at least %d; make the baseline longer, or the rate higher", st.group.Name, n, leastBaseline)
		case float64(bad) > mostBaselineBad*float64(n):
			say("%d of %d requests of %s were bad in the baseline, before any fault: look at the target's log, or lower the rate", bad, n, st.group.Name)
		}
	}
	if s.record.Header.Control {
		return reasons // what comes early in it is a false alarm like any other
	}
	for _, o := range s.outages {
		if s.course.injected != never && o.onset < s.course.injected {
			say("an outage of %s began %.1f s into the run, before any fault was injected", o.stream.group.Name, s.course.at(o.onset))
		}
	}
	for i, w := range s.record.Header.Watch {
		for _, a := range s.noticed[i].Alarms {
			if s.course.injected == never || a.Raised.After < s.course.injected {
				say("watcher %s raised an alarm %.1f s into the run, before any fault was injected", w.Name, s.course.at(a.Raised.After))
				break
			}
		}
	}
	return reasons
}

// convicted is what the generator did wrong.
func (s *scorer) convicted() (reasons []string) {
	say := func(format string, a ...any) { reasons = append(reasons, fmt.Sprintf(format, a...)) }
	const cure = "lower the rate, or give the machine to the drill alone"
	var due, sent, late, local uint64
	for _, st := range s.sent() {
		due += uint64(len(st.all))
		sent += uint64(len(st.sent))
		for _, r := range st.sent {
			if r.Sent-r.Due > int64(window) {
				late++
			}
			if r.Class == loadgen.Local {
				local++
			}
		}
	}
	if unsent := due - sent; float64(unsent) > mostUnsent*float64(due) {
		say("%d of %d requests that were due could not be sent: %s", unsent, due, cure)
	}
	if s.stalled() {
		say("the generator fell behind its own schedule around an instant that is measured: %s", cure)
	}
	if lag := s.card.Generator.LagP99; lag > seconds(window/2) || float64(late) > mostLate*float64(sent) {
		say("the generator fell behind its own schedule: 99 %% of requests left within %.1f ms of their due time, %d of %d later than %s; %s", 1e3*lag, late, sent, window, cure)
	}
	if local > 0 {
		say("%d requests failed on the load node itself (out of descriptors or ports, or a name outside the drill's network): use connections that live longer, or a lower rate", local)
	}
	return reasons
}

// stalled reports whether a request with a lag above w was due within w of an
// instant, so that the instant may be the generator's own doing.
func (s *scorer) stalled() bool {
	instants := []int64{s.course.injected, s.course.cleared, s.onset}
	for _, o := range s.own {
		if !o.censored {
			instants = append(instants, o.due, o.recovered)
		}
	}
	for _, st := range s.sent() {
		for _, t := range instants {
			if t == never {
				continue
			}
			near := st.sent[st.first(t-int64(window)):st.first(t+int64(window))]
			if slices.ContainsFunc(near, func(r loadgen.Request) bool { return time.Duration(r.Sent-r.Due) > window }) {
				return true
			}
		}
	}
	return false
}

// wentRound reports whether a group was answered though none of its links
// carried a connection.
func (s *scorer) wentRound(st *stream) bool {
	known := false
	for _, t := range s.record.Traffic {
		if from, _, ok := strings.Cut(t.Link, " -> "); ok && from == st.group.Name {
			if known = true; t.Connections > 0 {
				return false
			}
		}
	}
	return known && slices.ContainsFunc(st.sent, func(r loadgen.Request) bool { return r.Status != 0 })
}
