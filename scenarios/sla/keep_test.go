package sla

import (
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

func TestParseKeep(t *testing.T) {
	for text, want := range map[string]Keep{
		"success of shoppers in run >= 99%": {Metric: "success", Of: "shoppers",
			Phase: "run", Op: ">=", Value: 0.99},
		"success of 用户 in run >= 95%": {Metric: "success", Of: "用户",
			Phase: "run", Op: ">=", Value: 0.95},
		"p95 in recovery <= 200ms": {Metric: "p95", Phase: "recovery",
			Op: "<=", Value: 0.2},
		"p99.9 of a/b in baseline <= 1.5s": {Metric: "p99.9", Of: "a/b",
			Phase: "baseline", Op: "<=", Value: 1.5},
		"success in fault >= 99.95%": {Metric: "success", Phase: "fault",
			Op: ">=", Value: 0.9995},
		"success of node app-2 in fault >= 99%": {Metric: "success", Node: "app-2",
			Phase: "fault", Op: ">=", Value: 0.99},
		"success of node in fault >= 99%": {Metric: "success", Of: "node",
			Phase: "fault", Op: ">=", Value: 0.99},
		"success of shoppers on new in run >= 99%": {Metric: "success", Of: "shoppers",
			On: "new", Phase: "run", Op: ">=", Value: 0.99},
		"p95 of node a on established in fault <= 1s": {Metric: "p95", Node: "a",
			On: "established", Phase: "fault", Op: "<=", Value: 1},
		"handshake in recovery >= 99.95%": {Metric: "handshake", Phase: "recovery",
			Op: ">=", Value: 0.9995},
		"dns-p95 of page/fresh in recovery <= 50ms": {Metric: "dns-p95", Of: "page/fresh",
			Phase: "recovery", Op: "<=", Value: 0.05},
		"p99 of good in fault <= 1s": {Metric: "p99", Good: true,
			Phase: "fault", Op: "<=", Value: 1},
		"p99 of good of a/b on new in fault <= 1s": {Metric: "p99", Good: true, Of: "a/b",
			On: "new", Phase: "fault", Op: "<=", Value: 1},
		"p99 of good of node a in fault <= 1s": {Metric: "p99", Good: true, Node: "a",
			Phase: "fault", Op: "<=", Value: 1},
		"p95 of shoppers in recovery <= 1.25 x baseline": {Metric: "p95", Of: "shoppers",
			Phase: "recovery", Op: "<=", Value: 1.25, Relative: true},
	} {
		want.Text = text
		if have, err := ParseKeep("  " + strings.ReplaceAll(text, " ", "  ")); err != nil ||
			have != want {
			t.Errorf("%q: have %+v, %v", text, have, err)
		}
	}
	for _, bad := range []string{"", "success", "succes in run >= 99%", "success in outage >= 99%", "success in run > 99%",
		"success in run >= 0.99", "p95 in run <= 200", "p95 in run <= -1s", "success in run >= 130%", "handshake in run >= 1s",
		"dns-p95 in run <= 5%", "p95 in run <= 0 x baseline", "p95 in run <= NaN x baseline", "p95 in baseline <= 2 x baseline",
		"dns-p42 in run <= 1s", "success of node in app-1 in run >= 99%",
		"success on old in run >= 99%", "handshake of shoppers on new in run >= 99%", "success on new of shoppers in run >= 99%",
		"success of good in run >= 99%", "p99 of good a in run <= 1s", "p99 of a of good in run <= 1s"} {
		if k, err := ParseKeep(bad); err == nil {
			t.Errorf("%q is taken as %+v", bad, k)
		}
	}
}

// What is read can be read again, and never panics.
func FuzzParseKeep(f *testing.F) {
	for _, s := range []string{"success of node a in run >= 99%", "dns-p95 of a/b in recovery <= 1.5 x baseline", "p99.9 in fault <= 1s", "p50 of a on established in run <= 1s", "success of 用户/华东 in run >= 95%"} {
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
		_, _ = k.margin(0, 1, k.Value), k.name()
	})
}

