package reports

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/campaign"
)

// rehearsed is a campaign of twelve runs, two of which exceed, and two controls,
// one of which is loud.
func rehearsed(allowed int) (campaign.Card, []campaign.Outcome) {
	d := campaign.Design{Runs: 12, Allowed: allowed, Controls: 2, Seed: 7}
	var done []campaign.Outcome
	for _, t := range d.Turns() {
		detect, limit := 0.5+float64(t.Number)/20, 1.0
		c := sla.Scorecard{Scenario: "bad-lb-node", Run: "00000000000000aa", Verdict: sla.Pass,
			Control: t.Control,
			Watchers: []sla.Watcher{{Name: "balancer",
				Detect: &sla.Time{Seconds: detect, Resolution: 0.05}}},
			Objectives: []sla.Objective{{Name: "detect balancer", Op: "<=",
				Wanted: sla.Say(sla.WantTime, "<=", 1.0), Measured: sla.Say(sla.AsWritten, "…"),
				Result: sla.Met, Limit: &limit, Value: &detect, Unit: "s", Resolution: 0.05}}}
		if t.Control {
			c.Objectives = []sla.Objective{{Name: "no alarm of balancer",
				Wanted: sla.Say(sla.WantNone), Measured: sla.Say(sla.WantNone), Result: sla.Met}}
			c.Watchers[0].Detect = nil
		}
		switch {
		case t.Control && t.Number == 2:
			c.Verdict, c.Reasons = sla.Fail,
				[]sla.Said{sla.Say(sla.ObjectiveMissed, "no alarm of balancer",
					sla.Say(sla.WantNone), sla.Say(sla.AlarmsRaised, 1, 3.0))}
			c.Watchers[0].FalseAlarms, c.Objectives[0].Measured, c.Objectives[0].Result = 1,
				sla.Say(sla.AlarmsRaised, 1, 3.0), sla.Missed
		case !t.Control && t.Number == 11:
			c.Verdict, c.Reasons = sla.Fail,
				[]sla.Said{sla.Say(sla.ObjectiveMissed, "detect balancer",
					sla.Say(sla.WantTime, "<=", 1.0), sla.Say(sla.TimeExceeds, 10.0))}
			c.Objectives[0].Result, c.Objectives[0].Censored = sla.Missed, true
		case !t.Control && t.Number == 12:
			c.Verdict, c.Void, c.Reasons = sla.Inconclusive, true,
				[]sla.Said{sla.Say(sla.Harness, "the generator fell behind its own schedule")}
		}
		done = append(done, campaign.Outcome{Turn: t, Card: c, Length: 40.1234})
	}
	return campaign.Judge(d, "bad-lb-node", done, false), done
}

// What people and CI read of a campaign is kept as golden files.
func TestCampaignFormats(t *testing.T) {
	c, done := rehearsed(2)
	text := func(l *words.Language) func(io.Writer) error {
		return func(w io.Writer) error { return told(w, c, done, l) }
	}
	for name, write := range map[string]func(io.Writer) error{
		"campaign.txt":    text(words.English),
		"campaign.zh.txt": text(words.Chinese),
		"campaign.json":   func(w io.Writer) error { return CampaignJSON(w, c) },
		"campaign.md":     func(w io.Writer) error { return CampaignMarkdown(w, c, nil) },
		"campaign.xml":    func(w io.Writer) error { return CampaignJUnit(w, c, done) },
		"campaign.prom":   func(w io.Writer) error { return CampaignMetrics(w, c) },
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

// told is what a campaign prints from its beginning to its end.
func told(w io.Writer, c campaign.Card, done []campaign.Outcome, l *words.Language) error {
	o := TextOptions{Width: 100, Evidence: "stormdrill-out/x", Language: l}
	d := campaign.Design{Runs: 12, Allowed: 2, Controls: 2, Seed: 7}
	return errors.Join(CampaignPlan(w, c.Scenario, d, 40*time.Second, o),
		CampaignTurn(w, d, done[0].Turn, o), CampaignProgress(w, c, o), CampaignText(w, c, o))
}

// A CI that reads only junit.xml comes to the campaign's own answer.
func TestCampaignJUnitAgreesWithTheVerdict(t *testing.T) {
	for _, allowed := range []int{0, 2} {
		c, done := rehearsed(allowed)
		var b bytes.Buffer
		if err := CampaignJUnit(&b, c, done); err != nil {
			t.Fatal(err)
		}
		var all struct {
			Tests    int `xml:"tests,attr"`
			Errors   int `xml:"errors,attr"`
			Failures int `xml:"failures,attr"`
		}
		if err := xml.Unmarshal(b.Bytes(), &all); err != nil {
			t.Fatal(err)
		}
		if bad := all.Errors + all.Failures; (bad == 0) != (c.Verdict == sla.Pass) ||
			all.Tests < len(done) {
			t.Errorf("%s: %d of %d cases are bad", c.Verdict, bad, all.Tests)
		}
	}
	var b bytes.Buffer
	none := campaign.Judge(campaign.Design{Runs: 3}, "x", nil, true)
	if err := CampaignJUnit(&b, none, nil); err != nil || !strings.Contains(b.String(), "<error") {
		t.Errorf("no run at all: %v, %s", err, b.String())
	}
}

func TestWriteCampaign(t *testing.T) {
	c, done := rehearsed(2)
	dir := t.TempDir()
	for range 2 { // a newer one takes the place of the older
		if err := WriteCampaign(dir, c, done, "", nil); err != nil {
			t.Fatal(err)
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 5 {
		t.Errorf("%d files, %v: want campaign.json, junit.xml, summary.md, report.html, "+
			"metrics.prom", len(left), err)
	}
	if err := errors.Join(os.Remove(filepath.Join(dir, "junit.xml")),
		os.Mkdir(filepath.Join(dir, "campaign.json.new"), 0o755)); err != nil {
		t.Fatal(err)
	}
	if err := WriteCampaign(dir, c, done, "", nil); err == nil {
		t.Error("a card that cannot be written: no error")
	}
	if _, err := os.Stat(filepath.Join(dir, "junit.xml")); err != nil {
		t.Error("and the next one is missing, too:", err)
	}
	if err := WriteCampaign(filepath.Join(dir, "missing"), c, done, "", nil); err == nil {
		t.Error("a folder that is not there: no error")
	}
}
