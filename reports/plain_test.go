package reports

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/scenarios/plan"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/campaign"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// hostile is what a target may write into its log, its name or a header.
const hostile = "::error::no\n::set-output name=x::y\r\n\x1b]0;title\x07\x1b[2J\x9b31m\u0085\u202eevil\u2066\u200b\ufeff\u2028\x00\xff\xfe\ufffe" +
	"##[error]x ##vso[task.complete] ##teamcity[x] <script>alert(1)</script> ]]> [a](javascript:b) ![i](http://x) | ``` &lt; \\| _*~ \n# head\nPASS  forged"

// fill puts a text into every place that has room for one, and something everywhere else.
func fill(v reflect.Value, text string, deep int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Float64:
		v.SetFloat(0.5)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Interface:
		v.Set(reflect.ValueOf(text))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), text, deep)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), text, deep)
			}
		}
	case reflect.Slice:
		if deep == 0 {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), text, deep-1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, text, deep)
		fill(value, text, deep)
		v.SetMapIndex(key, value)
	}
}

// Hostile text, wherever it may stand, is not executed in any format.
func TestHostileTextIsInert(t *testing.T) {
	var c sla.Scorecard
	var all campaign.Card
	fill(reflect.ValueOf(&c).Elem(), hostile, 4)
	fill(reflect.ValueOf(&all).Elem(), hostile, 4)
	done := []campaign.Outcome{{Card: c}, {Card: c, Turn: campaign.Turn{Control: true}}}
	plan := func(w io.Writer) error {
		found, err := plan.Open("bad-lb-node")
		if err != nil {
			return err
		}
		p, err := plan.New(found[0], plan.Options{})
		if err != nil {
			return err
		}
		p.Scenario.Summary, p.Notes, p.Uncontained = hostile, []link.Text{{English: hostile}},
			[]link.Text{{English: hostile}}
		p.Nodes[0].Spec.Image, p.Nodes[0].Spec.Lab = hostile, nil
		p.Faults[0].Fault = &faults.Exec{Inject: []secret.Text{"sh", "-c", hostile},
			Lift: []secret.Text{hostile}}
		return Plan(w, p, nil)
	}
	for name, write := range map[string]func(io.Writer) error{
		"json":     func(w io.Writer) error { return JSON(w, c) },
		"junit":    func(w io.Writer) error { return junitOf(w, c) },
		"markdown": func(w io.Writer) error { return Markdown(w, Report{Card: c, Against: &Earlier{Card: &c}}) },
		"text":     func(w io.Writer) error { return Text(w, c, TextOptions{Width: 40}) },
		"table": func(w io.Writer) error {
			return Table(w, []sla.Scorecard{c, c}, TextOptions{})
		},
		"metrics":           func(w io.Writer) error { return Metrics(w, c) },
		"campaign metrics":  func(w io.Writer) error { return CampaignMetrics(w, all) },
		"campaign json":     func(w io.Writer) error { return CampaignJSON(w, all) },
		"campaign junit":    func(w io.Writer) error { return CampaignJUnit(w, all, done) },
		"campaign markdown": func(w io.Writer) error { return CampaignMarkdown(w, all, nil) },
		"campaign text":     func(w io.Writer) error { return CampaignText(w, all, TextOptions{Width: 40}) },
		"campaign html":     func(w io.Writer) error { return CampaignHTML(w, all, done, "", nil) },
		"campaign progress": func(w io.Writer) error { return CampaignProgress(w, all, TextOptions{}) },
		"plan":              plan,
		"events": func(w io.Writer) error {
			e := NewEvents(w)
			e.Run(hostile, false, 7, nil, hostile, time.Second)
			e.Say(timeline.Note{Text: hostile})
			return e.Verdict(c, hostile)
		},
		"live": func(w io.Writer) error {
			l := NewLive(w, nil, nil)
			l.Say(timeline.Note{Text: hostile})
			l.Phase("fault", time.Second)
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
			out := b.String()
			if !strings.Contains(out, "error") {
				t.Fatal("the hostile text is not in it")
			}
			inertText(t, out)
			if strings.Contains(out, "\nPASS  forged") && !strings.Contains(name, "junit") &&
				!strings.Contains(name, "html") && name != "live" {
				t.Error("a line out of a text looks like one of the report's own")
			}
			if strings.Contains(name, "junit") {
				wellFormed(t, out)
			}
			if strings.Contains(name, "html") && strings.Contains(out, "<script") {
				t.Error("an element came out of a text")
			}
			if strings.Contains(name, "markdown") {
				inertMarkdown(t, out)
			}
		})
	}
}

func inertText(t *testing.T, out string) {
	t.Helper()
	if !utf8.ValidString(out) {
		t.Error("no UTF-8")
	}
	for _, r := range out {
		if hides(r) {
			t.Errorf("%U is in it", r)
			break
		}
	}
	for line := range strings.Lines(out) {
		if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##[") ||
			strings.Contains(line, "##vso[") || strings.Contains(line, "##teamcity[") {
			t.Errorf("a workflow command: %q", line)
		}
	}
}

func wellFormed(t *testing.T, out string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(out))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "script" {
			t.Error("an element came out of a text")
		}
	}
}

func inertMarkdown(t *testing.T, out string) {
	t.Helper()
	for _, live := range []string{"<script", " [a](", "![i](", "\n# head", " ```"} {
		if strings.Contains(out, live) {
			t.Errorf("%q is in it", live)
		}
	}
}

// What says nothing to a machine stays as it is.
func TestPlainTextStays(t *testing.T) {
	for _, s := range []string{"", "p95 ≤ 200 ms ± 3 ms, ✓", "line\n\tand another", "dial [::1]:80: refused", "a::b", "# one", "日本語"} {
		if have := Plain(s); have != s {
			t.Errorf("%q: have %q", s, have)
		}
	}
	for s, want := range map[string]string{"a\r\nb": "a\nb", "\x1b[1m": `\x1b[1m`, "\u202e": `\u202e`, "x ::add-mask::y": `x \::add-mask::y`, "\xff": `\xff`} {
		if have := Plain(s); have != want {
			t.Errorf("%q: have %q, want %q", s, have, want)
		}
	}
}

// FuzzPlain holds that nothing is left that is an order, and that it is done at once.
func FuzzPlain(f *testing.F) {
	f.Add(hostile)
	f.Add("plain")
	f.Fuzz(func(t *testing.T, s string) {
		out := Plain(s)
		inertText(t, out)
		if again := Plain(out); again != out {
			t.Errorf("%q: done twice %q", out, again)
		}
	})
}
