package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/scenarios/engine"
	"github.com/stormdrill/stormdrill/scenarios/lab"
)

func newClean() *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use:   "clean",
		Short: "Remove what a crash of the machine left on the engine",
		Long: `Clean removes the containers, networks and built images of drills that are no
longer running. A drill removes its own, also when it is killed; only a crash of the
machine or of the engine, or the end of all its processes at once, leaves something.
What is not Stormdrill's, and an image that was given another name, is never touched.

What a drill's own commands (the fault exec) did to a machine it cannot undo: it
names each such fault that its run's ledger says is not lifted, and the command
that lifts it.

A drill that still runs is left alone, whoever runs it and wherever: the engine
shows it, as two containers of it live no longer than the stormdrill they talk to.
--all removes those, too. Each run first removes the dead ones of its machine, and
those of any machine that should have been over by now.

Exit status: 0 done, 4 the engine cannot be reached, or has removed nothing more for a
minute: what is left is named, with what the engine says of it.`,
		Example: `  stormdrill clean
  stormdrill clean --all   # drills that still run, too`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			done, err := ground.Clean(c.Context(), all)
			for _, d := range done {
				fmt.Fprintln(c.OutOrStdout(), d)
				inForce(func(format string, a ...any) {
					fmt.Fprintf(c.OutOrStdout(), format+"\n", a...)
				}, d)
			}
			if len(done) == 0 && err == nil {
				fmt.Fprintln(c.OutOrStdout(), "nothing is left of any drill")
			}
			if err != nil {
				return exitError{exitHarness, err}
			}
			return nil
		},
	}
	c.Flags().BoolVar(&all, "all", false, "also drills that still run")
	return c
}

// inForce names what a removed run's own commands may have left in force. Only its
// own machine has its ledger, as long as it is kept.
func inForce(say func(string, ...any), d lab.Dead) {
	if d.Ledger == "" {
		return
	}
	left, err := engine.InForce(d.Ledger)
	if err != nil {
		return
	}
	for _, e := range left {
		say("run %s: fault %s was injected and not lifted: lift it by hand: sh %s", d.Run, e.Fault,
			e.Lift)
	}
}
