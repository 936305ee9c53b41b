package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/scenarios"
)

func newValidate() *cobra.Command {
	return &cobra.Command{
		Use:   "validate DRILL…",
		Short: "Check scenarios without starting anything",
		Long: `Validate reads scenarios and makes their plans, but starts nothing and needs no
engine. It prints every problem at once, each with file:line:column, what was
expected, and the nearest known name. Keys whose names have changed are read for a
release, each with a note.

A DRILL is a scenario file, a folder of them, or the name of a shipped drill.

Exit status: 0 all are valid, 3 at least one is not.`,
		Example: `  stormdrill validate checkout.yaml
  stormdrill validate drills/`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			drills, err := openAll(args)
			if err != nil {
				return err
			}
			for _, s := range drills {
				fmt.Fprintf(c.OutOrStdout(), "%s: ok: %s\n", s.File, s.Name)
				for _, n := range s.Notes() {
					fmt.Fprintf(c.OutOrStdout(), "%s\n", n)
				}
			}
			return nil
		},
	}
}

// openAll opens what the arguments name. The problems of all of them come
// together.
func openAll(args []string) ([]*scenarios.Scenario, error) {
	var all []*scenarios.Scenario
	var problems scenarios.Problems
	for _, a := range args {
		found, err := scenarios.Open(a)
		var ps scenarios.Problems
		switch {
		case errors.As(err, &ps):
			problems = append(problems, ps...)
		case err != nil:
			return nil, exitError{exitInvalid, err}
		}
		all = append(all, found...)
	}
	if len(problems) > 0 {
		return nil, exitError{exitInvalid, problems}
	}
	return all, nil
}
