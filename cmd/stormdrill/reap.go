package main

import (
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/scenarios/lab"
	"github.com/stormdrill/stormdrill/scenarios/lab/docker"
	"github.com/stormdrill/stormdrill/scenarios/run"
)

// Where drills run, and the command that is a run's reaper.
var (
	ground lab.Ground = docker.Engine{}
	reaps             = reaper
)

// reaper is the command that starts this program as a run's reaper.
func reaper(run, ledger string) *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		return &exec.Cmd{Err: err}
	}
	return exec.Command(self, "reap", "--run", run, "--ledger", ledger)
}

func newReap() *cobra.Command {
	var id, ledger string
	c := &cobra.Command{
		Use:    "reap --run RUN",
		Short:  "Run a drill's own commands, wait for its end and undo what it leaves",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			// Taken and not ignored: commands would inherit that. SIGPIPE is of an answer
			// to a process that is gone.
			signal.Notify(make(chan os.Signal, 1), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP,
				syscall.SIGPIPE)
			return run.Reap(c.Context(), ground, id, ledger, os.Stdin, os.Stdout)
		},
	}
	c.Flags().StringVar(&id, "run", "", "the run, 16 hex digits")
	c.Flags().StringVar(&ledger, "ledger", "", "where to note what it lifts")
	_ = c.MarkFlagRequired("run")
	return c
}
