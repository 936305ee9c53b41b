package sla

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// One request of six thousand that left late voids a run if it was due beside an
// instant that is measured, of whichever fault and outage, and nowhere else.
func TestLateBesideAnInstant(t *testing.T) {
	const beside = string(GeneratorStalled)
	for what, c := range map[string]struct {
		at   int64
		void bool
	}{
		"in the baseline":                {10 * sec, false},
		"the first injection":            {15 * sec, true},
		"the first onset":                {15500 * ms, true},
		"in the first outage":            {17 * sec, false},
		"the first outage's recovery":    {18 * sec, true},
		"between recovery and clear":     {22 * sec, false},
		"the first clear":                {25 * sec, true},
		"between the faults":             {30 * sec, false},
		"the second injection":           {35 * sec, true},
		"the second onset":               {36 * sec, true},
		"the second outage's last fault": {38 * sec, true},
		"before it is known":             {38250 * ms, false},
		"when it is known":               {38500 * ms, true},
		"the second clear":               {40 * sec, true},
		"at the end":                     {55 * sec, false},
	} {
		t.Run(what, func(t *testing.T) {
			s := two(down{15500 * ms, 18 * sec, 1, "reset"}, down{36 * sec, 38 * sec, 1, "hang"})
			late := int64(0)
			s.adjust = func(q *load.Request) {
				if late == 0 && q.Due >= t0+c.at {
					late = 150 * ms
					q.Sent, q.Done = q.Sent+late, q.Done+late
				}
			}
			r := s.record()
			also(r, "a-later", 35*sec, 40*sec)
			card := Score(r, s.goals)
			if have := strings.Contains(strings.Join(lines(card.Reasons), "\n"),
				beside); have != c.void || card.Void != c.void {
				t.Errorf("have %q, void %t; want it void: %t", card.Reasons, card.Void, c.void)
			}
		})
	}
}

// A generator that sends a part of what is due in no window can confirm no recovery
// in it, though it never sent too little of the whole.
func TestTooFewRequestsConfirmNothing(t *testing.T) {
	s := usual()
	s.downs[0].share = 1
	skipped := func(from, to int64, every uint64) float64 {
		s.adjust = func(q *load.Request) {
			if at := q.Due - t0; at >= from && at < to && q.Seq%every == 0 {
				q.Unsent, q.Sent, q.Done, q.Status, q.Node, q.Class = true, 0, 0, 0, "", load.OK
			}
		}
		card := Score(s.record(), s.goals)
		if card.Void || len(card.Outages) != 1 || card.Outages[0].Censored {
			t.Fatalf("have %q, outages %+v; want one that ended", card.Reasons, card.Outages)
		}
		return card.Outages[0].Recovery
	}
	if have := skipped(18*sec, 20*sec, 50); have > 17.1 {
		t.Errorf("recovered at %.2f s, want 17: of 500 requests, 4 are missing", have)
	}
	if have := skipped(18*sec, 20*sec, 10); have < 18 {
		t.Errorf("recovered at %.2f s, want it later than 18: of 500 requests, 20 are missing",
			have)
	}
}

// A window with an outage in it is not well, however fast what failed was answered.
func TestFailedRequestsConfirmNothing(t *testing.T) {
	s := usual()
	r := s.record()
	st := newStream(r.Header.Groups[0], r.Requests["users"], t0, t0+s.inject, 1)
	for at, want := range map[int64]bool{5 * sec: true, 12 * sec: false, 16 * sec: false, 18 * sec: true} {
		if have := st.well(t0+at, 5*time.Second); have != want {
			t.Errorf("well over 5 s from %d s on: have %t, want %t", at/sec, have, want)
		}
	}
}

// A reference voids a run by an outage, however short, and by many bad requests, however
// thinly they are spread; not by those that it always has.
func TestReferenceUnwell(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for name, c := range map[string]struct {
		share func(at int64) float64 // of bad requests
		void  bool
	}{
		"a short outage": {func(at int64) float64 { return float64(one(at >= 20*sec && at < 20*sec+200*ms)) },
			true},
		"thinly spread": {func(at int64) float64 { return 0.009 + 0.012*float64(one(at >= 15*sec)) },
			true},
		"as always": {func(int64) float64 { return 0.004 }, false},
	} {
		r := usual().record()
		refer(r, func(q *load.Request) {
			if random.Float64() < c.share(q.Due-t0) {
				q.Class, q.Status = load.Status, 500
			}
		})
		card := Score(r, r.Header.Objectives)
		if have := strings.Contains(strings.Join(lines(card.Reasons), "\n"),
			string(ReferenceBad)); have != c.void {
			t.Errorf("%s: have %q, want it void: %t", name, card.Reasons, c.void)
		}
	}
}

// Users who are served within what they call slow, but not as in the baseline, are
// well enough to count as mitigated, and recovered; calm it is when latency is as before.
func TestServedSlowlyIsRecoveredNotCalm(t *testing.T) {
	s := usual()
	s.downs[0].share = 1
	s.adjust = func(q *load.Request) {
		if at := q.Due - t0; at >= 17*sec && at < 27*sec {
			q.Done += 200 * ms
		}
	}
	card := Score(s.record(), s.goals)
	if len(card.Outages) != 1 {
		t.Fatalf("outages %+v", card.Outages)
	}
	wantTime(t, "mitigate", card.Times.Mitigate, 2)
	wantTime(t, "recover", card.Times.Recover, 0)
	wantTime(t, "outage", card.Times.Outage, 2)
	wantTime(t, "calm", card.Times.Calm, 2.2)
}

