package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/library"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

func newList() *cobra.Command {
	return &cobra.Command{
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
			w := tabwriter.NewWriter(c.OutOrStdout(), 0, 8, 2, ' ', 0)
			for i, section := range []struct {
				title string
				kinds []scenarios.Kind
			}{{"DRILLS", drills}, {"FAULTS", scenarios.FaultKinds()}, {"WATCHERS",
				scenarios.WatchKinds()}} {
				if i > 0 {
					fmt.Fprintln(w)
				}
				fmt.Fprintln(w, section.title)
				for _, k := range section.kinds {
					fmt.Fprintf(w, "  %s\t%s\n", k.Name, k.About)
				}
			}
			return w.Flush()
		},
	}
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
