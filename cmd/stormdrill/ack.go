package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/scenarios/run"
)

func newAck() *cobra.Command {
	var note string
	c := &cobra.Command{
		Use:     "ack RUN",
		Short:   "Acknowledge, as a person who was called, that something is the matter",
		Example: `  stormdrill ack 1f2e3d --note "checkout is down, looking at the balancer"`,
		Long: `Ack says to a drill that runs that its watcher of kind person has noticed. The
instant is when the drill hears of it. RUN is the run's id, which run prints, or the
beginning of it.

Only the user who runs the drill can acknowledge, on the machine that runs it, and with
the same TMPDIR.

Exit status: 0 acknowledged, 3 no drill waits for it, 4 it could not be said.`,
		Args:              between(1, 1, "name a RUN by its id, which stormdrill run prints"),
		ValidArgsFunction: atMost(1, waiting),
		RunE: func(c *cobra.Command, args []string) error {
			id, watchers, err := run.Acknowledge(c.Context(), args[0], note)
			switch {
			case errors.Is(err, run.ErrNobodyWaits):
				return exitError{exitInvalid, err}
			case err != nil:
				return exitError{exitHarness, err}
			}
			fmt.Fprintf(c.OutOrStdout(), "acknowledged: run %s, %s\n", id,
				reports.Plain(strings.Join(watchers, ", ")))
			return nil
		},
	}
	c.Flags().StringVar(&note, "note", "", "what to say with it; the scorecard has it among its "+
		"notes")
	return c
}
