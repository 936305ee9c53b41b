package sla

import (
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// calm is the usual drill without its fault: all is well.
func calm() sim {
	s := usual()
	s.control, s.downs = true, nil
	s.answers = nil
	for at := sec; at < int64(s.length); at += sec {
		s.answers = append(s.answers, answer(at, true))
	}
	return s
}

// A control run is judged by what must not happen in it, not by a proof that it
// cannot have.
func TestControlRuns(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*sim)
		spoil   func(*timeline.Record)
		verdict Verdict
		reason  string
	}{
		"all well": {nil, nil, Pass, ""},
		"early alarm": {func(s *sim) { s.answers[9].Good = false }, nil, Fail,
			"objective=no alarm of pager wanted=(none) measured=(alarms count=1 at_seconds=10)"},
		"late alarm": {func(s *sim) { s.answers[25].Good = false }, nil, Fail,
			"objective=no alarm of pager wanted=(none) measured=(alarms count=1 at_seconds=26)"},
		"watcher fell silent": {func(s *sim) { s.answers = s.answers[:9] }, nil, Inconclusive,
			"why=(answers-missing)"},
		"watcher was blind": {func(s *sim) { s.answers = nil }, nil, Inconclusive,
			"no alarm of pager wanted=(none) measured=(nothing) why=(no-answer-counts)"},
		"outage": {func(s *sim) { s.downs = []down{{20 * sec, 22 * sec, 0.5, "503"}} }, nil, Fail,
			"objective=no outage wanted=(none) measured=(outages count=1 group=users at_seconds=20"},
		"outage in the baseline": {func(s *sim) { s.downs = []down{{5 * sec, 5*sec + 140*ms, 1, "503"}} },
			nil, Fail, "objective=no outage wanted=(none)"},
		"lag": {nil, func(r *timeline.Record) { spoil(r, 0.002, func(q *load.Request) { q.Sent += 150 * ms }) },
			Inconclusive, "generator-"},
		"no requests": {nil, func(r *timeline.Record) { r.Requests = nil }, Inconclusive,
			"baseline-short group=users requests=0"},
		"cut off": {nil, func(r *timeline.Record) { r.Truncated = true }, Error,
			"record-truncated"},
	} {
		t.Run(name, func(t *testing.T) {
			s := calm()
			if c.change != nil {
				c.change(&s)
			}
			r := s.record()
			if c.spoil != nil {
				c.spoil(r)
			}
			card := Score(r, r.Header.Objectives)
			if !card.Control || card.Verdict != c.verdict ||
				!strings.Contains(strings.Join(lines(card.Reasons), "\n"), c.reason) {
				t.Errorf("have %s, %q\nwant %s, %q", card.Verdict, card.Reasons, c.verdict,
					c.reason)
			}
			for _, o := range card.Objectives {
				if !strings.HasPrefix(o.Name, "no ") {
					t.Errorf("objective %q is about a fault that is not there", o.Name)
				}
			}
		})
	}
}

// Its phases are those of the drill with the fault.
func TestControlRunHasPhases(t *testing.T) {
	s := calm()
	card := Score(s.record(), s.goals)
	for i, want := range []uint64{1500, 1000, 1500} {
		if have := card.Groups[0].Phases[i].Due; have != want {
			t.Errorf("%s: %d requests due, want %d", card.Groups[0].Phases[i].Name, have, want)
		}
	}
	if w := card.Watchers[0]; w.Detect != nil || w.FalseAlarms != 0 || card.Times.Ideal != nil {
		t.Errorf("a time was measured from a fault that is not there: %+v, %+v", w, card.Times)
	}
}