// An outage before the injection is not the fault's, however short: so few failed that
// the baseline as a whole would pass. Beside the fault's own it is too small to be found as
// an outage, and an alarm all the same.
func TestOutageBeforehand(t *testing.T) {
	early := down{5 * sec, 5*sec + 140*ms, 1, "reset"}
	for want, downs := range map[string][]down{
		"outage-early group=users at_seconds=5": {early},
		"failures-early group=users at_seconds=5.1": {early,
			usual().downs[0]},
		"": usual().downs,
	} {
		s := usual()
		s.downs = downs
		card := Score(s.record(), s.goals)
		have := strings.Join(lines(card.Reasons), "\n")
		if card.Void != (want != "") || !strings.Contains(have, want) ||
			strings.Contains(have, string(BaselineBad)) {
			t.Errorf("want %q, have %s, %q", want, card.Verdict, have)
		}
	}
}

// A fault that the run ended before it came proves nothing.
func TestNeverInjected(t *testing.T) {
	s := usual()
	r := s.record()
	r.Header.Faults = append(r.Header.Faults, timeline.Fault{Name: "a-later", Kind: "refuse"})
	card := Score(r, s.goals)
	if have := strings.Join(lines(card.Reasons), "\n"); !card.Void ||
		!strings.Contains(have, "fault-not-injected fault=a-later") {
		t.Errorf("have %s, %q", card.Verdict, have)
	}
}

// A limit of restore is blurred by two clocks as one of detect is, and only where the
// watcher's instants are on the other one.
func TestClocksApart(t *testing.T) {
	for _, local := range []bool{false, true} {
		s := usual()
		s.goals.Detect = nil
		r := s.record()
		r.Clock.Bound, r.Header.Watch[0].Local = 600*time.Millisecond, local
		if have := strings.Contains(strings.Join(lines(Score(r, s.goals).Reasons), "\n"),
			"clocks-apart watcher=pager bound_seconds=0.6 limit_seconds=5"); have != local {
			t.Errorf("on the CLI's clock %t: have void %t", local, have)
		}
	}
}

// How two clocks relate is stated, with what they drifted by in the course of the run; a
// webhook's time carries the bound of all of it, not that of the beginning.
func TestClockIsStated(t *testing.T) {
	s := usual()
	s.watch[0].WatcherTraits, s.deliveries = (&watch.Webhook{}).Traits(),
		[]load.Delivery{{Hook: "pager", At: t0 + s.inject + 1500*ms}}
	r := s.record()
	if c := Score(r, s.goals).Clock; c != nil {
		t.Errorf("never measured: have %+v", c)
	}
	r.Clocks = []wire.Offset{{Shift: -time.Hour, Bound: 2 * time.Millisecond},
		{Shift: -time.Hour + 30*time.Millisecond, Bound: time.Millisecond}}
	r.Clock = wire.Over(r.Clocks)
	card := Score(r, s.goals)
	if c := card.Clock; c == nil || *c != (Clock{Shift: -3600, Bound: 0.031, Drift: 0.03,
		Measured: 2}) || c.Own() {
		t.Errorf("have %+v", c)
	}
	if d := card.Times.Detect; d == nil || d.Resolution < 0.031 {
		t.Errorf("detected %+v, want the clocks' doubt in its resolution", d)
	}
}

// A fault that was on for longer than planned is not what the scenario asked for: no
// pass, whichever of the two that may have noticed did.
func TestOverstayed(t *testing.T) {
	s := usual()
	fault := s.record().Header.Faults[0].Name
	for what, c := range map[string]struct {
		marks []timeline.Mark
		want  []string
	}{
		"neither": {nil, nil},
		"lifted late": {[]timeline.Mark{{Name: timeline.MarkOverdue, Fault: fault, Detail: "9s"}},
			[]string{"fault-overdue fault=fault over_seconds=9"}},
		"by its node": {[]timeline.Mark{{Name: timeline.MarkExpired, Fault: fault},
			{Name: timeline.MarkOverdue, Fault: fault, Detail: "9s"}},
			[]string{"fault-overstayed fault=fault"}},
		"nor by it": {[]timeline.Mark{{Name: timeline.MarkExpired, Fault: fault,
			Detail: "no such rule"}},
			[]string{"fault-overstayed-on fault=fault detail=no such rule"}},
	} {
		r := s.record()
		r.Marks = append(r.Marks, c.marks...)
		card := Score(r, s.goals)
		if (card.Verdict == Pass) != (c.want == nil) || card.Void != (c.want != nil) ||
			len(card.Reasons) != len(c.want) {
			t.Errorf("%s: have %s, %q", what, card.Verdict, card.Reasons)
			continue
		}
		for i, want := range c.want {
			if !strings.Contains(card.Reasons[i].String(), want) {
				t.Errorf("%s: have %q, want it to say %q", what, card.Reasons, want)
			}
		}
	}
}
