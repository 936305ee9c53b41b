package reports

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/campaign"
)

// CampaignPlan says, before the first run, what was fixed and what a pass will
// mean; each is how long one run takes at least.
func CampaignPlan(w io.Writer, scenario string, d campaign.Design, each time.Duration) error {
	line := fmt.Sprintf("campaign of %s of %s", runs(d.Runs, ""), scenario)
	if d.Controls > 0 {
		line += fmt.Sprintf(" and %s without its faults", runs(d.Controls, "control "))
	}
	n := time.Duration(d.Runs + d.Controls)
	_, err := fmt.Fprintf(w, "%s, seed %d, at least %s\na pass, with %d exceedances allowed, will say: with 95%% confidence at least %d%% of such runs keep the SLA\n",
		line, d.Seed, (n * each).Round(time.Second), d.Allowed,
		campaign.Percentile(campaign.AtLeast(d.Runs-d.Allowed, d.Runs)))
	return err
}

func runs(n int, kind string) string {
	if n == 1 {
		return "1 " + kind + "run"
	}
	return fmt.Sprintf("%d %sruns", n, kind)
}

// CampaignTurn says which run begins.
func CampaignTurn(w io.Writer, d campaign.Design, t campaign.Turn) error {
	name := fmt.Sprintf("run %d of %d", t.Number, d.Runs)
	if t.Control {
		name = fmt.Sprintf("control run %d of %d", t.Number, d.Controls)
	}
	_, err := fmt.Fprintf(w, "\n%s, seed %d\n", name, t.Seed)
	return err
}

// CampaignProgress says how the last run ended and how it stands.
func CampaignProgress(w io.Writer, c campaign.Card, o TextOptions) error {
	if len(c.Runs) == 0 {
		return nil
	}
	c = inLines(c)
	t := &text{TextOptions: o}
	last := c.Runs[len(c.Runs)-1]
	fmt.Fprintf(t, "%s  %s", t.paint(colorOf(last.Verdict), strings.ToUpper(string(last.Verdict))),
		last.Folder)
	if len(last.Reasons) > 0 {
		t.WriteString(": " + said(last.Reasons[0]))
	}
	fmt.Fprintf(t, "\nso far %d of %d kept the SLA%s\n", c.Kept, c.Planned.Runs-c.Left,
		exceededSoFar(c))
	_, err := io.WriteString(w, t.String())
	return err
}

func exceededSoFar(c campaign.Card) string {
	s := ""
	if n := c.Missed + c.Untold; n > 0 {
		s += fmt.Sprintf("; %d exceeded it, of %d allowed", n, c.Planned.Allowed)
	}
	if k := c.Control; k != nil {
		s += fmt.Sprintf("; %d of %d controls clean", k.Clean, c.Planned.Controls-k.Left)
	}
	return s
}

// CampaignText writes a campaign for a person: the verdict, what may be said, the
// spread of each objective and time, and false alarms.
func CampaignText(w io.Writer, c campaign.Card, o TextOptions) error {
	c = inLines(c)
	if o.Width <= 0 {
		o.Width = 100
	}
	t := &text{TextOptions: o}
	fmt.Fprintf(t, "\n%s  %s, %s\n", t.paint(colorOf(c.Verdict),
		strings.ToUpper(string(c.Verdict))), c.Scenario, runs(c.Planned.Runs, ""))
	for _, r := range words.English.Texts(c.Reasons) {
		t.line("", r)
	}
	t.spreads(c)
	for i, s := range words.English.Texts(c.Says) {
		t.line([]string{"says", ""}[min(i, 1)], s)
	}
	if o.Evidence != "" {
		t.line("evidence", o.Evidence)
	}
	fmt.Fprintf(t, "  %-10s %d\n", "seed", c.Seed)
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
	rows := [][]string{spreadHead}
	for _, s := range c.Spreads {
		rows = append(rows, spreadRow(s))
	}
	wide := make([]int, len(spreadHead))
	for _, r := range rows {
		for i, cell := range r {
			wide[i] = max(wide[i], utf8.RuneCountInString(cell))
		}
	}
	t.WriteByte('\n')
	for _, r := range rows {
		var b strings.Builder
		for i, cell := range r {
			b.WriteString(cell + strings.Repeat(" ", wide[i]-utf8.RuneCountInString(cell)+2))
		}
		fmt.Fprintf(t, "  %s\n", strings.TrimRight(b.String(), " "))
	}
	t.WriteByte('\n')
}

var spreadHead = []string{"objective", "wanted", "met", "best", "median", "worst",
	"with 95% confidence"}

// spreadRow sets a spread; what was measured and not judged has no met.
func spreadRow(s campaign.Spread) []string {
	met, wanted := "", ""
	if s.Wanted != nil {
		wanted = said(*s.Wanted)
		met = fmt.Sprintf("%d of %d", s.Met, s.Met+s.Missed+s.Undecided)
	}
	var bounds []string
	for _, b := range s.Bounds {
		bounds = append(bounds, bound(s, b))
	}
	return []string{s.Name, wanted, met, valueOf(s, s.Best), valueOf(s, s.Median),
		valueOf(s, s.Worst), strings.Join(bounds, ", ")}
}

// bound says one the way an SLA is written: “p95 ≤ 1.2 s”.
func bound(s campaign.Spread, b campaign.Bound) string {
	sign := "≤"
	if s.Floor {
		sign = "≥"
	}
	return fmt.Sprintf("p%d %s %s", campaign.Percentile(b.Quantile), sign, valueOf(s, &b.Value))
}

// valueOf writes a value of a spread; ∞ for one without end.
func valueOf(s campaign.Spread, v *float64) string {
	switch {
	case v == nil && s.Floor:
		return "nothing"
	case v == nil:
		return "∞"
	case s.Unit == "share":
		return words.Percent(*v)
	case s.Unit != "s":
		return strconv.FormatFloat(*v, 'f', -1, 64)
	}
	return words.Brief(*v)
}
