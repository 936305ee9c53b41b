package campaign

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// card is one run of a drill with one objective.
func card(v sla.Verdict, detect float64) sla.Scorecard {
	result := map[sla.Verdict]string{sla.Pass: sla.Met, sla.Fail: sla.Missed}[v]
	if result == "" {
		result = sla.Undecided
	}
	return sla.Scorecard{Scenario: "x", Verdict: v,
		Reasons: []sla.Said{sla.Say(sla.Harness, "because")},
		Objectives: []sla.Objective{{Name: "detect pager", Wanted: sla.Say(sla.WantTime, "<=", 3.0), Op: "<=", Result: result,
			Value: &detect, Unit: "s", Resolution: 0.1}}}
}

// played runs a design through the verdicts, in turn, as the command does.
func played(d Design, verdicts func(Turn) sla.Scorecard) []Outcome {
	var done []Outcome
	for _, t := range d.Turns() {
		decided, failed := Decided(d, done)
		if failed || decided && !t.Control {
			continue
		}
		done = append(done, Outcome{Turn: t, Card: verdicts(t)})
	}
	return done
}

func TestVerdicts(t *testing.T) {
	for name, c := range map[string]struct {
		design  Design
		runs    string // p f i e, in turn
		want    sla.Verdict
		started int
		reason  string
	}{
		"all kept":                {Design{Runs: 3}, "ppp", sla.Pass, 3, ""},
		"one missed":              {Design{Runs: 3}, "fpp", sla.Fail, 1, "runs-exceeded exceeded=1 runs=3"},
		"one missed, one allowed": {Design{Runs: 3, Allowed: 1}, "pfp", sla.Pass, 3, ""},
		"two missed, one allowed": {Design{Runs: 4, Allowed: 1}, "pffp", sla.Fail, 3, "exceeded=2 runs=4"},
		"sure of a pass":          {Design{Runs: 3, Allowed: 1}, "ppf", sla.Pass, 2, ""},
		"one inconclusive": {Design{Runs: 3}, "ipp", sla.Inconclusive, 3,
			"inconclusive=1"},
		"inconclusive, then missed": {Design{Runs: 3}, "ipf", sla.Fail, 3,
			"missed=1 inconclusive=1"},
		"inconclusive is allowed": {Design{Runs: 3, Allowed: 1}, "ipp", sla.Pass, 3, ""},
		"harness failed":          {Design{Runs: 3}, "pep", sla.Error, 2, "run=002 verdict=error why=(harness detail=because)"},
	} {
		t.Run(name, func(t *testing.T) {
			done := played(c.design, func(x Turn) sla.Scorecard {
				v := map[byte]sla.Verdict{'p': sla.Pass, 'f': sla.Fail, 'i': sla.Inconclusive,
					'e': sla.Error}[c.runs[x.Number-1]]
				return card(v, 1)
			})
			have := Judge(c.design, "x", done, false)
			if have.Verdict != c.want || len(done) != c.started ||
				!strings.Contains(fmt.Sprint(have.Reasons), c.reason) {
				t.Errorf("have %s after %d runs, %q; want %s after %d, %q", have.Verdict, len(done),
					have.Reasons, c.want, c.started, c.reason)
			}
		})
	}
}

// Stopping early gives the answer that all the runs would have given, and never
// says more than they would have allowed.
func TestStoppingEarlyChangesNoAnswer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Design{Runs: rapid.IntRange(1, 30).Draw(t, "runs"),
			Seed: rapid.Uint64().Draw(t, "seed")}
		d.Allowed = rapid.IntRange(0, d.Runs-1).Draw(t, "allowed")
		verdicts := make([]sla.Verdict, d.Runs)
		for i := range verdicts {
			verdicts[i] = rapid.SampledFrom([]sla.Verdict{sla.Pass, sla.Pass, sla.Fail,
				sla.Inconclusive}).Draw(t, "verdict")
		}
		run := func(x Turn) sla.Scorecard { return card(verdicts[x.Number-1], float64(x.Number)) }
		var all []Outcome
		for _, x := range d.Turns() {
			all = append(all, Outcome{Turn: x, Card: run(x)})
		}
		early, whole := Judge(d, "x", played(d, run), false), Judge(d, "x", all, false)
		if early.Verdict != whole.Verdict {
			t.Fatalf("stopped early: %s, all runs: %s", early.Verdict, whole.Verdict)
		}
		if early.KeptAtLeast > whole.KeptAtLeast {
			t.Fatalf("stopped early it says %v, all runs %v", early.KeptAtLeast, whole.KeptAtLeast)
		}
		if whole.Verdict == sla.Pass && early.KeptAtLeast < early.Planned.Quantile {
			t.Fatalf("a pass says %v, less than the %v that its design promised", early.KeptAtLeast,
				early.Planned.Quantile)
		}
		for i := range played(d, run) { // before its end nothing is a pass unless it is sure
			if c := Judge(d, "x", all[:i], false); c.Verdict != whole.Verdict &&
				c.Verdict != sla.Inconclusive {
				t.Fatalf("after %d runs: %s, in the end %s", i, c.Verdict, whole.Verdict)
			}
		}
	})
}

