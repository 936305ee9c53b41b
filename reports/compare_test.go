package reports

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/evidence"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// reasons are a difference of each kind, and of each why.
func reasons() (all []sla.Difference) {
	two, more := sla.Say(sla.TimeTaken, 2.0, 0.1), sla.Say(sla.TimeExceeds, 30.0)
	by, why := sla.Say(sla.TimeTaken, 3.0), sla.Say(sla.NoEffect)
	jitter := sla.Say(sla.TimeTaken, 1.0)
	both, none := [2]*sla.Said{&two, &more}, [2]*sla.Said{&two, nil}
	for _, d := range []sla.Difference{
		{Is: sla.Better, By: &by, Values: both},
		{Is: sla.Worse, Values: both},
		{Is: sla.Alike, Values: both},
		{Is: sla.Alike, Why: sla.Unended, Of: [2]bool{false, true}, Values: both},
		{Is: sla.Alike, Why: sla.Unended, Of: [2]bool{true, true}, Values: both},
		{Is: sla.Open, Why: sla.Absent, Of: [2]bool{true, false}, Values: none},
		{Is: sla.Open, Why: sla.NoGroup, Of: [2]bool{false, true}, Values: none},
		{Is: sla.Alike, Why: sla.Jittered, By: &jitter, Values: both},
		{Is: sla.Open, Why: sla.Unmeasured, Of: [2]bool{false, true}, Because: &why, Values: none},
		{Is: sla.Open, Why: sla.Unmeasured, Of: [2]bool{true, false}, Values: both},
		{Is: sla.Open, Why: sla.Endless, Of: [2]bool{true, false}, Values: both},
		{Is: sla.Open, Why: sla.Units, Values: both},
		{Is: sla.Open, Why: sla.Unproven, Of: [2]bool{false, true}, Values: both},
		{Is: sla.Open, Why: sla.Shares, Values: both},
		{Is: sla.Open, Why: sla.FewRuns, Runs: [2]int{5, 0}, Values: none},
	} {
		d.Name = "detect " + []string{"探测", "http"}[len(all)%2]
		all = append(all, d)
	}
	return all
}

// Where nothing can be held against anything, or there is nothing yet, it is said.
func TestCompareWithNothing(t *testing.T) {
	runs := []sla.Scorecard{{Scenario: "checkout", Run: "aa", Verdict: sla.Pass}}
	open := []sla.Difference{{Name: "recover", Is: sla.Open, Why: sla.Units}}
	told := append(open, sla.Difference{Name: "calm", Is: sla.Alike})
	for _, c := range []struct {
		in    *words.Language
		all   []sla.Difference
		wants string
	}{{nil, open, "note: nothing can be compared\n"},
		{words.Chinese, nil, "备注：没有可以对比的内容\n"}, {nil, told, ""}} {
		var b bytes.Buffer
		if err := Compare(&b, runs, runs, c.all, nil, c.in); err != nil {
			t.Fatal(err)
		}
		if has := strings.Contains(b.String(), "nothing") || c.in != nil; has != (c.wants != "") ||
			!strings.Contains(b.String(), c.wants) {
			t.Errorf("have %s, want %q", b.String(), c.wants)
		}
	}
	var b bytes.Buffer
	if err := Beside(&b, Earlier{}, runs[0], nil); err != nil || b.String() !=
		"\n  not compared: no earlier run of checkout passed or failed\n" {
		t.Errorf("have %q, %v", b.String(), err)
	}
}

// What differs, and why what cannot be held is not, is told in either language, each in its
// columns.
func TestCompareInEitherLanguage(t *testing.T) {
	before := sla.Scorecard{Scenario: "下单", Run: "aa", Verdict: sla.Pass, SLA: "1", Tool: "v1"}
	now := sla.Scorecard{Scenario: "checkout", Run: "bb", Verdict: sla.Fail, SLA: "2", Tool: "v2"}
	for name, in := range map[string]*words.Language{"compare.txt": words.English,
		"compare.zh.txt": words.Chinese} {
		var b bytes.Buffer
		if err := Compare(&b, []sla.Scorecard{before}, []sla.Scorecard{now}, reasons(),
			nil, in); err != nil {
			t.Fatal(err)
		}
		wantGolden(t, name, b.Bytes())
		if in == words.Chinese {
			for _, s := range englishIn(b.String(), nil) {
				t.Errorf("%q", s)
			}
		}
		column := -1
		for line := range strings.Lines(b.String()) {
			at := strings.Index(line, "2 s ± 100 ms")
			if at < 0 {
				continue
			}
			if wide := words.Width(line[:at]); column >= 0 && wide != column {
				t.Errorf("%s: a value at column %d, and one at %d", name, column, wide)
			} else {
				column = wide
			}
		}
		if column < 0 {
			t.Errorf("%s: no value", name)
		}
	}
}

