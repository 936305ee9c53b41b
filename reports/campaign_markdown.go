package reports

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla/campaign"
)

// CampaignMarkdown writes a campaign for a CI job's summary. The language nil is English.
func CampaignMarkdown(w io.Writer, c campaign.Card, in *words.Language) error {
	c = plainly(c)
	l := lines{cmp.Or(in, words.English)}
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n", cell(l.Line("named", "name", l.Line("campaign-title",
		"scenario", c.Scenario, "runs", l.runs(c.Planned.Runs, false)),
		"what", l.verdict(c.Verdict))))
	for _, r := range l.Texts(c.Reasons) {
		fmt.Fprintf(&b, "- %s\n", cell(r))
	}
	if len(c.Reasons) > 0 {
		b.WriteByte('\n')
	}
	head := l.spreadHead()
	fmt.Fprintf(&b, "| %s |\n|%s\n", strings.Join(head, " | "),
		strings.Repeat("---|", len(head)))
	for _, s := range c.Spreads {
		row := l.spread(s)
		for i := range row {
			row[i] = cell(row[i])
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
	}
	b.WriteByte('\n')
	for _, s := range l.Texts(c.Says) {
		fmt.Fprintf(&b, "- %s\n", cell(s))
	}
	fmt.Fprintf(&b, "- **%s** %d\n\n| %s | %s | %s | %s |\n|---|---|---|---|\n", l.Line("md-seed"),
		c.Seed, l.Line("md-run"), l.Line("seed"), l.Line("md-verdict"), l.Line("md-why"))
	for _, r := range c.Runs {
		fmt.Fprintf(&b, "| %s | %d | %s | %s |\n", cell(r.Folder), r.Seed,
			cell(l.verdictCell(r.Verdict)),
			cell(l.Parts(l.Texts(r.Reasons))))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
