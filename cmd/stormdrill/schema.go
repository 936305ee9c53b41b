package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/scenarios"
)

func newSchema() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of a scenario",
		Long: `Schema prints the JSON Schema of the scenario format, by which an editor completes
and checks a scenario while it is written. It knows keys, types and units; what
names refer to, and whether phases are long enough, stormdrill validate checks.

With the YAML language server, write the schema to a file and let the scenario's
first line name it:

  # yaml-language-server: $schema=stormdrill.schema.json`,
		Example: `  stormdrill schema > stormdrill.schema.json`,
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			b, err := scenarios.Schema()
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s\n", b)
			return err
		},
	}
}
