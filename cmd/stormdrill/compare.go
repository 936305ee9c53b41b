package main

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

func newCompare() *cobra.Command {
	var fails bool
	c := &cobra.Command{
		Use:   "compare BEFORE NOW",
		Short: "Hold a run against an earlier one of the same drill",
		Long: `Compare judges two kept runs and says of each objective, and of each group's success
by phase, whether the second is better, worse, or cannot be told apart: by the intervals
that times were measured in, and by the 95 % bounds of shares. A bare difference is none.

Exit status: 0, or with --worse-fails 1 where anything is worse; 3 a record cannot be read.`,
		Example: `  stormdrill compare stormdrill-out/checkout-20260101-030000 ` +
			`stormdrill-out/checkout-20260108-030000`,
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: atMost(2, folders),
		RunE: func(c *cobra.Command, args []string) error {
			var cards [2]sla.Scorecard
			for i, path := range args {
				record, err := timeline.Open(recordIn(path))
				if err != nil {
					return exitError{exitInvalid, err}
				}
				cards[i] = sla.Score(record, record.Header.Objectives)
			}
			all := sla.Compare(cards[0], cards[1])
			if err := reports.Compare(c.OutOrStdout(), cards[0], cards[1], all); err != nil {
				return err
			}
			if fails && slices.ContainsFunc(all,
				func(d sla.Difference) bool { return d.Is == sla.Worse }) {
				return exitError{exitFail, errors.New("worse than before")}
			}
			return nil
		},
	}
	c.Flags().BoolVar(&fails, "worse-fails", false, "end with 1 where anything is worse")
	return c
}
