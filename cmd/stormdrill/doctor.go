package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/lab"
)

func newDoctor() *cobra.Command {
	var l language
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Say whether drills can run here, and what cures it where not",
		Long: `Doctor examines this machine, the engine, and, by a small lab that it starts and
removes again, what a drill's containers may do and how busy the engine's machine
is. It says what it looked at, the value it found, what that means for drills, and a
cure where the value is bad. ok: it is good; warn: drills run, and the line says what may
suffer; error: drills do not run until it is cured.

Exit status: 0 drills can run, 4 they cannot.`,
		Example: `  stormdrill doctor
  DOCKER_HOST=ssh://root@lab stormdrill doctor`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return examine(c.Context(), ground.Doctor, c.OutOrStdout(), l.Language)
		},
	}
	l.flags(c)
	return c
}

// examine prints what a doctor tells, and whether drills can run.
func examine(ctx context.Context, doctor func(context.Context, func(lab.Finding)),
	w io.Writer, in *words.Language) error {
	told := reports.NewDoctor(w, in)
	doctor(ctx, told.Tell)
	if failed := told.Failed(); failed > 0 {
		return exitError{exitHarness,
			fmt.Errorf("drills cannot run here: %s", count(failed, "error"))}
	}
	return told.End()
}
