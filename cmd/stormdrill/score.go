package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

func newScore() *cobra.Command {
	var sheet, format string
	c := &cobra.Command{
		Use:   "score RECORD",
		Short: "Judge a kept record again, by its own SLA or another",
		Long: `Score judges the record of a run again, or of the evidence folder that holds
one. The same record and SLA give the same output, byte for byte.

--sla names a scenario file whose sla block is used instead of the record's own;
its watchers and load groups must be those of the record. Where the record's phases
are too short to confirm one of its limits, a note says so.

Exit status: that of the verdict (see stormdrill run --help).`,
		Example: `  stormdrill score stormdrill-out/bad-lb-node-20260102-150405
  stormdrill score record --sla stricter.yaml --format json`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			write, ok := map[string]func(io.Writer, sla.Scorecard) error{
				"json": reports.JSON, "markdown": reports.Markdown, "junit": reports.JUnit,
				"text": func(w io.Writer, card sla.Scorecard) error { return reports.Text(w, card, textOptions(w, "")) },
			}[format]
			if !ok {
				return exitError{exitInvalid, fmt.Errorf("format %q: want text, json, markdown or junit", format)}
			}
			record, err := timeline.Open(recordIn(args[0]))
			if err != nil {
				return exitError{exitInvalid, err}
			}
			objectives := record.Header.Objectives
			if sheet != "" {
				if objectives, err = otherObjectives(sheet, record.Header); err != nil {
					return exitError{exitInvalid, err}
				}
			}
			card := sla.Score(record, objectives)
			if err := write(c.OutOrStdout(), card); err != nil {
				return err
			}
			return verdictExit(card.Verdict)
		},
	}
	c.Flags().StringVar(&sheet, "sla", "", "scenario file whose sla block is used")
	c.Flags().StringVar(&format, "format", "text", "text, json, markdown or junit")
	return c
}

// otherObjectives reads the SLA of a scenario, for a record of the same users
// and watchers.
func otherObjectives(file string, h timeline.Header) (timeline.Objectives, error) {
	all, err := openAll([]string{file})
	if err != nil {
		return timeline.Objectives{}, err
	}
	if len(all) != 1 {
		return timeline.Objectives{}, fmt.Errorf("--sla %s: want one scenario, there are %d", file, len(all))
	}
	p, err := all[0].Plan(scenarios.Options{})
	if err != nil {
		return timeline.Objectives{}, err
	}
	o := p.Header.Objectives
	return o, sla.Fits(o, h)
}
