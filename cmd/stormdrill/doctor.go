package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/scenarios/lab"
)

func newDoctor() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Say whether drills can run here, and what cures it where not",
		Long: `Doctor examines this machine, the engine, and, by a small lab that it starts and
removes again, what a drill's containers may do and how busy the engine's machine
is. Each line is ok, missing (drills do not run without it) or absent (nothing needs
it, or not always), with a cure.

Exit status: 0 drills can run, 4 something they need is missing.`,
		Example: `  stormdrill doctor
  DOCKER_HOST=ssh://root@lab stormdrill doctor`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			missing := 0
			ground.Doctor(c.Context(), func(f lab.Finding) {
				state := "ok"
				switch {
				case !f.OK && f.Needed:
					state = "missing"
					missing++
				case !f.OK:
					state = "absent"
				}
				fmt.Fprintf(c.OutOrStdout(), "%-8s %s: %s\n", state, f.What, f.Detail)
				if f.Cure != "" {
					fmt.Fprintf(c.OutOrStdout(), "%-8s %s\n", "", f.Cure)
				}
			})
			if missing > 0 {
				return exitError{exitHarness,
					fmt.Errorf("%s is missing: drills cannot run here", count(missing, "thing"))}
			}
			return nil
		},
	}
}
