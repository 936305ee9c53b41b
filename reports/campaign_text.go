package reports

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/campaign"
)

// CampaignPlan says, before the first run, what was fixed and what a pass will
// mean; each is how long one run takes at least.
func CampaignPlan(w io.Writer, scenario string, d campaign.Design, each time.Duration,
	o TextOptions) error {
	t, controls := newText(o), ""
	if d.Controls > 0 {
		controls = t.runs(d.Controls, true)
	}
	n := time.Duration(d.Runs + d.Controls)
	fmt.Fprintf(t, "%s\n%s\n", t.Line("campaign", "runs", t.runs(d.Runs, false),
		"scenario", scenario, "controls", controls, "seed", strconv.FormatUint(d.Seed, 10),
		"length", (n*each).Round(time.Second).String()),
		t.Line("campaign-pass", "allowed", strconv.Itoa(d.Allowed), "share",
			strconv.Itoa(campaign.Percentile(campaign.AtLeast(d.Runs-d.Allowed, d.Runs)))))
	_, err := io.WriteString(w, t.String())
	return err
}

// runs writes how many.
func (l lines) runs(n int, controls bool) string {
	switch {
	case n == 1 && controls:
		return l.Line("one-control")
	case n == 1:
		return l.Line("one-run")
	case controls:
		return l.Line("many-controls", "runs", strconv.Itoa(n))
	}
	return l.Line("many-runs", "runs", strconv.Itoa(n))
}

// CampaignTurn says which run begins.
func CampaignTurn(w io.Writer, d campaign.Design, turn campaign.Turn, o TextOptions) error {
	line, all := "run-turn", d.Runs
	if turn.Control {
		line, all = "control-turn", d.Controls
	}
	_, err := fmt.Fprintf(w, "\n%s\n", newText(o).Line(line, "number", strconv.Itoa(turn.Number),
		"runs", strconv.Itoa(all), "seed", strconv.FormatUint(turn.Seed, 10)))
	return err
}

// CampaignProgress says how the last run ended and how it stands.
func CampaignProgress(w io.Writer, c campaign.Card, o TextOptions) error {
	if len(c.Runs) == 0 {
		return nil
	}
	c = inLines(c)
	t := newText(o)
	last := c.Runs[len(c.Runs)-1]
	ended := last.Folder
	if len(last.Reasons) > 0 {
		ended = t.Line("because", "run", last.Folder, "why", t.Text(last.Reasons[0]))
	}
	exceeded, clean, controls := "", "", ""
	if n := c.Missed + c.Inconclusive; n > 0 {
		exceeded = strconv.Itoa(n)
	}
	if k := c.Control; k != nil {
		clean, controls = strconv.Itoa(k.Clean), strconv.Itoa(c.Planned.Controls-k.Left)
	}
	fmt.Fprintf(t, "%s  %s\n%s\n", t.paint(colorOf(last.Verdict), t.verdict(last.Verdict)), ended,
		t.Line("so-far", "kept", strconv.Itoa(c.Kept), "done", strconv.Itoa(c.Planned.Runs-c.Left),
			"exceeded", exceeded, "allowed", strconv.Itoa(c.Planned.Allowed), "clean", clean,
			"controls", controls))
	_, err := io.WriteString(w, t.String())
	return err
}

// CampaignText writes a campaign for a person: the verdict, what may be said, the
// spread of each objective and time, and false alarms.
func CampaignText(w io.Writer, c campaign.Card, o TextOptions) error {
	c = inLines(c)
	t := newText(o)
	fmt.Fprintf(t, "\n%s  %s\n", t.paint(colorOf(c.Verdict), t.verdict(c.Verdict)),
		t.Line("campaign-title", "scenario", c.Scenario, "runs", t.runs(c.Planned.Runs, false)))
	for _, r := range t.Texts(c.Reasons) {
		t.line("", r)
	}
	t.spreads(c)
	for i, s := range t.Texts(c.Says) {
		t.line([]string{"says", ""}[min(i, 1)], s)
	}
	if o.Evidence != "" {
		t.line("evidence", o.Evidence)
	}
	t.line("seed", strconv.FormatUint(c.Seed, 10))
	_, err := io.WriteString(w, t.String())
	return err
}

func colorOf(v sla.Verdict) string {
	if color, ok := verdictColors[v]; ok {
		return color
	}
	return yellow
}

// spreads writes a line each.
func (t *text) spreads(c campaign.Card) {
	if len(c.Spreads) == 0 {
		return
	}
	rows := [][]string{t.spreadHead()}
	for _, s := range c.Spreads {
		rows = append(rows, t.spread(s))
	}
	t.WriteByte('\n')
	for _, line := range aligned(rows) {
		fmt.Fprintf(t, "  %s\n", line)
	}
	t.WriteByte('\n')
}

func (l lines) spreadHead() []string {
	return []string{l.Line("objective"), l.Line("wanted"), l.Line("met"), l.Line("best"),
		l.Line("median"), l.Line("worst"), l.Line("confidence")}
}

// spread sets one; what was measured and not judged has no met.
func (l lines) spread(s campaign.Spread) []string {
	met, wanted := "", ""
	if s.Wanted != nil {
		wanted = l.Text(*s.Wanted)
		met = l.Line("count-of", "met", strconv.Itoa(s.Met),
			"all", strconv.Itoa(s.Met+s.Missed+s.Undecided))
	}
	var bounds []string
	for _, b := range s.Bounds {
		bounds = append(bounds, l.bound(s, b))
	}
	return []string{l.Objective(s.Name), wanted, met, l.valueOf(s, s.Best), l.valueOf(s, s.Median),
		l.valueOf(s, s.Worst), l.List(bounds)}
}

// bound says one the way an SLA is written: “p95 ≤ 1.2 s”.
func (l lines) bound(s campaign.Spread, b campaign.Bound) string {
	line := "bound-most"
	if s.Floor {
		line = "bound-least"
	}
	return l.Line(line, "share", strconv.Itoa(campaign.Percentile(b.Quantile)),
		"value", l.valueOf(s, &b.Value))
}

// valueOf writes a value of a spread; ∞ for one without end.
func (l lines) valueOf(s campaign.Spread, v *float64) string {
	switch {
	case v == nil && s.Floor:
		return l.Name(sla.Nothing)
	case v == nil:
		return "∞"
	case s.Unit == "share":
		return words.Percent(*v)
	case s.Unit != "s":
		return strconv.FormatFloat(*v, 'f', -1, 64)
	}
	return words.Brief(*v)
}
