package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/evidence"
	"github.com/stormdrill/stormdrill/scenarios/plan"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

func newScore() *cobra.Command {
	var sheet, format string
	var verbose bool
	var l language
	c := &cobra.Command{
		Use:   "score RECORD",
		Short: "Judge a kept record again, by its own SLA or another",
		Long: `Score judges the record of a run again: RECORD is one, the evidence folder that holds
it, or the id of a run in the history.
` + keptHelp + `
The same record and SLA give the same output, byte for byte. Of a campaign's folder, and of a
folder of several drills, it judges each run in it, as text, and lists them.

--sla names a file whose sla block is used instead of the record's own: a scenario,
or a file with sla: {…} alone. Its watchers and load groups must be those of the record. What
else a scenario sets and judging depends on (confirm, slow, expect, a watcher's fails
…) stays the record's own, and a note says where the two differ, as it does where
the record's phases are too short to confirm a limit.

Exit status: that of the verdict (see stormdrill run --help); of several runs the worst.`,
		Example: `  stormdrill score stormdrill-out/bad-lb-node-20260102-150405
  stormdrill score stormdrill-out/bad-lb-node-20260102-150405 --format html --lang zh > report.html
  stormdrill score record --sla stricter.yaml --format json   # sla: {detect: {probe: 2s}}`,
		Args:              between(1, 1, needsRecord),
		ValidArgsFunction: atMost(1, folders),
		RunE: func(c *cobra.Command, args []string) error {
			write, ok := reports.Formats[format]
			if format == "text" {
				ok, write = true, func(w io.Writer, r reports.Report) error {
					return reports.Text(w, r.Card, l.textOptions(w, "", verbose))
				}
			}
			if !ok {
				return exitError{exitInvalid,
					fmt.Errorf("format %q: want %s", format, reports.FormatNames())}
			}
			of, err := pathOf(args[0])
			if err != nil {
				return exitError{exitInvalid, err}
			}
			found := foldersWith(of, "record")
			if len(found) == 0 || len(found) == 1 && found[0] == of {
				found = []string{of}
			} else if format != "text" {
				return exitError{exitInvalid, fmt.Errorf("--format %s is of one run, and %s holds "+
					"%s: say which, as in %s", format, of, count(len(found), "run"), found[0])}
			}
			var cards []sla.Scorecard
			var verdicts []sla.Verdict
			for _, path := range found {
				report, err := reportOf(path, sheet, format == "html", l)
				if err != nil {
					return exitError{exitInvalid, err}
				}
				if path != of {
					fmt.Fprintf(c.OutOrStdout(), "\n==> %s <==\n", reports.Plain(path))
				}
				if err := write(c.OutOrStdout(), report); err != nil {
					return err
				}
				verdicts = append(verdicts, report.Card.Verdict)
				cards = append(cards, report.Card)
				cards[len(cards)-1].Scenario = path // what tells a campaign's runs apart
			}
			if len(cards) > 1 {
				if err := reports.Table(c.OutOrStdout(), cards,
					l.textOptions(c.OutOrStdout(), "", false)); err != nil {
					return err
				}
			}
			return verdictExit(verdicts...)
		},
	}
	c.Flags().StringVar(&sheet, "sla", "", "file whose sla block is used: a scenario, or a "+
		"file with sla: {…} alone")
	c.Flags().BoolVarP(&verbose, "verbose", "v", false, "as text, all that is known")
	l.flags(c)
	c.Flags().StringVar(&format, "format", "text", reports.FormatNames())
	complete(c, "format", oneOf(append(slices.Sorted(maps.Keys(reports.Formats)), "text")...))
	return c
}

// reportOf is what a run's record comes to, by its own SLA or by that of a file. The charts over
// time take as long as the judging, and are left out where nobody shows them.
func reportOf(path, sheet string, charts bool, l language) (reports.Report, error) {
	record, err := openCut(path)
	if err != nil {
		return reports.Report{}, err
	}
	objectives, notes := record.Header.Objectives, []sla.Said(nil)
	if sheet != "" {
		if objectives, notes, err = otherObjectives(sheet, record.Header); err != nil {
			return reports.Report{}, err
		}
	}
	card := sla.Score(record, objectives)
	card.Notes = append(card.Notes, notes...)
	card.Scenario = cmp.Or(card.Scenario, path) // of a record that breaks off before it
	if !charts {
		return reports.WithoutCharts(record, card, l.Language), nil
	}
	report := reports.Of(record, card, l.Language)
	dir := filepath.Dir(recordIn(path))
	report.Images = images(dir, record.Header.Run)
	report.Command = commandOf(dir, record.Header.Run)
	report.Beside = beside(dir, record.Header.Run)
	return report, nil
}

// images are those of a run's containers, each once, as its folder says; none where it does
// not, or is another run's.
func images(dir, run string) (all []reports.Image) {
	p, err := evidence.Read(dir)
	if err != nil || p.Run != run || p.Lab == nil {
		return nil
	}
	for _, n := range p.Lab.Nodes {
		i := slices.IndexFunc(all,
			func(i reports.Image) bool { return i.ID == n.ID && i.Name == n.Image })
		if i < 0 {
			i = len(all)
			all = append(all, reports.Image{Name: n.Image, ID: n.ID, Digests: n.Digests})
		}
		all[i].Nodes = append(all[i].Nodes, n.Name)
	}
	return all
}

// commandOf is the command that repeats a run, as its folder says; empty where it does not, or
// is another run's.
func commandOf(dir, run string) string {
	p, err := evidence.Read(dir)
	if err != nil || p.Run != run {
		return ""
	}
	return p.Command
}

// beside are the files beside the scenario that went into a run's containers, each once, as its
// folder says.
func beside(dir, run string) (all []string) {
	p, err := evidence.Read(dir)
	if err != nil || p.Run != run || p.Lab == nil {
		return nil
	}
	for _, n := range p.Lab.Nodes {
		for _, f := range n.Files {
			_, own := scenarios.MaterialOf(f.From)
			if f.From != "" && !own && !slices.Contains(all, f.From) {
				all = append(all, f.From)
			}
		}
	}
	return all
}

// otherObjectives reads another SLA, for a record of the same users and watchers, and says
// what of the file the record cannot honour.
func otherObjectives(file string, h timeline.Header) (timeline.Objectives, []sla.Said, error) {
	given, alone, err := plan.LoadSLA(file)
	if err != nil {
		return timeline.Objectives{}, nil, err
	}
	var notes []sla.Said
	if !alone {
		notes = sla.Unhonoured(given, h)
	}
	return given.Objectives, notes, sla.Fits(given.Objectives, h)
}
