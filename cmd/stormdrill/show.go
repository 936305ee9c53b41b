package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/library"
)

func newShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show DRILL",
		Short: "Print a shipped drill",
		Long: `Show prints the scenario of a shipped drill. Its header says what it rehearses,
which parts of your own belong in the place of its own (yours:), and the change with
which it fails (fails:). stormdrill init --from DRILL FILE writes it to a file.`,
		Example:           `  stormdrill show bad-lb-node`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: shippedDrill,
		RunE: func(c *cobra.Command, args []string) error {
			text, err := shippedText(args[0])
			if err != nil {
				return err
			}
			_, err = c.OutOrStdout().Write(text)
			return err
		},
	}
}

// shippedText is the scenario of a shipped drill.
func shippedText(name string) ([]byte, error) {
	text, _, err := library.Open(name)
	if err != nil {
		return nil, exitError{exitInvalid,
			fmt.Errorf("no shipped drill is named %q: %s", name,
				scenarios.Listed(name, library.Names()))}
	}
	return text, nil
}
