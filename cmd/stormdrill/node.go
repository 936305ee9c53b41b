//go:build linux && !nonode

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/faults/disk"
	"github.com/stormdrill/stormdrill/faults/switchboard"
	"github.com/stormdrill/stormdrill/loadgen"
	"github.com/stormdrill/stormdrill/scenarios/lab/carry"
	"github.com/stormdrill/stormdrill/scenarios/lab/target"
)

// newNode is what containers run: the same binary in one of five roles.
func newNode() *cobra.Command {
	c := &cobra.Command{
		Use:    "node",
		Short:  "Be one node of a drill (inside a container)",
		Hidden: true,
	}
	c.AddCommand(
		&cobra.Command{Use: "switchboard", Args: cobra.NoArgs,
			RunE: func(c *cobra.Command, _ []string) error {
				return switchboard.Run(c.Context(), os.Stdin, os.Stdout)
			}},
		&cobra.Command{Use: "load", Args: cobra.NoArgs,
			RunE: func(c *cobra.Command, _ []string) error {
				return loadgen.Run(c.Context(), os.Stdin, os.Stdout)
			}},
		&cobra.Command{Use: "disk", Args: cobra.NoArgs,
			RunE: func(c *cobra.Command, _ []string) error {
				return disk.Run(c.Context(), os.Stdin, os.Stdout)
			}},
		&cobra.Command{Use: "ports", Args: cobra.NoArgs, RunE: runPorts},
		&cobra.Command{Use: "target", Args: cobra.NoArgs, RunE: runTarget},
	)
	return c
}

// runPorts carries connections to the ports that the environment lists.
func runPorts(c *cobra.Command, _ []string) error {
	var spec carry.Spec
	if err := json.Unmarshal([]byte(os.Getenv(carry.Variable)), &spec); err != nil {
		return fmt.Errorf("node ports: %s: %w", carry.Variable, err)
	}
	return carry.Serve(c.Context(), os.Stdin, os.Stdout, spec)
}

// runTarget serves the embedded target that the environment describes, until
// SIGTERM.
func runTarget(c *cobra.Command, _ []string) error {
	var spec target.Spec
	if err := json.Unmarshal([]byte(os.Getenv("STORMDRILL_TARGET")), &spec); err != nil {
		return fmt.Errorf("node target: STORMDRILL_TARGET: %w", err)
	}
	if err := spec.Take(target.HandedFile); err != nil {
		return fmt.Errorf("node target: %w", err)
	}
	ctx, stop := signal.NotifyContext(c.Context(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	return target.Run(ctx, spec, os.Stdout)
}
