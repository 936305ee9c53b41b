package reports

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// reasons are a difference of each kind, and of each why.
func reasons() (all []sla.Difference) {
	two, more := sla.Say(sla.TimeTaken, 2.0, 0.1), sla.Say(sla.TimeExceeds, 30.0)
	by, why := sla.Say(sla.TimeTaken, 3.0), sla.Say(sla.NoEffect)
	both, none := [2]*sla.Said{&two, &more}, [2]*sla.Said{&two, nil}
	for _, d := range []sla.Difference{
		{Is: sla.Better, By: &by, Values: both},
		{Is: sla.Worse, Values: both},
		{Is: sla.Alike, Values: both},
		{Is: sla.Alike, Why: sla.Unended, Of: [2]bool{false, true}, Values: both},
		{Is: sla.Alike, Why: sla.Unended, Of: [2]bool{true, true}, Values: both},
		{Is: sla.Open, Why: sla.Absent, Of: [2]bool{true, false}, Values: none},
		{Is: sla.Open, Why: sla.Unmeasured, Of: [2]bool{false, true}, Because: &why, Values: none},
		{Is: sla.Open, Why: sla.Unmeasured, Of: [2]bool{true, false}, Values: both},
		{Is: sla.Open, Why: sla.Endless, Of: [2]bool{true, false}, Values: both},
		{Is: sla.Open, Why: sla.Units, Values: both},
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
		if err := Compare(&b, runs, runs, c.all, c.in); err != nil {
			t.Fatal(err)
		}
		if has := strings.Contains(b.String(), "nothing") || c.in != nil; has != (c.wants != "") ||
			!strings.Contains(b.String(), c.wants) {
			t.Errorf("have %s, want %q", b.String(), c.wants)
		}
	}
	var b bytes.Buffer
	if err := NoEarlier(&b, "checkout", nil); err != nil || b.String() !=
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
			in); err != nil {
			t.Fatal(err)
		}
		if err := Regression(&b, before, in); err != nil {
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
