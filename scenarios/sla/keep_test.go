package sla

import (
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

func TestParseKeep(t *testing.T) {
	for text, want := range map[string]Keep{
		"success of shoppers in run >= 99%":              {Metric: "success", Of: "shoppers", Phase: "run", Op: ">=", Value: 0.99},
		"p95 in recovery <= 200ms":                       {Metric: "p95", Phase: "recovery", Op: "<=", Value: 0.2},
		"p99.9 of a/b in baseline <= 1.5s":               {Metric: "p99.9", Of: "a/b", Phase: "baseline", Op: "<=", Value: 1.5},
		"success in fault >= 99.95%":                     {Metric: "success", Phase: "fault", Op: ">=", Value: 0.9995},
		"success of node app-2 in fault >= 99%":          {Metric: "success", Node: "app-2", Phase: "fault", Op: ">=", Value: 0.99},
		"success of node in fault >= 99%":                {Metric: "success", Of: "node", Phase: "fault", Op: ">=", Value: 0.99},
		"success of shoppers on new in run >= 99%":       {Metric: "success", Of: "shoppers", On: "new", Phase: "run", Op: ">=", Value: 0.99},
		"p95 of node a on established in fault <= 1s":    {Metric: "p95", Node: "a", On: "established", Phase: "fault", Op: "<=", Value: 1},
		"handshake in recovery >= 99.95%":                {Metric: "handshake", Phase: "recovery", Op: ">=", Value: 0.9995},
		"dns-p95 of page/fresh in recovery <= 50ms":      {Metric: "dns-p95", Of: "page/fresh", Phase: "recovery", Op: "<=", Value: 0.05},
		"p95 of shoppers in recovery <= 1.25 x baseline": {Metric: "p95", Of: "shoppers", Phase: "recovery", Op: "<=", Value: 1.25, Relative: true},
	} {
		want.Text = text
		if have, err := ParseKeep("  " + strings.ReplaceAll(text, " ", "  ")); err != nil || have != want {
			t.Errorf("%q: have %+v, %v", text, have, err)
		}
	}
	for _, bad := range []string{"", "success", "succes in run >= 99%", "success in hold >= 99%", "success in run > 99%",
		"success in run >= 0.99", "p95 in run <= 200", "p95 in run <= -1s", "success in run >= 130%", "handshake in run >= 1s",
		"dns-p95 in run <= 5%", "p95 in run <= 0 x baseline", "p95 in run <= NaN x baseline", "p95 in baseline <= 2 x baseline",
		"dns-p42 in run <= 1s", "success of node in app-1 in run >= 99%",
		"success on old in run >= 99%", "handshake of shoppers on new in run >= 99%", "success on new of shoppers in run >= 99%"} {
		if k, err := ParseKeep(bad); err == nil {
			t.Errorf("%q is taken as %+v", bad, k)
		}
	}
}

// What is read can be read again, and never panics.
func FuzzParseKeep(f *testing.F) {
	for _, s := range []string{"success of node a in run >= 99%", "dns-p95 of a/b in recovery <= 1.5 x baseline", "p99.9 in fault <= 1s", "p50 of a on established in run <= 1s"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		k, err := ParseKeep(s)
		if err != nil {
			return
		}
		if again, err := ParseKeep(k.Text); err != nil || again != k {
			t.Fatalf("%q: %+v, then %+v, %v", s, k, again, err)
		}
		_ = k.margin(0, 1, k.Value) + k.shown(k.Value) + k.name()
	})
}

// Steps are told apart from requests; three failures of 1,000 handshakes are
// neither 99.9 % nor not.
func TestKeepOfSteps(t *testing.T) {
	s := usual()
	s.rate, s.downs = 1000, nil
	s.adjust = func(q *loadgen.Request) {
		q.Handshake = loadgen.StepOf(2*time.Millisecond, true)
		if q.Due < t0+25*sec && q.Due > t0+15*sec && q.Seq%10 == 0 {
			q.Handshake = loadgen.StepOf(time.Second, false)
		}
		q.Lookup = loadgen.StepOf(time.Duration(q.Seq%10)*10*time.Millisecond, true)
	}
	r := s.record()
	for text, want := range map[string]string{
		"handshake in recovery >= 99.9%":            Met,
		"handshake in fault >= 99.9%":               Missed,
		"handshake in recovery >= 99.99%":           Undecided,
		"handshake-p50 in fault <= 5ms":             Met,
		"handshake-p95 in fault <= 1.25 x baseline": Missed,
		"dns-p95 in run <= 50ms":                    Missed,
		"dns-p50 in run <= 50ms":                    Met,
		"dns in run >= 99.9%":                       Met,
		"tls in run >= 99%":                         Undecided,
		"p95 in fault <= 1.25 x baseline":           Met,
		"success of node web in run >= 99%":         Met,
		"success of node other in run >= 99%":       Undecided,
		"handshake of user in recovery >= 99.9%":    Undecided,
		"handshake of users/a in recovery >= 99.9%": Undecided,
	} {
		o := Score(r, timeline.Objectives{Keep: []string{text}}).Objectives[0]
		if o.Result != want || want == Undecided && o.Why == "" {
			t.Errorf("%s: have %+v, want %s", text, o, want)
		}
	}
	if n := Clean(0.999); n != 2995 {
		t.Errorf("99.9 %% takes %d clean ones, want 2995", n)
	}
}

// Where new connections fail and those that stand go on, each is judged apart.
func TestKeepOnConnections(t *testing.T) {
	s := usual()
	s.rate, s.downs = 100, nil
	s.adjust = func(q *loadgen.Request) {
		q.Reused = q.Seq%4 != 0
		if !q.Reused && q.Due > t0+15*sec && q.Due < t0+25*sec {
			q.Class, q.Status = loadgen.DialTimeout, 0
		}
	}
	r := s.record()
	for text, want := range map[string]string{
		"success on established in fault >= 99.9%": Met,
		"success on new in fault >= 99%":           Missed,
		"success on new in recovery >= 99%":        Met,
		"success in fault >= 99%":                  Missed,
	} {
		if o := Score(r, timeline.Objectives{Keep: []string{text}}).Objectives[0]; o.Result != want {
			t.Errorf("%s: have %+v, want %s", text, o, want)
		}
	}
	s.adjust = func(q *loadgen.Request) { q.Reused = false }
	o := Score(s.record(), timeline.Objectives{Keep: []string{"success on established in fault >= 99%"}}).Objectives[0]
	if o.Result != Undecided || !strings.Contains(o.Why, "no request was sent on established connections") {
		t.Errorf("of none: %+v", o)
	}
}

// A group that has cohorts is all of them.
func TestKeepOfCohorts(t *testing.T) {
	for of, want := range map[string]bool{"": true, "page": true, "page/cached": true, "page/fresh": false, "pag": false} {
		if have := (Keep{Of: of}).About("page/cached"); have != want {
			t.Errorf("of %q: have %v", of, have)
		}
	}
}
