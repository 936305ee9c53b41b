package reports

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla/campaign"
)

// WriteCampaign writes a campaign's card into its folder, in every format that is
// kept as evidence: campaign.json, junit.xml, summary.md, report.html, metrics.prom. Its runs
// have their own evidence in folders of their own. Command repeats it. One that cannot be
// written keeps none of the others from it. The language is report.html's and summary.md's;
// nil: English.
func WriteCampaign(dir string, card campaign.Card, runs []campaign.Outcome,
	command string, in *words.Language) error {
	errs := []error{WriteCampaignJSON(dir, card)}
	for _, e := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"junit.xml", func(w io.Writer) error { return CampaignJUnit(w, card, runs) }},
		{"summary.md", func(w io.Writer) error { return CampaignMarkdown(w, card, in) }},
		{"report.html", func(w io.Writer) error {
			return CampaignHTML(w, card, runs, command, in)
		}},
		{"metrics.prom", func(w io.Writer) error { return CampaignMetrics(w, card) }},
	} {
		if err := written(filepath.Join(dir, e.name), e.write); err != nil {
			errs = append(errs, fmt.Errorf("report: %w", err))
		}
	}
	return errors.Join(errs...)
}

// WriteCampaignJSON writes campaign.json, in place of an older one at once.
func WriteCampaignJSON(dir string, card campaign.Card) error {
	err := written(filepath.Join(dir, "campaign.json"),
		func(w io.Writer) error { return CampaignJSON(w, card) })
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// CampaignJSON writes the contract of docs/campaign.md.
func CampaignJSON(w io.Writer, card campaign.Card) error {
	return withWords(w, card)
}