func TestInterrupted(t *testing.T) {
	d := Design{Runs: 3}
	done := []Outcome{{Turn: d.Turns()[0], Card: card(sla.Pass, 1)},
		{Turn: d.Turns()[1], Card: card(sla.Interrupted, 1)}}
	c := Judge(d, "x", done, true)
	if c.Verdict != sla.Interrupted || c.Kept != 1 || c.Left != 2 ||
		len(c.Spreads[0].Values) != 1 || len(c.Runs) != 2 {
		t.Errorf("have %+v", c)
	}
	if len(c.Spreads[0].Bounds) != 0 {
		t.Errorf("one run of three bounds %+v", c.Spreads[0].Bounds)
	}
	if c := Judge(d, "x", nil, true); c.Verdict != sla.Interrupted {
		t.Errorf("before the first run: %s", c.Verdict)
	}
	if c := Judge(d, "x", nil, false); c.Verdict != sla.Inconclusive {
		t.Errorf("no run at all: %s", c.Verdict)
	}
}

// A void run's numbers count as without end, a censored one's too; both are kept
// in sight.
func TestSpread(t *testing.T) {
	d := Design{Runs: 5, Allowed: 2}
	cards := []sla.Scorecard{card(sla.Pass, 1), card(sla.Pass, 2), card(sla.Inconclusive, 0.5),
		card(sla.Fail, 8), card(sla.Pass, 1.5)}
	cards[2].Void = true
	cards[3].Objectives[0].Censored = true
	var done []Outcome
	for i, x := range d.Turns() {
		done = append(done, Outcome{Turn: x, Card: cards[i]})
	}
	c := Judge(d, "x", done, false)
	s := c.Spreads[0]
	if s.Name != "detect pager" || s.Met != 3 || s.Missed != 1 || s.Undecided != 1 {
		t.Fatalf("have %+v", s)
	}
	if *s.Best != 1 || *s.Median != 2 || s.Worst != nil {
		t.Errorf("have %v to %v, median %v", s.Best, s.Worst, s.Median)
	}
	if len(s.Bounds) != 1 || s.Bounds[0].Value != 2.1 ||
		Percentile(s.Bounds[0].Quantile) != 18 || s.Floor {
		t.Errorf("bounds %+v", s.Bounds)
	}
	if c.Verdict != sla.Pass {
		t.Errorf("verdict %s", c.Verdict)
	}
	if last := c.Spreads[len(c.Spreads)-1]; last.Name != "outage" || last.Wanted != nil ||
		*last.Best != 0 {
		t.Errorf("have %+v, want the outage of users who had none", last)
	}
}

// Of a floor the bounds are from below.
func TestFloor(t *testing.T) {
	var done []Outcome
	d := Design{Runs: 10}
	for i, x := range d.Turns() {
		v := 0.99 + float64(i)/1000
		done = append(done, Outcome{Turn: x, Card: sla.Scorecard{Verdict: sla.Pass,
			Objectives: []sla.Objective{
				{Name: "success in run", Wanted: sla.Say(sla.WantShare, ">=", 0.95), Op: ">=", Result: sla.Met, Value: &v,
					Unit: "share"}}}})
	}
	s := Judge(d, "x", done, false).Spreads[0]
	if *s.Best != 0.999 || *s.Worst != 0.99 || !s.Floor {
		t.Errorf("have %+v", s)
	}
	if b := s.Bounds; len(b) != 2 || b[0].Quantile != 0.5 || b[0].Value != 0.991 ||
		Percentile(b[1].Quantile) != 74 || b[1].Value != 0.99 {
		t.Errorf("have %+v", b)
	}
}

