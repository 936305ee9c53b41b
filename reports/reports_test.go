package reports

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/diagnosis"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

var update = flag.Bool("update", false, "write the golden files anew")

func card() sla.Scorecard {
	second := func(s, res float64) *sla.Time { return &sla.Time{Seconds: s, Resolution: res} }
	half, twelve, none, well, badly := 0.5, 12.0, 0.0, 0.733, -1.5
	third, more := 0.333333, 1.234
	unsent, stamped := sla.Say(sla.UnsentDecide), 2.083
	return sla.Scorecard{
		Schema: sla.Schema, Scenario: "bad-lb-node", Run: "00000000000000aa", Verdict: sla.Fail,
		Seed: 7, Started: "2026-01-02T03:04:05Z",
		Reasons: []sla.Said{sla.Say(sla.ObjectiveMissed, "recover",
			sla.Say(sla.WantTime, "<=", 1.0), sla.Say(sla.TimeTaken, 2.5, 0.1))},
		Groups: []sla.Group{}, Strays: []sla.Stray{}, Uncontained: []string{},
		Times: sla.Times{Detect: &sla.Time{Seconds: 0.8, Resolution: 0.05, By: "balancer"},
			Outage: second(12.5, 0.1), Ideal: second(0.2, 0)},
		Requests: sla.Requests{Over: 45, Due: 12503, Sent: 12500, Failed: 1234, Availability: 0.901280,
			Low: 0.901064, High: 0.901304, Excess: 1230.5, BeforeDetect: 30, AfterDetect: 1204,
			UntilWell: 1199, Replayed: 2},
		Faults: []sla.Fault{{Name: "bad-node", Kind: "http-status", Link: "lb -> app-2", Inject: 15,
			Effect: 15.002, EffectResolution: 0.0012, Lift: 25, Clear: 25.01,
			Settings: sla.Values{{Name: "code", Is: "503"}},
			Proof: sla.Proof{Unit: "503s answered", Users: 1234, Checks: 20, Total: 1254,
				Counted: sla.Said{Code: "answered", Values: sla.Values{
					{Name: "detail", Is: "503s answered"}, {Name: "value", Is: "503"}}},
				Effective: "yes", Gone: true}}},
		Diagnosis: []sla.Diagnosis{{Groups: []string{"users"}, From: 15, Until: 27.5,
			Symptom: sla.Code(diagnosis.ServerError), Cause: sla.Code(diagnosis.NodeDown),
			Also: []sla.Code{sla.Code(diagnosis.BadNode)}, Scope: sla.Code(diagnosis.OneNode),
			Nodes: []string{"app-2"}, UsersHit: 120, Users: 500, Look: "look-server",
			Commands: []string{"ping -c 3 NODE", "nc -vz NODE PORT"},
			Evidence: []sla.Said{sla.Say(sla.SeenBad, 1234, 12500),
				sla.Say(sla.SeenNode, 0, 12, "app-2", 0.333, 0.001)}}},
		Impact: sla.Impact{Level: 2, LevelUncertain: true, Peak: 0.281, UsersHit: 120, Users: 500,
			Degraded: &twelve, Full: &none, ByTime: &half, ByTimeLow: &half, ByTimeHigh: &half},
		Budget: &sla.Burnt{Objective: 0.999, Window: 2592000, Allowed: 2592, Seconds: 2.468,
			Most: 2.473, Share: 0.000952},
		Alert: &sla.Alert{Colour: "yellow", When: sla.AlertNode,
			Failures: []sla.Code{sla.ServerDown}, Teams: []sla.Code{sla.SystemsOperations},
			Respond: 1800, Repair: 600},
		Data: &sla.Data{Acknowledged: 5000, There: 4948, Lost: 50, Unknown: 2, OldestLost: 14.51,
			YoungestLost: 14.99, LostIDs: []string{"00000000000000aa-clerks-1451"},
			RPO: second(0.49, 0.01)},
		Nodes: []sla.Node{{Name: "app-1", Baseline: 0.5, Fault: 0.6, Recovery: 0.5},
			{Name: "switchboard", Fault: 0.4, Failed: 1234}},
		Links: []sla.Link{{Name: "lb -> app-2:8080", Phases: []sla.LinkPhase{
			{Name: "baseline", Requests: 1000, Asked: 3000, Each: &third},
			{Name: "fault", Requests: 2468, Asked: 2000, Each: &more}, {Name: "recovery"}}},
			{Name: "lb -> app-3:8080", Blind: true, Phases: []sla.LinkPhase{
				{Name: "baseline", Requests: 1000, Asked: 3000, Each: &third}}}},
		Watchers: []sla.Watcher{{Name: "balancer", Kind: "lb", Unmet: []string{},
			Detect: second(0.8, 0.05), Behind: second(0.6, 0.05), FalseAlarms: 2,
			Told: 3, Alerts: []sla.AlertName{{Name: "NodeDown", Told: 2, Detect: second(0.8, 0.05),
				FalseAlarms: 1, WrongTarget: 1}},
			FalseBy: sla.False{Before: 1, Elsewhere: 1, WrongTarget: 1, Flaps: 3, Duplicates: 12},
			Restore: &sla.Time{Seconds: 15, Censored: true}}},
		Chains: []sla.Chain{{Faults: []string{"bad-node"}, Impact: 15.002, Resolution: 0.0121,
			Clear: 25.01, Well: &sla.Time{By: "mitigated"}, Ideal: second(0.2, 0.0121),
			IdealCost: &sla.Cost{Failed: 30, Users: 28}, Steps: []sla.ChainStep{
				{Step: "exported", Watchers: []string{}},
				{Step: "pending", Watchers: []string{"alert", "other"}, Behind: second(1.9, 0.05),
					Time: &sla.Time{Seconds: 2.1, Resolution: 0.062, By: "alert"}, Stamped: &stamped,
					Cost: &sla.Cost{Failed: 190, Users: 111}},
				{Step: "firing", Watchers: []string{"alert", "other"}, Behind: second(3.9, 0.05),
					Time: &sla.Time{Seconds: 4.1, Resolution: 0.062, By: "alert"},
					Cost: &sla.Cost{Failed: 400, Users: 120}, Clear: second(2.05, 0.06)},
				{Step: "routed", Watchers: []string{"manager"}},
				{Step: "notified", Watchers: []string{"pager"}, Behind: second(4.2, 0),
					Time: &sla.Time{Seconds: 4.4, Resolution: 0.0121, By: "pager"},
					Cost: &sla.Cost{Failed: 441, Users: 120}, Clear: second(3, 0.01)},
				{Step: "acknowledged", Watchers: []string{"on-call"},
					Time:   &sla.Time{Seconds: 45, Resolution: 0.0121, Censored: true, By: "on-call"},
					Behind: &sla.Time{Seconds: 44.8, Censored: true},
					Cost:   &sla.Cost{Failed: 1234, Users: 120, AtLeast: true}},
			}}},
		Notifications: &sla.Notifications{Received: 14, Unmatched: 1, Unaddressed: 2},
		Steers: []sla.Steer{
			{Name: "east", When: "probe", What: "page/east gets standby for edge",
				Moves:   []sla.Move{{At: 16.02, Back: 24.5, Answers: 1312}, {At: 30.1, Back: -1}},
				Settled: second(2.1, 0.1)},
			{Name: "west", When: "probe", What: "page/west gets standby for edge",
				Moves: []sla.Move{{At: 16.02, Back: 24.5}}},
			{Name: "north", When: "balancer", Moves: []sla.Move{}},
		},
		Outages: []sla.Outage{{Group: "shoppers", By: []string{}, Onset: 33, Recovery: 34,
			Resolution: 0.034, Censored: true, With: []string{}}},
		Objectives: []sla.Objective{
			{Name: "detect balancer", Wanted: sla.Say(sla.WantTime, "<=", 3.0), Unit: "s",
				Measured: sla.Say(sla.TimeTaken, 0.8, 0.05), Margin: &well, Result: sla.Met},
			{Name: "recover", Wanted: sla.Say(sla.WantTime, "<=", 1.0), Unit: "s",
				Measured: sla.Say(sla.TimeTaken, 2.5, 0.1), Margin: &badly, Result: sla.Missed},
			{Name: "success of <users> in run", Wanted: sla.Say(sla.WantShare, ">=", 0.901),
				Unit: "share", Measured: sla.Say(sla.Share, 0.901, 0.902), Result: sla.Undecided,
				Why: &unsent},
		},
		Generator: sla.Generator{RateWanted: 500, RateAchieved: 499.9, LagP99: 0.0012, Unsent: 3},
		Clock:     &sla.Clock{Shift: -86400.123456, Bound: 0.0021, Drift: 0.0013, Measured: 7},
		Classes:   []sla.Class{{Name: "http 503, injected", Count: 1234}},
		Picture: sla.Picture{Step: 1, Bad: []sla.Number{0, 0, 0.01, 0.5, 1, -1, 0},
			Marks: []sla.Point{{At: 2, What: sla.Say(sla.MarkInject)},
				{At: 4.5, What: sla.Say(sla.MarkClear)}}},
		Notes: []sla.Said{sla.Noted(timeline.Note{Kind: "undeclared",
			Text: "app-1 asked for \"example\", which none of its uses declares: NXDOMAIN"})},
	}
}

