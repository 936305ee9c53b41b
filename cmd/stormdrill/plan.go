package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

func newPlan() *cobra.Command {
	var o plan.Options
	var t trust
	var with overlays
	var resolved, asJSON bool
	var l language
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
  stormdrill plan checkout.yaml --image shop=shop:candidate
  stormdrill plan syn-drop --with monitoring.yaml --resolved`,
		Args:              anyOf(needsDrill),
		ValidArgsFunction: drillOrFile,
		RunE: func(c *cobra.Command, args []string) error {
			if resolved {
				return resolveAll(c, args, with)
			}
			return planAll(c, args, with, t.options(o), asJSON, l.Language)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print each plan as one line of JSON instead")
	c.Flags().BoolVar(&resolved, "resolved", false,
		"print each scenario as one text instead, with what it extends and what is laid over it")
	c.Flags().Uint64Var(&o.Seed, "seed", 0, "seed of all that is drawn at random")
	c.MarkFlagsMutuallyExclusive("json", "resolved")
	t.flags(c)
	with.flags(c)
	l.flags(c)
	c.Flags().StringToStringVar(&o.Images, "image", nil,
		"NAME=OTHER: use image OTHER wherever a drill says NAME, or for the target NAME")
	return c
}

func planAll(c *cobra.Command, args []string, with overlays, o plan.Options,
	asJSON bool, in *words.Language) error {
	print := func(w io.Writer, p *plan.Plan) error { return reports.Plan(w, p, in) }
	if asJSON {
		print = reports.PlanJSON
	}
	drills, err := openAll(args, with)
	if err != nil {
		return err
	}
	if unused := plan.UnusedImages(drills, o.Images); len(unused) > 0 {
		return exitError{exitInvalid, fmt.Errorf("--image %s: no target has that name or image",
			strings.Join(unused, ", "))}
	}
	o.Tool = version()
	for i, s := range drills {
		p, err := plan.New(s, o)
		if err != nil {
			return exitError{exitInvalid, err}
		}
		if i > 0 && !asJSON {
			fmt.Fprintln(c.OutOrStdout())
		}
		if err := print(c.OutOrStdout(), p); err != nil {
			return err
		}
	}
	return nil
}

// resolveAll prints scenarios, each as one text.
func resolveAll(c *cobra.Command, args []string, with overlays) error {
	drills, err := openAll(args, with)
	if err != nil {
		return err
	}
	for i, s := range drills {
		if i > 0 {
			fmt.Fprintln(c.OutOrStdout(), "---")
		}
		text, err := s.Resolved()
		if err != nil {
			return exitError{exitInvalid, fmt.Errorf("%s: %w", s.File, err)}
		}
		if _, err := c.OutOrStdout().Write(text); err != nil {
			return err
		}
	}
	return nil
}