func TestControls(t *testing.T) {
	d := Design{Runs: 1, Controls: 4}
	control := func(v sla.Verdict, alarms, outages int) sla.Scorecard {
		return sla.Scorecard{Control: true, Verdict: v, Outages: make([]sla.Outage, outages),
			Void:     v == sla.Inconclusive,
			Watchers: []sla.Watcher{{Name: "pager", FalseAlarms: alarms}}}
	}
	for name, c := range map[string]struct {
		cards []sla.Scorecard
		want  Controls
		says  string
	}{
		"quiet": {[]sla.Scorecard{control(sla.Pass, 0, 0), control(sla.Pass, 0, 0),
			control(sla.Pass, 0, 0), control(sla.Pass, 0, 0)},
			Controls{Clean: 4, AtMost: 0.527129, Watchers: []Watcher{{Name: "pager"}}},
			"false-alarms alarmed=0 runs=4 at_most_share=0.527"},
		"loud": {[]sla.Scorecard{control(sla.Pass, 0, 0), control(sla.Fail, 2, 0),
			control(sla.Fail, 0, 1), control(sla.Inconclusive, 0, 1)},
			Controls{Clean: 1, Alarmed: 2, Inconclusive: 1, Outages: 1, AtMost: 0.987259,
				Watchers: []Watcher{{Name: "pager", Runs: 1,
					Alarms: 2}}}, "watcher-alarmed watcher=pager alarmed=1 runs=4"},
	} {
		t.Run(name, func(t *testing.T) {
			done := played(d, func(x Turn) sla.Scorecard {
				if x.Control {
					return c.cards[x.Number-1]
				}
				return card(sla.Pass, 1)
			})
			have := Judge(d, "x", done, false)
			if !reflect.DeepEqual(*have.Control, c.want) || have.Verdict != sla.Pass ||
				!strings.Contains(fmt.Sprint(have.Says), c.says) {
				t.Errorf("have %s, %+v, %q\nwant pass, %+v, %q", have.Verdict, *have.Control,
					have.Says, c.want, c.says)
			}
		})
	}
}

// A campaign's answer ends its runs with the faults; the controls go on, for
// their number was fixed too.
func TestControlsGoOn(t *testing.T) {
	d := Design{Runs: 20, Controls: 20, Seed: 3}
	done := played(d, func(x Turn) sla.Scorecard {
		if x.Control {
			return sla.Scorecard{Verdict: sla.Pass}
		}
		return card(sla.Fail, 1)
	})
	if have := Judge(d, "x", done, false); have.Control.Clean != 20 || have.Missed != 1 ||
		have.Left != 19 {
		t.Errorf("have %+v, %+v", have, have.Control)
	}
}

func TestTurns(t *testing.T) {
	d := Design{Runs: 30, Controls: 10, Seed: 7}
	all := d.Turns()
	if !reflect.DeepEqual(all, d.Turns()) {
		t.Error("the same seed gives other turns")
	}
	if other := (Design{Runs: 30, Controls: 10, Seed: 8}).Turns(); reflect.DeepEqual(all, other) {
		t.Error("another seed gives the same turns")
	}
	seeds, folders := map[uint64]bool{}, map[string]bool{}
	for _, x := range all {
		seeds[x.Seed], folders[x.Folder()] = true, true
	}
	if len(seeds) != 40 || len(folders) != 40 || !folders["001"] || !folders["control-010"] {
		t.Errorf("%d seeds, %d folders of 40 turns", len(seeds), len(folders))
	}
	mixed := slices.IndexFunc(all, func(x Turn) bool { return x.Control }) < 20
	if !mixed {
		t.Error("the controls all come last")
	}
}

func TestDesigns(t *testing.T) {
	for _, d := range []Design{{}, {Runs: -1}, {Runs: 3, Allowed: 3}, {Runs: 3, Allowed: -1}, {Runs: 1, Controls: -1}} {
		if d.Check() == nil {
			t.Errorf("%+v was taken", d)
		}
	}
	if err := (Design{Runs: 59, Controls: 5}).Check(); err != nil {
		t.Error(err)
	}
}

// campaign.json never has a null list, whatever happened.
func TestNoNullLists(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for _, done := range [][]Outcome{nil,
		{{Turn: Turn{Number: 1}, Card: sla.Scorecard{Verdict: sla.Error}}},
		{{Turn: Turn{Number: 1}, Card: card(sla.Pass, random.Float64())}}} {
		b, err := json.Marshal(Judge(Design{Runs: 2, Controls: 1}, "x", done, false))
		if err != nil {
			t.Fatal(err)
		}
		for _, list := range []string{"reasons", "says", "spreads", "runs", "watchers", "bounds", "values"} {
			if strings.Contains(string(b), `"`+list+`":null`) {
				t.Errorf("%s is null: %s", list, b)
			}
		}
	}
}

// A limit relative to the baseline is one limit, whatever each run's baseline
// makes of it.
func TestRelativeLimit(t *testing.T) {
	d := Design{Runs: 2}
	var done []Outcome
	for i, limit := range []float64{0.03, 0.033} {
		v := 0.02
		done = append(done, Outcome{Turn: d.Turns()[i],
			Card: sla.Scorecard{Verdict: sla.Pass, Objectives: []sla.Objective{
				{Name: "p95 in recovery", Wanted: sla.Say(sla.WantOfBaseline, "<=", 1.25, limit),
					Op: "<=", Result: sla.Met, Value: &v, Unit: "s"}}}})
	}
	if s := Judge(d, "x", done, false).Spreads[0]; !s.Wanted.Equal(sla.Say(sla.WantOfBaseline, "<=", 1.25)) || s.Met != 2 ||
		s.Unit != "s" {
		t.Errorf("have %+v", s)
	}
}
