package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/scenarios"
)

func newSchema() *cobra.Command {
	return &cobra.Command{
		Use:   "schema [scenario|scorecard|campaign|events]",
		Short: "Print the JSON Schema of a scenario, or of what a run leaves",
		Long: `Schema prints the JSON Schema of the scenario format, by which an editor completes
and checks a scenario while it is written. It knows keys, types and units; what
names refer to, and whether phases are long enough, stormdrill validate checks.

With the YAML language server, write the schema to a file and let the scenario's
first line name it:

  # yaml-language-server: $schema=stormdrill.schema.json

scorecard and campaign print the schemas of scorecard.json and campaign.json, events that
of each line of stormdrill run --json, by which a program reads them (docs/scorecard.md and
docs/events.md say what their fields mean).`,
		Example: `  stormdrill schema > stormdrill.schema.json
  stormdrill schema scorecard`,
		Args:      cobra.MatchAll(between(0, 1, ""), cobra.OnlyValidArgs),
		ValidArgs: []string{"scenario", "scorecard", "campaign", "events"},
		RunE: func(c *cobra.Command, args []string) error {
			of := map[string]func() ([]byte, error){"scorecard": reports.ScorecardSchema,
				"campaign": reports.CampaignSchema,
				"events":   reports.EventsSchema}[strings.Join(args, "")]
			if of == nil {
				of = scenarios.Schema
			}
			b, err := of()
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s\n", b)
			return err
		},
	}
}
