package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

func newPlan() *cobra.Command {
	var o plan.Options
	var t trust
	c := &cobra.Command{
		Use:   "plan DRILL…",
		Short: "Show what a drill would do, without doing it",
		Long: `Plan is the dry run. It prints the containers in order of start, every link with
its address and kind, who resolves which name, the timeline, what each fault will
touch and which share of the users that is, what the drill does not contain, and
what will be judged and at which resolution. It starts nothing and needs no engine.

A run takes the first free subnet and draws a new seed; a plan shows the default
ones, or the seed it is given.

Exit status: 0 the plan can be run, 3 the scenario is invalid.`,
		Example: `  stormdrill plan bad-lb-node
  stormdrill plan checkout.yaml --image shop=shop:candidate`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return planAll(c, args, t.options(o)) },
	}
	c.Flags().Uint64Var(&o.Seed, "seed", 0, "seed of all that is drawn at random")
	t.flags(c)
	c.Flags().StringToStringVar(&o.Images, "image", nil, "NAME=OTHER: use image OTHER wherever a drill says NAME, or for the target NAME")
	return c
}

func planAll(c *cobra.Command, args []string, o plan.Options) error {
	drills, err := openAll(args)
	if err != nil {
		return err
	}
	if unused := plan.UnusedImages(drills, o.Images); len(unused) > 0 {
		return exitError{exitInvalid, fmt.Errorf("--image %s: no target has that name or image", strings.Join(unused, ", "))}
	}
	o.Tool = version()
	for i, s := range drills {
		p, err := plan.New(s, o)
		if err != nil {
			return exitError{exitInvalid, err}
		}
		if i > 0 {
			fmt.Fprintln(c.OutOrStdout())
		}
		if err := reports.Plan(c.OutOrStdout(), p); err != nil {
			return err
		}
	}
	return nil
}
