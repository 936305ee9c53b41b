package reports

import (
	"errors"
	"io"

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
	return errors.Join(WriteCampaignJSON(dir, card), writeFiles(dir,
		file{"junit.xml", func(w io.Writer) error { return CampaignJUnit(w, card, runs) }},
		file{"summary.md", func(w io.Writer) error { return CampaignMarkdown(w, card, in) }},
		file{"report.html", func(w io.Writer) error {
			return CampaignHTML(w, card, runs, command, in)
		}},
		file{"metrics.prom", func(w io.Writer) error { return CampaignMetrics(w, card) }}))
}

// WriteCampaignJSON writes campaign.json, in place of an older one at once.
func WriteCampaignJSON(dir string, card campaign.Card) error {
	return writeFiles(dir,
		file{"campaign.json", func(w io.Writer) error { return CampaignJSON(w, card) }})
}

// CampaignJSON writes the contract of docs/campaign.md.
func CampaignJSON(w io.Writer, card campaign.Card) error {
	return withWords(w, card)
}