// The Markdown of a run says first whether it is worse than an earlier one, which fails it, and in
// what they differ; so does the line of a drill among several.
func TestMarkdownBesideAnEarlierRun(t *testing.T) {
	noticed := func(run string, after float64) *sla.Scorecard {
		c, limit, given := card(), 3.0, "≤ 9 | x"
		c.Run, c.Tool, c.Verdict, c.Reasons = run, "1.2.3", sla.Pass, nil
		c.Objectives = []sla.Objective{{Name: "detect balancer", Op: "<=", Unit: "s", Limit: &limit,
			Value: &after, Resolution: 0.01, Result: sla.Met,
			Measured: sla.Say(sla.TimeTaken, after, 0.01)},
			{Name: "new", Measured: sla.Say(sla.WantNot, given)}}
		return &c
	}
	now, better, same := noticed("now", 2.9), noticed("earlier", 0.1), noticed("earlier", 2.9)
	better.Objectives, same.Tool = better.Objectives[:1], "1.2.2"
	for _, c := range []struct {
		earlier *Earlier
		in      *words.Language
		want    []string
	}{
		{&Earlier{}, words.English, []string{"\n\n- not compared: no earlier run of bad-lb-node " +
			"passed or failed\n\n"}},
		{&Earlier{Card: better}, words.English, []string{"\n\n- FAIL: worse than run earlier\n\n",
			"| bad-lb-node, run now, PASS, compared with run earlier, PASS | before | now | difference |\n",
			"| ↓ detect balancer | 100 ms ± 10 ms | 2.9 s ± 10 ms | worse by 2.8 s |\n",
			"| ? new | – | not ≤ 9 \\| x | not compared: it is no objective in the run before |\n"}},
		{&Earlier{Card: better}, words.Chinese, []string{"\n\n- 未通过：比运行 earlier 差\n\n", "| 此前 | 本次 | 差别 |\n",
			"| 变差 2.8 s |\n"}},
		{&Earlier{Card: same}, words.English, []string{"\n\n- no worse than run earlier\n\n",
			"| = others: detect balancer |  |  | cannot be told apart |\n",
			"- **Compared:** their records are of two versions, 1.2.2 and 1.2.3\n"}},
		{&Earlier{Card: same}, words.Chinese, []string{"\n\n- 不比运行 earlier 差\n\n", "| = 其余：detect balancer |"}},
	} {
		var b bytes.Buffer
		if err := Markdown(&b, Report{Card: *now, Against: c.earlier, Language: c.in}); err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if !strings.Contains(b.String(), want) {
				t.Errorf("have\n%s\nwithout %q", b.String(), want)
			}
		}
		b.Reset()
		said := strings.Trim(c.want[0], "\n- ")
		if err := Beside(&b, *c.earlier, *now, c.in); err != nil {
			t.Fatal(err)
		}
		if told := b.String() == "\n  "+said+"\n"; told != (c.earlier.Card != same) ||
			!told && b.Len() > 0 {
			t.Errorf("on its own: %q", b.String())
		}
		b.Reset()
		all := []Drilled{{Scenario: "one", Folder: "one", Card: now, Against: c.earlier}}
		if err := SeveralMarkdown(&b, all, c.in); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), "|  | "+said+" |\n") { // none of its reasons
			t.Errorf("have\n%s\nwithout %q", b.String(), said)
		}
	}
	var alone bytes.Buffer
	if err := Markdown(&alone, Report{Card: *now}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(alone.String(), "worse") {
		t.Errorf("compared with nothing:\n%s", alone.String())
	}
}

// What two runs were not set up alike in is noted in either language, and of how much more that
// is so; an earlier run whose evidence has gone is told with its folder.
func TestCompareNotesChanges(t *testing.T) {
	runs := []sla.Scorecard{{Scenario: "checkout", Run: "aa", Verdict: sla.Pass}}
	changes := []evidence.Change{
		{Kind: evidence.FileChange, Name: "haproxy.cfg"},
		{Kind: evidence.FileChange, Name: "new.cfg", Only: 1},
		{Kind: evidence.PhaseChange, Key: "fault", Before: "10s", Now: "2m0s"},
		{Kind: evidence.GroupChange, Name: "shoppers", Key: "slow", Before: "1s", Now: "200ms"},
		{Kind: evidence.FaultChange, Name: "cut", Key: "share", Now: strings.Repeat("x", 90)},
		{Kind: evidence.WatcherChange, Name: "probe", Only: -1},
		{Kind: evidence.WatcherChange, Name: "page\n  PASS"},
	}
	for range 5 {
		changes = append(changes, changes[0])
	}
	for _, c := range []struct {
		in   *words.Language
		want []string
	}{
		{words.English, []string{"note: haproxy.cfg differs", "note: new.cfg: only in the run now",
			"note: phases: fault 10 s → 2m", "note: shoppers: slow 1 s → 200 ms",
			"note: cut: share – → " + strings.Repeat("x", 60) + "…",
			"note: watcher probe: only in the run before", "note: watcher page   PASS differs",
			"note: 2 more differ"}},
		{words.Chinese, []string{"备注：haproxy.cfg 不同", "备注：new.cfg：只在本次运行中有", "备注：阶段：fault 10 s → 2m",
			"备注：shoppers：slow 1 s → 200 ms", "备注：监控 probe：只在此前的运行中有", "备注：另有 2 处不同"}},
	} {
		var b bytes.Buffer
		if err := Compare(&b, runs, runs, nil, changes, c.in); err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if !strings.Contains(b.String(), "\n  "+want+"\n") {
				t.Errorf("have\n%s\nwithout %q", b.String(), want)
			}
		}
		b.Reset()
		earlier := &Earlier{Card: &runs[0], Changes: changes}
		if err := Markdown(&b, Report{Card: runs[0], Against: earlier, Language: c.in}); err != nil ||
			!strings.Contains(b.String(), "haproxy.cfg") {
			t.Errorf("have\n%s, %v", b.String(), err)
		}
		b.Reset()
		gone := Earlier{Gone: "/old"}
		if err := Beside(&b, gone, runs[0], c.in); err != nil ||
			!strings.Contains(b.String(), "/old") {
			t.Errorf("have %q, %v", b.String(), err)
		}
	}
	if c := noWorse(Earlier{Gone: "/old"}, runs[0], "x"); c.Skipped == nil ||
		!strings.Contains(c.Skipped.Message, "/old") {
		t.Errorf("have %+v", c)
	}
}
