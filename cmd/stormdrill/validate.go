package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

func newValidate() *cobra.Command {
	var t trust
	var with overlays
	var l language
	c := &cobra.Command{
		Use:   "validate DRILL…",
		Short: "Check scenarios without starting anything",
		Long: `Validate reads scenarios and makes their plans, but starts nothing and needs no
engine. It prints every problem at once, each with file:line:column, what was
expected, and the nearest known name; several drills need names of their own, as they do
for stormdrill run. Keys whose names have changed are read for a
release, each with a note.

A DRILL is a scenario file, a folder of them, or the name of a shipped drill.

Exit status: 0 all are valid, 3 at least one is not.`,
		Example: `  stormdrill validate checkout.yaml
  stormdrill validate drills/`,
		Args:              anyOf(needsDrill),
		ValidArgsFunction: drillOrFile,
		RunE: func(c *cobra.Command, args []string) error {
			drills, _, err := openTogether(args, with, t.options(plan.Options{}))
			if err != nil {
				return err
			}
			for _, s := range drills {
				if err := reports.Valid(c.OutOrStdout(), s, l.Language); err != nil {
					return err
				}
			}
			return nil
		},
	}
	t.flags(c)
	with.flags(c)
	l.flags(c)
	return c
}

// trust is what of this machine a scenario may use.
type trust struct{ noCommands, noFiles bool }

func (t *trust) flags(c *cobra.Command) {
	c.Flags().BoolVar(&t.noCommands, "no-host-commands", false,
		"refuse drills that run commands on this machine (exec, watch: command), "+
			"ask what it serves (from: host), or publish ports there, "+
			"as of scenarios by strangers")
	c.Flags().BoolVar(&t.noFiles, "no-host-files", false,
		"refuse drills that read files of this machine outside the scenario's folder")
}

func (t *trust) options(o plan.Options) plan.Options {
	o.NoHostCommands, o.NoHostFiles = t.noCommands, t.noFiles
	return o
}

// overlays are files whose parts are laid over each drill.
type overlays []string

func (o *overlays) flags(c *cobra.Command) {
	c.Flags().StringArrayVar((*[]string)(o), "with", nil,
		"FILE: lay the parts of a scenario in FILE over each drill, such as your monitoring; "+
			"may be given several times")
}

// openAll opens what the arguments name. The problems of all of them come
// together.
func openAll(args []string, with overlays) ([]*scenarios.Scenario, error) {
	all, problems, err := opened(args, with)
	if err == nil && len(problems) > 0 {
		err = exitError{exitInvalid, problems.Err()}
	}
	return all, err
}

// openTogether opens drills that run together, which need names of their own, and makes their
// plans. The problems of all of them come together, names among them.
func openTogether(args []string, with overlays, o plan.Options) (drills []*scenarios.Scenario,
	plans []*plan.Plan, err error) {
	drills, problems, err := opened(args, with)
	if err != nil {
		return nil, nil, err
	}
	unreadable := len(problems) > 0
	problems = append(problems, alike(drills)...)
	for _, s := range drills {
		if unreadable {
			break // what follows from its problems is no news
		}
		var ps scenarios.Problems
		p, err := plan.New(s, o)
		switch {
		case errors.As(err, &ps):
			problems = append(problems, ps...)
		case err != nil:
			return nil, nil, exitError{exitInvalid, err}
		}
		plans = append(plans, p)
	}
	if len(problems) > 0 {
		return nil, nil, exitError{exitInvalid, problems.Err()}
	}
	return drills, plans, nil
}

// opened is what the arguments name, and what is wrong with it. An overlay's problems are
// each drill's, and Problems.Err reports them once.
func opened(args []string, with overlays) (all []*scenarios.Scenario,
	problems scenarios.Problems, err error) {
	for _, a := range args {
		found, err := plan.Open(a, with...)
		var ps scenarios.Problems
		switch {
		case errors.As(err, &ps):
			problems = append(problems, ps...)
		case err != nil:
			return nil, nil, exitError{exitInvalid, err}
		}
		all = append(all, found...)
	}
	return all, problems, nil
}
