package words

import (
	"slices"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// languages by their tables' names.
var languages = map[string]*Language{"en": English, "zh": Chinese}

// Every code has words in every language, and they name no value that it does not carry. A
// table has no words for what nobody says.
func TestEveryCodeHasItsWords(t *testing.T) {
	for name, l := range languages {
		for code, values := range sla.Codes {
			template, ok := l.said[code]
			if !ok {
				t.Errorf("%s: no words for %s", name, code)
			}
			for _, m := range placeholder.FindAllStringSubmatch(template, -1) {
				for _, value := range []string{m[1], m[2]} {
					if value != "" && !slices.Contains(values, value) {
						t.Errorf("%s: %s names %s, and carries %q", name, code, value, values)
					}
				}
				if _, ok := formats[m[3]]; m[3] != "" && !ok {
					t.Errorf("%s: %s: no format %s", name, code, m[3])
				}
			}
			if strings.Count(template, "‹") != strings.Count(template, "›") {
				t.Errorf("%s: %s: %q", name, code, template)
			}
		}
		for code := range l.said {
			if _, ok := sla.Codes[code]; !ok {
				t.Errorf("%s: nobody says %s", name, code)
			}
		}
	}
}

func TestText(t *testing.T) {
	two := sla.Say(sla.TimeTaken, 2.0, 0.1)
	for want, s := range map[string]sla.Said{
		"2 s ± 100 ms":                  two,
		"2 s":                           sla.Say(sla.TimeTaken, 2.0, 0.00001),
		"≤ 14 ms":                       sla.Say(sla.TimeTaken, 0.0065, 0.0071),
		"≤ 72 ms":                       sla.Say(sla.TimeTaken, 0.0, 0.072),
		"≤ 2.01 s":                      sla.Say(sla.TimeAtMost, 2.001),
		"> 14.99 s":                     sla.Say(sla.TimeExceeds, 14.997),
		"0 s":                           sla.Say(sla.TimeTaken, 0.0, 0.00001),
		"≤ 1.25 x baseline":             sla.Say(sla.WantOfBaseline, "<=", 1.25),
		"≥ 0.9 x baseline, 89.1%":       sla.Say(sla.WantOfBaseline, ">=", 0.9, nil, 0.891),
		"4 ms to ∞, as 3 of 5 were bad": sla.Say(sla.Latency, 0.004, nil, 3, 5),
		"99%":                           sla.Say(sla.Share, 0.99001, 0.99002),
		"x: wanted ≥ 99%, measured 98.996%": sla.Say(sla.ObjectiveMissed, "x",
			sla.Say(sla.WantShare, ">=", 0.99), sla.Say(sla.Share, 0.98996, 0.98996)),
		"x: wanted none, measured 2 s ± 100 ms (a)": sla.Say(sla.ObjectiveMissed, "x",
			sla.Say(sla.WantNone), two, "a"),
		"5 of 9 runs kept the SLA: at least 56% of such runs keep it, with 95% confidence": sla.Say(
			sla.RunsKept, 5, 9, 0.5699),
		"1 of 2 runs without the fault raised a false alarm: nothing can be said of how often " +
			"such runs do (0 inconclusive and 1 not run count as alarms)": sla.Say(
			sla.FalseAlarmsUnknown, 1, 2, 0, 1),
		"a {measured} ‹b›": sla.Noted(timeline.Note{Kind: "of a later version",
			Text: "a {measured} ‹b›"}),
		"unheard a=1":      {Code: "unheard", Values: sla.Values{{Name: "a", Is: 1.0}}},
		"not a {detail}‹›": sla.Say(sla.WantNot, "a {detail}‹›"),
	} {
		if have := English.Text(s); have != want {
			t.Errorf("have %q, want %q", have, want)
		}
	}
	for want, s := range map[string]sla.Said{"≤ 14 ms": sla.Say(sla.TimeTaken, 0.0065, 0.0071),
		"> 14.99 s": sla.Say(sla.TimeExceeds, 14.997), "≤ 2.01 s": sla.Say(sla.TimeAtMost, 2.001)} {
		if have := Chinese.Text(s); have != want {
			t.Errorf("have %q, want %q", have, want)
		}
	}
	if have, want := Chinese.Text(sla.Say(sla.Latency, 0.004, 0.005, 3, 5)),
		"4 ms～5 ms，5 个中 3 个失败"; have != want {
		t.Errorf("have %q, want %q", have, want)
	}
}

// A value that ends with a full-width bracket has no blank beside it, and none follows one; what
// meets a Latin letter has one.
func TestNoBlankBesideFullWidthBrackets(t *testing.T) {
	for line, c := range map[string]struct {
		values []string
		want   string
	}{
		"page-lead-unlimited": {[]string{"groups", "apps（故障阶段 33% 失败）"},
			"没有指标限制 apps（故障阶段 33% 失败）所受的影响"},
		"page-failed-of": {[]string{"over", "30 s", "sent", "4,500", "failed", "290", "good", "93%"},
			"4,500 个请求中 290 个失败（故障与恢复阶段，共 30 s）；成功率 93%"},
	} {
		if have := Chinese.Line(line, c.values...); have != c.want {
			t.Errorf("have %q, want %q", have, c.want)
		}
	}
}
