package reports

import (
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// Where the outage was not one stretch, the stretches are given, flaps included, in what
// people read; of one that was the length alone is given.
func TestOutagesAreGiven(t *testing.T) {
	first := sla.Outage{Group: "shoppers", By: []string{"bad-node"}, Onset: 15.02, Recovery: 19,
		Share: 0.331}
	flapping, open, other, later := first, first, first, first
	flapping.Flaps = 1
	open.Censored, open.Flaps = true, 2
	other.Group, other.Onset, other.Recovery, other.Share = "clerks", 16, 17.5, 1
	later.By, later.Onset, later.Recovery = nil, 33, 34
	for name, c := range map[string]struct {
		all    []sla.Outage
		faults int
		want   string
	}{
		"none":        {nil, 1, ""},
		"one":         {[]sla.Outage{first}, 1, ""},
		"unexplained": {[]sla.Outage{first, later}, 1, ""},
		"flap": {[]sla.Outage{flapping}, 1,
			"shoppers from 15.0 s to 19.0 s, 33.1% bad, 1 flap"},
		"not over": {[]sla.Outage{open}, 1,
			"shoppers from 15.0 s on, not over when the run ended, 33.1% bad, 2 flaps"},
		"two": {[]sla.Outage{first, other, later}, 2,
			"shoppers from 15.0 s to 19.0 s, 33.1% bad, by bad-node; clerks from 16.0 s to 17.5 s, 100% bad, by bad-node"},
	} {
		k := sla.Scorecard{Outages: c.all, Faults: make([]sla.Fault, c.faults)}
		if have := english.outages(k); have != c.want {
			t.Errorf("%s: have %q, want %q", name, have, c.want)
		}
		var text, markdown strings.Builder
		if err := Text(&text, k, TextOptions{Width: 1000, Verbose: true}); err != nil {
			t.Fatal(err)
		}
		if err := Markdown(&markdown, Report{Card: k}); err != nil {
			t.Fatal(err)
		}
		for _, s := range []string{text.String(), markdown.String()} {
			if !strings.Contains(s, c.want) || c.want == "" &&
				strings.Contains(strings.ToLower(s), "outages") {
				t.Errorf("%s: want %q in\n%s", name, c.want, s)
			}
		}
	}
}

// What failed beyond the baseline's share is given where that is not all that failed.
func TestExcessIsGiven(t *testing.T) {
	for excess, want := range map[float64]string{
		50:   "50 of 1,000 requests failed",
		49.6: "50 of 1,000 requests failed",
		41.2: "50 of 1,000 requests failed, 41 more than the baseline's share would have",
		0:    "50 of 1,000 requests failed, 0 more than the baseline's share would have",
	} {
		c := sla.Scorecard{Requests: sla.Requests{Due: 1000, Sent: 1000, Failed: 50, Excess: excess,
			Availability: 0.95}}
		if have := english.users(c); !strings.HasSuffix(have, want) {
			t.Errorf("excess %v: have %q, want %q", excess, have, want)
		}
	}
}

// The clock is given where it is another machine's, and only there.
func TestClockIsGiven(t *testing.T) {
	for want, k := range map[string]*sla.Clock{
		"":                          nil,
		"+0.000001 s":               {Shift: 0.000001, Bound: 0.0000005, Measured: 2},
		"-3600.000000 s ± 1.5 ms, ": {Shift: -3600, Bound: 0.0015, Drift: 0.001, Measured: 3},
	} {
		if have := english.clocks(sla.Scorecard{Clock: k}); !strings.Contains(have, want) ||
			(want == "") != (have == "") {
			t.Errorf("%+v: have %q, want %q", k, have, want)
		}
	}
	if have := english.clocks(sla.Scorecard{Clock: &sla.Clock{Shift: 0.0001, Bound: 0.0001,
		Measured: 5}}); have != "" {
		t.Errorf("one clock: have %q", have)
	}
}

// What could have stood out stands beside what is said not to have been there, and
// latency where it is not as before.
func TestFaultSaysWhatWouldHaveStoodOut(t *testing.T) {
	share := 0.00811
	for want, f := range map[string]sla.Fault{
		"; absorbed: no user's outage followed; sensitivity: a lasting failure of 0.82% of requests or more would have been seen": {Absorbed: true,
			Detectable: &share},
		"; no outage: users were answered, more slowly than before; latency not seen to be as before (> 20 s)": {Slower: true,
			Calm: &sla.Time{Seconds: 20, Censored: true}},
		"; sensitivity: a lasting failure of 0.82% of requests or more would have been seen": {Outage: &sla.Time{Seconds: 3},
			Detectable: &share},
	} {
		f.Effect, f.Lift = sla.None, sla.None
		if have := english.fault(f, true); !strings.HasSuffix(have, want) {
			t.Errorf("have %q, want it to end in %q", have, want)
		}
	}
}

// What was not seen to end is said as that, in either language, and not as a time that it took.
func TestWhatDidNotEndIsNoTime(t *testing.T) {
	open := &sla.Time{Seconds: 9, Censored: true}
	f := sla.Fault{Outage: &sla.Time{Seconds: 3}, Recover: open}
	for have, want := range map[string]string{
		english.aftermath(f):                "outage of 3 s, not known to be well again after it was gone (> 9 s)",
		(lines{words.Chinese}).aftermath(f): "中断 3 s，清除后未确认恢复（> 9 s）",
		english.calm(open):                  "latency not seen to be as before (> 9 s)",
		(lines{words.Chinese}).calm(open):   "清除后延迟未见复原（> 9 s）",
		english.calm(&sla.Time{Seconds: 2}): "latency as before 2 s after it was gone",
		english.calm(&sla.Time{Seconds: 0}): "",
	} {
		if have != want {
			t.Errorf("have %q, want %q", have, want)
		}
	}
}

// A reason is a paragraph; what a log said in it stays line by line.
func TestReasonKeepsLogLines(t *testing.T) {
	b := newText(TextOptions{Width: 60})
	b.reason("target web: its process ended by itself with status 1; the end of its log:\n  GET / 200\n  GET /health 503  boom\nsee above")
	want := strings.Join([]string{
		"             target web: its process ended by itself with",
		"             status 1; the end of its log:",
		"               GET / 200",
		"               GET /health 503  boom",
		"             see above", ""}, "\n")
	if have := b.String(); have != want {
		t.Errorf("have\n%s\nwant\n%s", have, want)
	}
}

// Users of whom most failed are not told of as without an outage.
func TestNoOutageIsNotSaidOfTheDead(t *testing.T) {
	dead := sla.Scorecard{Requests: sla.Requests{Sent: 100, Failed: 100}}
	for want, c := range map[string]sla.Scorecard{
		"unwell before the fault as well, so that no outage stands out": dead,
		"no outage that is a fault's":                                   {Outages: []sla.Outage{{Group: "users"}}},
		"no outage": {Requests: sla.Requests{Sent: 100,
			Failed: 1}},
	} {
		if have := english.noOutage(c); have != want {
			t.Errorf("have %q, want %q", have, want)
		}
	}
}
