package sla

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
)

// Of a fault that users felt, and too little for an outage to stand out, it is said
// until when they did at most: it is not reported as one that no user felt.
func TestFaint(t *testing.T) {
	for name, c := range map[string]struct {
		first, every, n uint64 // of the fault's requests, which are bad
		injected        bool
		noise           float64
		verdict         Verdict
		faint           uint64
		mitigate        string
	}{
		"nobody":               {0, 1, 0, false, 0, Pass, 0, ""},
		"one, by chance":       {50, 1, 1, false, 0, Pass, 0, ""},
		"no more than always":  {0, 1, 0, false, 0.004, Pass, 0, ""},
		"one of the fault's":   {50, 1, 1, true, 0, Pass, 1, "time-at-most 0.0361"},
		"seven, and no more":   {50, 10, 7, true, 0, Pass, 7, "time-at-most 1.13"},
		"more than chance":     {50, 10, 7, false, 0, Pass, 7, "time-at-most 1.13"},
		"for longer than may":  {50, 60, 8, true, 0, Inconclusive, 8, "time-at-most 7.37"},
		"until it was lifted":  {50, 130, 8, false, 0, Inconclusive, 8, ""},
		"in the last second":   {900, 10, 5, true, 0, Inconclusive, 5, ""},
		"under way":            {0, 1, 0, false, 0, Pass, 3, "time-at-most 0.0715"},
		"an outage":            {50, 1, 60, true, 0, Pass, 0, "time 0.594"},
		"amid noise":           {50, 10, 7, true, 0.002, Pass, 7, "time-at-most 1.13"},
		"amid noise, unmarked": {50, 10, 7, false, 0.002, Inconclusive, 10, ""},
	} {
		s := usual()
		s.downs, s.noise = nil, c.noise
		s.goals.Detect, s.goals.Restore, s.goals.Keep = nil, nil, nil
		s.adjust = func(q *load.Request) {
			if in := q.Seq - 1500 - c.first; q.Seq >= 1500+c.first && in%c.every == 0 &&
				in/c.every < c.n {
				q.Class, q.Status, q.Injected = load.Status, 503, c.injected
			}
			if name == "under way" && q.Seq >= 1497 && q.Seq < 1500 {
				q.Class, q.Status, q.Injected, q.Done = load.Reset, 0, true, t0+15*sec+5*ms
			}
		}
		card := Score(s.record(), s.goals)
		f := card.Faults[0]
		mitigate := ""
		if f.Mitigate != nil {
			said := f.Mitigate.Said()
			mitigate = fmt.Sprintf("%s %.3g", said.Code, said.Of("seconds"))
		}
		if card.Verdict != c.verdict || f.Faint != c.faint || mitigate != c.mitigate ||
			f.Absorbed != (c.faint == 0 && f.Outage == nil) {
			t.Errorf("%s: have %s %q, %d bad, mitigated %q, %+v", name, card.Verdict, card.Reasons,
				f.Faint, mitigate, f)
		}
		if why := strings.Join(lines(card.Reasons), " "); c.verdict == Inconclusive &&
			!strings.Contains(why, "too-faint") {
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
			st := newStream(s.record().Header.Groups[0], s.record().Requests["users"], t0,
				t0+s.inject, 1)
			at, ok := st.noticed(t0 + s.inject)
			if !ok {
				t.Fatalf("%+v: no alarm", c)
			}
			sum += time.Duration(at - t0 - s.inject).Seconds()
		}
		want := AlarmAfter(c.rate, c.share, 15*time.Second, 40*time.Second, 1).Seconds()
		if have := sum / runs; math.Abs(have-want) > 0.15*want {
			t.Errorf("%v/s, %v bad: alarm after %.3f s on average, want about %.3f s", c.rate,
				c.share, have, want)
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
	if o := card.Objectives[i]; o.Result != Met || o.Measured.Code != WellWhileOn {
		t.Errorf("have %+v, %s %q", o, card.Verdict, card.Reasons)
	}
}

// One connection's SYNs, sent again and again, are no five requests: the silence of
// users proves nothing. An outage does, and a count of requests.
func TestPacketsOfOneRequest(t *testing.T) {
	for name, c := range map[string]struct {
		counts  link.Counted
		touched uint64
		outage  bool
		verdict Verdict
	}{
		"one connection's": {link.Packets, 6, false, Inconclusive},
		"with an outage":   {link.Packets, 6, true, Pass},
		"enough":           {link.Packets, 40, false, Pass},
		"requests":         {link.Requests, 6, false, Pass},
		"fewer than five":  {link.Packets, 4, true, Inconclusive},
		"nearly enough":    {link.Packets, 39, false, Inconclusive},
	} {
		s := usual()
		s.touched = c.touched
		if !c.outage {
			s.downs = nil
		}
		r := s.record()
		r.Header.Faults[0].Counts = c.counts
		if card := Score(r, s.goals); card.Verdict != c.verdict {
			t.Errorf("%s: have %s %q, want %s", name, card.Verdict, card.Reasons, c.verdict)
		}
	}
}

// A fault that users felt until it was lifted, for so long that nobody can say, is not
// passed over because another's outage was mitigated in time.
func TestFaintBesideAnOutage(t *testing.T) {
	s := usual()
	s.goals.Detect, s.goals.Restore, s.goals.Recover, s.goals.Keep = nil, nil, nil, nil
	r := s.record()
	all := slices.Clone(r.Header.Groups)
	other := all[0]
	other.Name = "others"
	r.Header.Groups = append(all, other)
	faintly := usual()
	faintly.downs = nil
	faintly.adjust = func(q *load.Request) {
		if in := q.Seq - 1550; q.Seq >= 1550 && in%130 == 0 && in/130 < 8 {
			q.Class, q.Status, q.Injected = load.Status, 503, true
		}
	}
	r.Requests["others"] = faintly.record().Requests["users"]
	r.Header.Faults[0].Groups = []string{"users"}
	second := r.Header.Faults[0]
	second.Name, second.Groups = "second", []string{"others"}
	r.Header.Faults = append(r.Header.Faults, second)
	for _, m := range slices.Clone(r.Marks) {
		if m.Fault == "fault" {
			m.Fault = "second"
			r.Marks = append(r.Marks, m)
		}
	}
	p := r.Proofs[0]
	p.Fault = "second"
	r.Proofs = append(r.Proofs, p)
	card := Score(r, s.goals)
	if f := card.Faults; f[0].Mitigate == nil || f[1].Faint != 8 || card.Verdict != Inconclusive {
		t.Errorf("have %s %q, %+v", card.Verdict, card.Reasons, card.Faults)
	}
}
