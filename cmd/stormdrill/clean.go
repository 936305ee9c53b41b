package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/scenarios/lab"
)

func newClean() *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use:   "clean",
		Short: "Remove what a crash of the machine left on the engine",
		Long: `Clean removes the containers and networks of drills that are no longer running.
A drill removes its own, also when it is killed; only a crash of the machine or
of the engine leaves something. What is not Stormdrill's is never touched.

A drill that still runs on this machine is left alone. Those of other machines
that use the same engine cannot be told from dead ones: --all removes them too.

Exit status: 0 done, 4 the engine cannot be reached or something resists.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			done, err := lab.Clean(c.Context(), all)
			for _, d := range done {
				fmt.Fprintln(c.OutOrStdout(), d)
			}
			if len(done) == 0 && err == nil {
				fmt.Fprintln(c.OutOrStdout(), "nothing is left of any drill")
			}
			if err != nil {
				return exitError{exitError4, err}
			}
			return nil
		},
	}
	c.Flags().BoolVar(&all, "all", false, "also drills of other machines, and drills that still run")
	return c
}
