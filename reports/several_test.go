package reports

import (
	"bytes"
	"io"
	"testing"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// several are drills of each kind: one that was run once, a campaign, one of a card, and one
// that was not run.
func several(of sla.Scorecard) []Drilled {
	one := card()
	many, done := rehearsed(0)
	return []Drilled{
		{Scenario: one.Scenario, Folder: one.Scenario, Card: &one, Length: 40.5},
		{Scenario: "often", Folder: "often", Campaign: &many, Runs: done},
		{Scenario: of.Scenario, Folder: of.Scenario, Card: &of},
		{Scenario: "订单演练", Folder: "订单演练"},
	}
}

// What a CI reads of several drills is kept as golden files.
func TestSeveralFormats(t *testing.T) {
	failed := sla.Scorecard{Scenario: "退款演练", Verdict: sla.Error,
		Reasons: []sla.Said{sla.Say(sla.Harness, "no engine | answers")}}
	for name, write := range map[string]func(io.Writer) error{
		"several.md": func(w io.Writer) error { return SeveralMarkdown(w, several(failed), nil) },
		"several.zh.md": func(w io.Writer) error {
			return SeveralMarkdown(w, several(failed), words.Chinese)
		},
		"several.xml": func(w io.Writer) error { return SeveralJUnit(w, several(failed)) },
	} {
		t.Run(name, func(t *testing.T) {
			var have bytes.Buffer
			if err := write(&have); err != nil {
				t.Fatal(err)
			}
			wantGolden(t, name, have.Bytes())
		})
	}
}
