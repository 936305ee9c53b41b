package reports

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

func ciOf(variables ...string) CI {
	set := map[string]string{}
	for _, v := range variables {
		name, value, _ := strings.Cut(v, "=")
		set[name] = value
	}
	c := CIFrom(func(name string) string { return set[name] }, words.Of(set["lang"]))
	c.now = func() time.Time { return time.Unix(1_800_000_000, 0) }
	return c
}

// Outside of a CI, and in one that has no such thing, nothing is added.
func TestCISaysItself(t *testing.T) {
	for _, c := range []CI{{}, ciOf(), ciOf("CI=true", "GITHUB_STEP_SUMMARY=/x"),
		ciOf("GITHUB_ACTIONS=false")} {
		var b bytes.Buffer
		c.Section(&b, "x", "x")()
		c.Annotate(&b, "x", sla.Fail, nil)
		if err := c.Summarize(func(io.Writer) error { return errors.New("written") }); err != nil ||
			b.Len() > 0 {
			t.Errorf("%+v: %v, %q", c, err, b.String())
		}
	}
}

func TestSections(t *testing.T) {
	for want, c := range map[string]CI{
		"::group::how drill bad 100%25 went\nlines\n::endgroup::\n": ciOf("GITHUB_ACTIONS=true"),
		"::group::drill bad 100%25 的演练过程\nlines\n::endgroup::\n": ciOf("GITHUB_ACTIONS=true",
			"lang=zh"),
		"\x1b[0Ksection_start:1800000000:drill_bad[collapsed=true]\r\x1b[0Khow drill bad 100% went\n" +
			"lines\n\x1b[0Ksection_end:1800000000:drill_bad\r\x1b[0K\n": ciOf("GITLAB_CI=true"),
		"lines\n": ciOf(),
	} {
		var b bytes.Buffer
		end := c.Section(&b, "drill bad", "drill bad 100%")
		b.WriteString("lines\n")
		if end(); b.String() != want {
			t.Errorf("have %q, want %q", b.String(), want)
		}
	}
}

func TestAnnotate(t *testing.T) {
	c := ciOf("GITHUB_ACTIONS=true")
	why := []sla.Said{sla.Say(sla.Harness, "100% wrong"), sla.Say(sla.Harness, "and more")}
	for v, want := range map[sla.Verdict]string{sla.Pass: "",
		sla.Fail:         "::error title=a%3A b%2C c%3A FAIL::",
		sla.Error:        "::error title=a%3A b%2C c%3A ERROR::",
		sla.Inconclusive: "::warning title=a%3A b%2C c%3A INCONCLUSIVE::"} {
		var b bytes.Buffer
		if c.Annotate(&b, "a: b, c", v, why); !strings.HasPrefix(b.String(), want) ||
			strings.Count(b.String(), "\n") > 1 || (v != sla.Pass) != strings.Contains(b.String(),
			"100%25 wrong") || (v != sla.Pass) != strings.Contains(b.String(), "%0A") {
			t.Errorf("%s: have %q", v, b.String())
		}
	}
}

// A run that fails as it is worse than an earlier one is annotated, whatever its own verdict.
func TestAnnotateBeside(t *testing.T) {
	now, before := card(), card()
	now.Verdict, before.Run = sla.Pass, "earlier"
	for _, o := range []*sla.Scorecard{&now, &before} {
		after := 2.9
		if o == &before {
			after = 0.1
		}
		o.Objectives = []sla.Objective{{Name: "detect balancer", Op: "<=", Unit: "s", Value: &after,
			Resolution: 0.01, Result: sla.Met, Measured: sla.Say(sla.TimeTaken, after, 0.01)}}
	}
	for lang, want := range map[string]string{
		"lang=en": "::error title=bad-lb-node%3A FAIL%3A worse than run earlier::detect balancer: " +
			"2.9 s ± 10 ms, before 100 ms ± 10 ms; worse by 2.8 s\n",
		"lang=zh": "::error title=bad-lb-node：未通过：比运行 earlier 差::detect balancer：" +
			"2.9 s ± 10 ms，此前 100 ms ± 10 ms；变差 2.8 s\n"} {
		var b bytes.Buffer
		c := ciOf("GITHUB_ACTIONS=true", lang)
		c.AnnotateBeside(&b, Earlier{Card: &before}, now)
		c.AnnotateBeside(&b, Earlier{Card: &now}, before)
		c.AnnotateBeside(&b, Earlier{}, now)
		ciOf(lang).AnnotateBeside(&b, Earlier{Card: &before}, now)
		if b.String() != want {
			t.Errorf("have %q, want %q", b.String(), want)
		}
	}
}