// junitOf writes a run of 40 s.
func junitOf(w io.Writer, c sla.Scorecard) error { return JUnit(w, Report{Card: c, Length: 40}) }

// What people and CI read is kept as golden files: go test ./reports -update.
func TestFormats(t *testing.T) {
	text := func(color, verbose bool) func(io.Writer, sla.Scorecard) error {
		return func(w io.Writer, c sla.Scorecard) error {
			return Text(w, c, TextOptions{Color: color, Width: 80, Evidence: "stormdrill-out/x",
				Verbose: verbose})
		}
	}
	for name, write := range map[string]func(io.Writer, sla.Scorecard) error{
		"scorecard.txt": text(false, false), "scorecard-verbose.txt": text(false,
			true), "scorecard-color.txt": text(true,
			true), "scorecard.json": JSON, "junit.xml": junitOf, "summary.md": inEnglish,
		"metrics.prom": Metrics,
		"scorecard.zh.txt": func(w io.Writer, c sla.Scorecard) error {
			return Text(w, c, TextOptions{Width: 80, Evidence: "stormdrill-out/x", Verbose: true,
				Language: words.Chinese})
		},
	} {
		t.Run(name, func(t *testing.T) {
			var have bytes.Buffer
			if err := write(&have, card()); err != nil {
				t.Fatal(err)
			}
			wantGolden(t, name, have.Bytes())
		})
	}
}

