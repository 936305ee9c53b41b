package sla

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen"
)

// A fault that users felt, and too little for an outage to stand out, is not told as
// one that nobody felt.
func TestFaint(t *testing.T) {
	for name, c := range map[string]struct {
		every    uint64 // n-th request of the fault's first 100 is bad
		injected bool
		noise    float64
		verdict  Verdict
	}{
		"nobody":                {0, false, 0, Pass},
		"one, by chance":        {100, false, 0, Pass},
		"one of the fault's":    {100, true, 0, Inconclusive},
		"more than chance":      {14, false, 0, Inconclusive},
		"no more than always":   {0, false, 0.004, Pass},
		"a fault that is felt":  {1, true, 0, Pass}, // an outage: mitigated within its second
		"felt, and noise about": {14, true, 0.004, Inconclusive},
	} {
		s := usual()
		s.downs, s.noise, s.lift = nil, c.noise, 16*sec
		s.goals.Detect, s.goals.Restore, s.goals.Mitigate, s.goals.Keep = nil, nil, nil, nil
		s.adjust = func(q *loadgen.Request) {
			if in := q.Seq - 1500; c.every > 0 && in < 100 && in%c.every == 0 {
				q.Class, q.Status, q.Injected = loadgen.Status, 503, c.injected
			}
		}
		card := Score(s.record(), s.goals)
		f := card.Faults[0]
		if card.Verdict != c.verdict || f.Faint != (c.verdict == Inconclusive) || f.Absorbed && f.Faint {
			t.Errorf("%s: have %s %q, %+v; want %s", name, card.Verdict, card.Reasons, f, c.verdict)
		}
		if why := strings.Join(card.Reasons, " "); f.Faint && !strings.Contains(why, "users felt it, and too little for an outage to stand out") {
			t.Errorf("%s: %q", name, why)
		}
	}
}

// The alarm comes when plan says that it does, on average.
func TestAlarmAfter(t *testing.T) {
	for _, c := range []struct{ rate, share float64 }{{100, 1}, {100, 0.3}, {1000, 0.05}} {
		var sum float64
		const runs = 200
		for seed := range uint64(runs) {
			s := usual()
			s.rate, s.seed, s.downs = c.rate, seed, []down{{s.inject, s.lift, c.share, "503"}}
			st := newStream(s.record().Header.Groups[0], s.record().Requests["users"], t0+s.inject, 1)
			at, ok := st.noticed(t0 + s.inject)
			if !ok {
				t.Fatalf("%+v: no alarm", c)
			}
			sum += time.Duration(at - t0 - s.inject).Seconds()
		}
		want := AlarmAfter(c.rate, c.share, 15*time.Second, 40*time.Second, 1).Seconds()
		if have := sum / runs; math.Abs(have-want) > 0.15*want {
			t.Errorf("%v/s, %v bad: alarm after %.3f s on average, want about %.3f s", c.rate, c.share, have, want)
		}
	}
	if d := AlarmAfter(1000, 0.001, 15*time.Second, time.Hour, 1); d < 24*time.Hour {
		t.Errorf("a share that never alarms does after %s", d)
	}
}

// Users whose outage came only after the lift were well while the fault was on.
func TestMitigateWithoutAnOutageUnderTheFault(t *testing.T) {
	s := usual()
	s.downs = []down{{25*sec + 500*ms, 26 * sec, 1, "reset"}}
	s.goals.Detect, s.goals.Restore = nil, nil
	card := Score(s.record(), s.goals)
	i := slices.IndexFunc(card.Objectives, func(o Objective) bool { return o.Name == "mitigate" })
	if o := card.Objectives[i]; o.Result != Met || o.Measured != "no outage while it was on" {
		t.Errorf("have %+v, %s %q", o, card.Verdict, card.Reasons)
	}
}

// One connection's SYNs, sent again and again, are no five requests: the silence of
// users proves nothing. An outage does, and a count of requests.
func TestPacketsOfOneRequest(t *testing.T) {
	for name, c := range map[string]struct {
		kind    string
		touched uint64
		outage  bool
		verdict Verdict
	}{
		"one connection's":   {"syn-drop", 6, false, Inconclusive},
		"with an outage":     {"syn-drop", 6, true, Pass},
		"enough":             {"syn-drop", 40, false, Pass},
		"requests":           {"http-status", 6, false, Pass},
		"fewer than five":    {"syn-drop", 4, true, Inconclusive},
		"a process, refused": {"kill", 39, false, Inconclusive},
	} {
		s := usual()
		s.touched = c.touched
		if !c.outage {
			s.downs = nil
		}
		r := s.record()
		r.Header.Faults[0].Kind = c.kind
		if card := Score(r, s.goals); card.Verdict != c.verdict {
			t.Errorf("%s: have %s %q, want %s", name, card.Verdict, card.Reasons, c.verdict)
		}
	}
}
