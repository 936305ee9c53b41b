package main

import (
	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/library"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

func newList() *cobra.Command {
	var l language
	c := &cobra.Command{
		Use:   "list",
		Short: "List shipped drills, faults and watchers, one line each",
		Long: `List prints the drills that are shipped with stormdrill, which run by name, and
the faults and watchers that a scenario can have.`,
		Example: `  stormdrill list`,
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			drills, err := shipped()
			if err != nil {
				return err
			}
			return reports.List(c.OutOrStdout(), drills, l.Language)
		},
	}
	l.flags(c)
	return c
}

// shipped lists the shipped drills with their summaries.
func shipped() ([]scenarios.Kind, error) {
	var all []scenarios.Kind
	for _, name := range library.Names() {
		found, err := plan.Open(name)
		if err != nil {
			return nil, err
		}
		all = append(all, scenarios.Kind{Name: name, About: found[0].Summary})
	}
	return all, nil
}
