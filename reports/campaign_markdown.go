package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/stormdrill/stormdrill/scenarios/sla/campaign"
)

// CampaignMarkdown writes a campaign for a CI job's summary.
func CampaignMarkdown(w io.Writer, c campaign.Card) error {
	c = plainly(c)
	var b strings.Builder
	fmt.Fprintf(&b, "## %s, %s: %s\n\n", cell(c.Scenario), english.runs(c.Planned.Runs, false),
		cell(strings.ToUpper(string(c.Verdict))))
	for _, r := range english.Texts(c.Reasons) {
		fmt.Fprintf(&b, "- %s\n", cell(r))
	}
	if len(c.Reasons) > 0 {
		b.WriteByte('\n')
	}
	head := english.spreadHead()
	fmt.Fprintf(&b, "| %s |\n|%s\n", strings.Join(head, " | "),
		strings.Repeat("---|", len(head)))
	for _, s := range c.Spreads {
		row := english.spread(s)
		for i := range row {
			row[i] = cell(row[i])
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
	}
	b.WriteByte('\n')
	for _, s := range english.Texts(c.Says) {
		fmt.Fprintf(&b, "- %s\n", cell(s))
	}
	fmt.Fprintf(&b, "- **Seed:** %d\n\n| run | seed | verdict | why |\n|---|---|---|---|\n", c.Seed)
	for _, r := range c.Runs {
		fmt.Fprintf(&b, "| %s | %d | %s | %s |\n", cell(r.Folder), r.Seed, cell(string(r.Verdict)),
			cell(strings.Join(english.Texts(r.Reasons), "; ")))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
