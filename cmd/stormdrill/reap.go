package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/scenarios/lab"
)

// reaper is a process of its own that outlives this one, however it ends. It
// waits at the read end of a pipe whose write end only this process holds, and
// removes all of a run's containers and networks once that end is gone.
type reaper struct {
	cmd  *exec.Cmd
	pipe *os.File
}

// dismissed is what the reaper reads where there is nothing left to do.
const dismissed = 'x'

// startReaper starts a run's reaper, before the run's first container.
func startReaper(run string) (*reaper, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("reaper: %w", err)
	}
	r, w, err := os.Pipe() // closed in every other child
	if err != nil {
		return nil, fmt.Errorf("reaper: %w", err)
	}
	defer r.Close()
	cmd := exec.Command(self, "reap", "--run", run)
	cmd.Stdin = r
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // a Ctrl-C of the terminal is not for it
	if err := cmd.Start(); err != nil {
		_ = w.Close()
		return nil, fmt.Errorf("reaper: %w", err)
	}
	return &reaper{cmd, w}, nil
}

// dismiss ends the reaper, whose work is done.
func (r *reaper) dismiss() {
	_, err := r.pipe.Write([]byte{dismissed})
	_ = r.pipe.Close()
	if err == nil {
		_ = r.cmd.Wait()
	}
}

// reapWithin bounds a reaper's life after the end of its run: an engine that
// does not answer for so long is gone.
const reapWithin = 10 * time.Minute

// newReap is the reaper's own side.
func newReap() *cobra.Command {
	var run string
	c := &cobra.Command{
		Use:    "reap --run RUN",
		Short:  "Wait for a run's end and remove what it leaves",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
			var b [1]byte
			if n, _ := os.Stdin.Read(b[:]); n == 1 && b[0] == dismissed {
				return nil
			}
			ctx, cancel := context.WithTimeout(c.Context(), reapWithin)
			defer cancel()
			return lab.Reap(ctx, run)
		},
	}
	c.Flags().StringVar(&run, "run", "", "the run, 16 hex digits")
	_ = c.MarkFlagRequired("run")
	return c
}