// What people read of an annotation is in their language; what GitHub reads is not.
func TestAnnotateInChinese(t *testing.T) {
	var b bytes.Buffer
	ciOf("GITHUB_ACTIONS=true", "lang=zh").Annotate(&b, "下单", sla.Fail, []sla.Said{
		sla.Say(sla.ObjectiveMissed, "success of 用户 in run", sla.Say(sla.WantShare, ">=", 0.99),
			sla.Say(sla.Share, 0.9, 0.9)),
		sla.Say(sla.Harness, "no engine")})
	const want = "::error title=下单：未通过::成功率（用户，故障与恢复）：要求 ≥ 99%，实测 90%%0A" +
		"stormdrill 或其环境出错：“no engine”\n"
	if have := strings.ReplaceAll(b.String(), "%25", "%"); have != want {
		t.Errorf("have %q, want %q", have, want)
	}
}

// Hostile text in a name or a reason is one annotation's, and begins no other command.
func TestAnnotationsOfHostileText(t *testing.T) {
	var b bytes.Buffer
	c, lab := ciOf("GITHUB_ACTIONS=true"), ciOf("GITLAB_CI=true")
	c.Annotate(&b, hostile, sla.Fail, []sla.Said{sla.Say(sla.Harness, hostile)})
	c.Section(&b, hostile, hostile)()
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if len(lines) != 3 || !strings.HasPrefix(lines[0], "::error title=") ||
		!strings.HasPrefix(lines[1], "::group::") || lines[2] != "::endgroup::" {
		t.Errorf("have %q", lines)
	}
	title, _, _ := strings.Cut(strings.TrimPrefix(lines[0], "::error title="), "::")
	if strings.ContainsAny(title, ":,") {
		t.Errorf("the title %q ends early", title)
	}
	for _, r := range b.String() {
		if hides(r) {
			t.Errorf("%U is in it", r)
		}
	}
	var of bytes.Buffer
	lab.Section(&of, hostile, hostile)()
	if !regexp.MustCompile(`^\x1b\[0Ksection_start:\d+:[\w.-]+\[collapsed=true\]\r\x1b\[0K[^\x1b\r\n]*\n` +
		`\x1b\[0Ksection_end:\d+:[\w.-]+\r\x1b\[0K\n$`).Match(of.Bytes()) {
		t.Errorf("have %q", of.String())
	}
}

// Each drill's summary is added to the page; where that cannot be, it is reported.
func TestSummarize(t *testing.T) {
	file := filepath.Join(t.TempDir(), "summary")
	c := ciOf("GITHUB_ACTIONS=true", "GITHUB_STEP_SUMMARY="+file)
	for range 2 {
		if err := c.Summarize(func(w io.Writer) error { return Markdown(w, Report{Card: card()}) }); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(file)
	if err != nil || strings.Count(string(b), "\n## bad-lb-node: FAIL\n")+1 != 2 {
		t.Errorf("%v: %s", err, b)
	}
	c = ciOf("GITHUB_ACTIONS=true", "GITHUB_STEP_SUMMARY="+filepath.Join(file, "no"))
	if err := c.Summarize(func(io.Writer) error { return nil }); err == nil {
		t.Error("no error")
	}
}