// Steps are told apart from requests; three failures of 1,000 handshakes are
// neither 99.9 % nor not.
func TestKeepOfSteps(t *testing.T) {
	s := usual()
	s.rate, s.downs = 1000, nil
	s.adjust = func(q *load.Request) {
		q.Handshake = load.StepOf(2*time.Millisecond, true)
		if q.Due < t0+25*sec && q.Due > t0+15*sec && q.Seq%10 == 0 {
			q.Handshake = load.StepOf(time.Second, false)
		}
		q.Lookup = load.StepOf(time.Duration(q.Seq%10)*10*time.Millisecond, true)
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
		if o.Result != want || want == Undecided && o.Why == nil {
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
	s.adjust = func(q *load.Request) {
		q.Reused = q.Seq%4 != 0
		if !q.Reused && q.Due > t0+15*sec && q.Due < t0+25*sec {
			q.Class, q.Status = load.DialTimeout, 0
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
	s.adjust = func(q *load.Request) { q.Reused = false }
	o := Score(s.record(), timeline.Objectives{Keep: []string{"success on established in fault >= 99%"}}).Objectives[0]
	if o.Result != Undecided || !o.Why.Equal(Say(NoRequest, "established")) {
		t.Errorf("of none: %+v", o)
	}
}

// A refusal within 1 ms is no fast answer: a bad request counts as one without end, and
// only "of good" leaves it out.
func TestFailingFastMeetsNoLatency(t *testing.T) {
	for name, c := range map[string]struct {
		one             uint64 // bad, of so many
		p50, p99, good  string
		shown, relative string
	}{
		"all refused":   {1, Missed, Missed, Undecided, "latency bad=1000 requests=1000", Missed},
		"one in eight":  {8, Met, Missed, Met, "latency bad=12", Missed},
		"one in a 1000": {1000, Met, Met, Met, "latency low_seconds=0.004", Met},
	} {
		t.Run(name, func(t *testing.T) {
			s := usual()
			s.rate, s.downs = 100, nil
			s.adjust = func(q *load.Request) {
				if q.Due >= t0+15*sec && q.Due < t0+25*sec && q.Seq%c.one == 0 {
					q.Done, q.Class, q.Status = q.Sent+ms, load.Status, 503
				}
			}
			r := s.record()
			for text, want := range map[string]string{
				"p50 in fault <= 200ms":         c.p50,
				"p99 in fault <= 200ms":         c.p99,
				"p99 of good in fault <= 200ms": c.good,
				"p99 in fault <= 9 x baseline":  c.relative,
			} {
				o := Score(r, timeline.Objectives{Keep: []string{text}}).Objectives[0]
				if o.Result != want || o.Value != nil && *o.Value > 1 {
					t.Errorf("%s: have %+v, want %s", text, o, want)
				}
				if text == "p99 in fault <= 200ms" && !strings.HasPrefix(o.Measured.String(), c.shown) {
					t.Errorf("measured %q, want %q", o.Measured, c.shown)
				}
			}
			fault := Score(r, timeline.Objectives{}).Groups[0].Phases[1]
			if endless := fault.P99 == nil; endless != (c.p99 == Missed) {
				t.Errorf("p99 of the phase: have %v", fault.P99)
			}
		})
	}
}

// A baseline whose own percentile has no end is no limit.
func TestKeepRelativeToBadBaseline(t *testing.T) {
	s := usual()
	s.rate, s.downs = 100, nil
	s.adjust = func(q *load.Request) {
		if q.Seq%50 == 0 {
			q.Class, q.Status = load.Status, 503
		}
	}
	if o := Score(s.record(), timeline.Objectives{Keep: []string{"p99 in fault <= 2 x baseline"}}).Objectives[0]; o.Result != Undecided ||
		o.Why == nil {
		t.Errorf("have %+v", o)
	}
}

// A fault's answers on the link to a node are that node's, in each of its statistics;
// in an older record, which names no node, they may be.
func TestInjectedAnswersAreTheNodes(t *testing.T) {
	for named, want := range map[bool]struct{ hit, other, node string }{
		true: {Missed, Met, "app-2"}, false: {Undecided, Met, "switchboard"},
	} {
		s := usual()
		s.rate, s.downs = 100, nil
		s.adjust = func(q *load.Request) {
			if q.Node = "app-1"; q.Seq%2 == 0 {
				return
			}
			if q.Node = "app-2"; q.Due < t0+15*sec || q.Due >= t0+25*sec || q.Seq%16 == 1 {
				return // the fault spares a few
			}
			if q.Class, q.Status, q.Injected = load.Status, 503, true; !named {
				q.Node = ""
			}
		}
		r := s.record()
		r.Header.Faults[0].Nodes = []string{"app-2"}
		o := Score(r, timeline.Objectives{Keep: []string{"success of node app-2 in fault >= 99%",
			"success of node app-1 in fault >= 99%", "p50 of node app-2 in fault <= 1s"}})
		if have := o.Objectives; have[0].Result != want.hit || have[1].Result != want.other ||
			have[2].Result != want.hit {
			t.Errorf("named %v: have %+v", named, have)
		}
		for _, n := range o.Nodes {
			if hit := n.Name == want.node; hit != (n.Injected > 0) || hit != (n.Failed > 0) {
				t.Errorf("named %v: %+v", named, n)
			}
		}
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

// A percentile is judged by the order statistics that it lies between: nothing that did
// not change is missed, and nothing a tenth above its limit is met.
func TestRanksCover(t *testing.T) {
	for _, c := range []struct {
		q         float64
		n         int
		low, high int
	}{{0.95, 300, 279, 292}, {0.95, 58, 52, 59}, {0.95, 59, 53, 59}, {0.99, 299, 293, 299}, {0.5, 5,
		1, 5}, {0.5, 4, 0, 5}} {
		if low, high := ranks(c.q, c.n); low != c.low || high != c.high {
			t.Errorf("p%v of %d: have the %d-th to the %d-th, want the %d-th to the %d-th", 100*c.q,
				c.n, low, high, c.low, c.high)
		}
	}
}