// The same numbers stand in every format, each in its own writing.
func TestFormatsSayTheSame(t *testing.T) {
	out := map[string]string{}
	for name, write := range Formats {
		var b bytes.Buffer
		if err := write(&b, Report{Card: whole(), Length: 40}); err != nil {
			t.Fatal(err)
		}
		out[name] = b.String()
	}
	var text bytes.Buffer
	if err := Text(&text, whole(), TextOptions{Verbose: true, Width: 1000}); err != nil {
		t.Fatal(err)
	}
	out["text"] = text.String()
	out["html"] = read(out["html"])
	people := []string{"text", "markdown", "html"}
	for _, c := range []struct {
		said             string   // to people
		in               []string // whom it is said to
		json, openMetric string
	}{
		{"90.13%", people, `"availability": 0.90128,`, `of="sent"} 0.90128`},
		{"1,234", people, `"failed": 1234,`, `requests{scenario="bad-lb-node",state="failed"} 1234`},
		{"800 ms ± 50 ms", append(people, "messages"), `"seconds": 0.8,`,
			`time_seconds{scenario="bad-lb-node",of="detect"} 0.8`},
		{"2.5 s ± 100 ms", append(people, "junit", "messages"), `"seconds": 2.5,`,
			`{scenario="bad-lb-node",objective="recover",result="missed"} 1`},
		{"12.5 s ± 100 ms", people, `"seconds": 12.5,`,
			`time_seconds{scenario="bad-lb-node",of="outage"} 12.5`},
		{"0.1%", people, `"burnt_share": 0.000952`, `burnt_ratio{scenario="bad-lb-node"} 0.000952`},
		{"1,254", []string{"html"}, `"total": 1254,`, `of="all"} 1254`},
		{"1,199 of those due from then", people, `"failed_detection_to_recovery": 1199`, ""},
		{"1,231 more", people, `"excess_over_baseline": 1230.5,`, ""},
		{"2.47 s", people, `"burnt_seconds": 2.468,`, ""},
		{"RPO at least 480 ms", people, `"seconds": 0.49,`, ""},
		{"14.51 s to 14.99 s", people, `"oldest_lost": 14.51,`, ""},
		{"latency as before 5.9 s ± 92 ms after", []string{"text", "markdown"}, `"seconds": 5.9,`, ""},
		{"8.3 s ± 130 ms", []string{"html"}, `"seconds": 8.3,`,
			`time_seconds{scenario="bad-lb-node",of="calm"} 8.3`},
		{"10.7 s ± 167 ms", people, `"seconds": 10.7,`, ""},
		{"4.56%", people, `"detectable_share_of_group": 0.0456,`, ""},
		{"0.33 → 1.23 requests for each", people, `"requests_per_user_request": 1.234`, ""},
		{"2.1 s ± 100 ms after the move", people, `"seconds": 2.1,`, ""},
		{"98.5%", []string{"text", "html"}, `"success": 0.985`, ""},
	} {
		for _, name := range c.in {
			if !strings.Contains(out[name], c.said) {
				t.Errorf("%s does not say %s", name, c.said)
			}
		}
		if !strings.Contains(out["json"], c.json) || !strings.Contains(out["metrics"], c.openMetric) {
			t.Errorf("%s: json %v, metrics %v", c.said, strings.Contains(out["json"], c.json),
				strings.Contains(out["metrics"], c.openMetric))
		}
	}
}

