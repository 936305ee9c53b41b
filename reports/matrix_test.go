package reports

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/matrix"
)

// The page stands alone, runs no script, and escapes what came from a record. Each format
// says in words which alerts came, and which of them named the wrong node.
func TestMatrixFormats(t *testing.T) {
	m := matrix.Of([]sla.Scorecard{{Scenario: "<b>drill", Run: "1", Verdict: sla.Fail,
		Times: sla.Times{Outage: &sla.Time{Seconds: 10}}, Faults: []sla.Fault{{Name: "f"}},
		Watchers: []sla.Watcher{{Name: "pager", Kind: "webhook", Told: 3, FalseAlarms: 1,
			FalseBy: sla.False{WrongTarget: 2}, Detect: &sla.Time{Seconds: 2},
			Alerts: []sla.AlertName{{Name: "Down", Told: 1, Detect: &sla.Time{Seconds: 2}},
				{Name: "<i>Slow", Told: 2, Detect: &sla.Time{Seconds: 3}, WrongTarget: 2}}}}}})
	for _, l := range languages {
		for name, write := range MatrixFormats {
			var b bytes.Buffer
			if err := write(&b, m, l); err != nil {
				t.Fatal(err)
			}
			have := b.String()
			want := []string{"Slow", l.Line("matrix-wrong", "time", "3 s")}
			switch name {
			case "csv":
				want = []string{"pager,webhook,wrong,3,0,,0,<i>Slow,2"}
			case "html":
				want = append(want, l.Line("matrix-alert", "watcher", "pager",
					"kind", "webhook", "of", "&lt;i&gt;Slow"), "&lt;b&gt;drill",
					`<html lang="`+l.Tag()+`">`, `<td class="missed">`, `<td class="met">`)
				for _, bad := range []string{"<i>", "<b>", "<script", "http"} {
					if strings.Contains(strings.ReplaceAll(have, "http-equiv", ""), bad) {
						t.Errorf("%s: it has %s", l.Tag(), bad)
					}
				}
			}
			for _, text := range want {
				if !strings.Contains(have, text) {
					t.Errorf("%s, %s: no %q in\n%s", name, l.Tag(), text, have)
				}
			}
		}
	}
}

// Of what did not end, the CSV has what is certain: the least that it was.
func TestMatrixCSVHasBounds(t *testing.T) {
	more := &sla.Time{Seconds: 10, Resolution: 0.25, Censored: true}
	m := matrix.Of([]sla.Scorecard{{Scenario: "drill", Run: "1", Verdict: sla.Fail,
		Times: sla.Times{Outage: more}, Faults: []sla.Fault{{Name: "f", Outage: more}},
		Watchers: []sla.Watcher{{Name: "pager", Kind: "webhook", Detect: more, Asked: 9}}}})
	var b bytes.Buffer
	if err := MatrixCSV(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	if want := "drill,1,false,fail,9.75,true,0,pager,webhook,missed,9.75,0.25,"; !strings.Contains(
		b.String(), want) {
		t.Errorf("have\n%s\nwithout %s", b.String(), want)
	}
}