// What is said to users is kept as golden files, too; what no run can know stays open.
func TestMessages(t *testing.T) {
	for _, in := range []*words.Language{words.English, words.Chinese} {
		var have, none bytes.Buffer
		c := card()
		for i := range c.Outages {
			c.Outages[i].By = []string{c.Faults[0].Name}
		}
		if err := Messages(&have, Report{Card: c, Language: in}); err != nil {
			t.Fatal(err)
		}
		wantGolden(t, "messages."+in.Tag()+".md", have.Bytes())
		c.Outages = []sla.Outage{{Onset: 2, Recovery: 7.54, By: []string{"bad-node"}}}
		c.Times.Outage = &sla.Time{Seconds: 5.54, Resolution: 0.1}
		var once bytes.Buffer
		if err := Messages(&once, Report{Card: c, Language: in}); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(once.String(), "5.54 s"); n != 2 { // and in the table
			t.Errorf("%s: said %d times in\n%s", in.Tag(), n, once.String())
		}
		if err := Messages(&none, Report{Card: sla.Scorecard{Verdict: sla.Error},
			Language: in}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(none.String(), "## First") || strings.Contains(none.String(), "## 首次") ||
			strings.Count(none.String(), toFill) < 5 {
			t.Errorf("%s: of a run without an outage:\n%s", in.Tag(), none.String())
		}
	}
}

// An empty scorecard, as of a run that failed before anything, prints.
func TestEmpty(t *testing.T) {
	for _, write := range []func(io.Writer, sla.Scorecard) error{JSON, junitOf, inEnglish, Metrics,
		func(w io.Writer, c sla.Scorecard) error { return Text(w, c, TextOptions{}) },
		func(w io.Writer, c sla.Scorecard) error { return HTML(w, Report{Card: c}) },
		func(w io.Writer, c sla.Scorecard) error { return Messages(w, Report{Card: c}) }} {
		if err := write(io.Discard, sla.Scorecard{Verdict: sla.Error,
			Reasons: []sla.Said{sla.Say(sla.Harness, "x")}}); err != nil {
			t.Error(err)
		}
	}
	if err := WriteAll(filepath.Join(t.TempDir(), "missing"), Report{Card: card()}); err == nil {
		t.Error("a folder that is not there: no error")
	}
}

// A CI that reads only junit.xml never takes a run without a verdict for a pass.
func TestJUnitNeverPassesWithoutVerdict(t *testing.T) {
	for _, v := range []sla.Verdict{sla.Inconclusive, sla.Error, sla.Interrupted} {
		var b bytes.Buffer
		if err := junitOf(&b, sla.Scorecard{Scenario: "x", Verdict: v,
			Reasons: []sla.Said{sla.Say(sla.Harness, "why")}}); err != nil {
			t.Fatal(err)
		}
		var all struct {
			Errors int `xml:"errors,attr"`
		}
		if err := xml.Unmarshal(b.Bytes(), &all); err != nil || all.Errors != 1 {
			t.Errorf("%s: %d errors, %v\n%s", v, all.Errors, err, b.String())
		}
	}
}

// wantGolden compares with a file of testdata, or writes it with -update.
func wantGolden(t *testing.T, name string, have []byte) {
	t.Helper()
	wantGoldenAt(t, filepath.Join("testdata", name), have)
}

func wantGoldenAt(t *testing.T, golden string, have []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, have, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, want) {
		t.Errorf("have\n%s\nwant\n%s", have, want)
	}
}

// A report that cannot be written keeps none of the others from it, and leaves an older
// one as it was.
func TestReportsBesideAFullDisk(t *testing.T) {
	dir := t.TempDir()
	card := sla.Scorecard{Scenario: "x", Verdict: sla.Pass}
	if err := WriteAll(dir, Report{Card: card}); err != nil {
		t.Fatal(err)
	}
	older, err := os.ReadFile(filepath.Join(dir, "scorecard.json"))
	if err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space left on device")
	failing := func(w io.Writer) error {
		_, _ = io.WriteString(w, "{")
		return full
	}
	if err := written(filepath.Join(dir, "scorecard.json"), failing); !errors.Is(err, full) {
		t.Errorf("have %v", err)
	}
	if now, err := os.ReadFile(filepath.Join(dir, "scorecard.json")); err != nil ||
		!bytes.Equal(now, older) {
		t.Errorf("the older one: %q, %v", now, err)
	}
	if err := errors.Join(os.Remove(filepath.Join(dir, "junit.xml")),
		os.Mkdir(filepath.Join(dir, "scorecard.json.new"), 0o755)); err != nil {
		t.Fatal(err)
	}
	if err := WriteAll(dir, Report{Card: card}); err == nil {
		t.Error("one that could not be written: no error")
	}
	if _, err := os.Stat(filepath.Join(dir, "junit.xml")); err != nil {
		t.Error("and the next one is missing, too")
	}
	if _, err := os.Stat(filepath.Join(dir, "junit.xml.new")); err == nil {
		t.Error("what was written beside is left")
	}
}

// inEnglish is the Markdown that CI shows where nothing else is asked for.
func inEnglish(w io.Writer, c sla.Scorecard) error { return Markdown(w, Report{Card: c}) }
