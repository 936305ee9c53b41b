package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/scenarios/library"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/matrix"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

func newMatrix() *cobra.Command {
	var format, rules string
	var fails bool
	var l language
	c := &cobra.Command{
		Use:   "matrix RUN…",
		Short: "Hold kept runs against their alerts: what was found, late, missed, never seen",
		Long: `Matrix judges kept runs again, and shows in one table which watcher found which drill
and how soon: a row for each run, a column for each watcher. Below, it names the drills
in which users were hurt and no watcher said so, the watchers that never noticed
anything, and those that raised false alarms.

A RUN is a record, the evidence folder that holds one, or a folder of such folders, as
--out of several drills and of a campaign is. To begin, run the drills:

  stormdrill run drills/ --out game-day

A cell has the time to detect with its resolution; late: and the limit, where it is
above the drill's; wrong target: where each of its alerts names a node that the fault
did not touch; missed, where users were hurt and it said nothing; quiet, where
nobody was; cannot meet, where its own way does not lead past what failed; and how
many false alarms it raised, in control runs too. Watchers of one name and kind are
one, whichever drill they are in. Where one was told of alerts of several names, each
name has a column, too; not told, where users were hurt and none of these came.

Exit status: 0, or with --unseen-fails 1 where no watcher saw a drill, else 2 where a
run proves nothing; 3 a record cannot be read.`,
		Example: `  stormdrill matrix game-day
  stormdrill matrix stormdrill-out/checkout-* --format markdown > matrix.md
  stormdrill matrix game-day --rules prometheus-rules.yml
  stormdrill matrix game-day --format csv > matrix.csv   # a line for each run and watcher`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			write, ok := reports.MatrixFormats[format]
			if !ok {
				return exitError{exitInvalid,
					fmt.Errorf("--format %s: want text, markdown, csv or html", format)}
			}
			alerts, err := alertsIn(rules)
			if err != nil {
				return exitError{exitInvalid, fmt.Errorf("--rules %s: %w", rules, err)}
			}
			var cards []sla.Scorecard
			for _, path := range args {
				records, err := recordsIn(path)
				if err != nil {
					return exitError{exitInvalid, err}
				}
				for _, file := range records {
					record, err := timeline.Open(file)
					if err != nil {
						return exitError{exitInvalid, err}
					}
					cards = append(cards, sla.Score(record, record.Header.Objectives))
				}
			}
			m := matrix.Of(cards, alerts...)
			if err := write(c.OutOrStdout(), m, l.Language); err != nil {
				return err
			}
			switch {
			case fails && len(m.Unseen()) > 0:
				return exitError{exitFail, errors.New("a drill that no watcher saw")}
			case fails && len(m.Untold()) > 0:
				return exitError{exitInconclusive, errors.New("a run that proves nothing")}
			}
			return nil
		},
	}
	c.Flags().StringVar(&format, "format", "text", "text, markdown, csv or html")
	c.Flags().StringVar(&rules, "rules", "",
		"a Prometheus rule file: name those of its alerts that no watcher was told of in any run")
	c.Flags().BoolVar(&fails, "unseen-fails", false,
		"end with 1 where no watcher saw a drill, else with 2 where a run proves nothing")
	l.flags(c)
	return c
}

// alertsIn are the names of the alerts in a rule file; none where there is no file.
func alertsIn(file string) ([]string, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return matrix.AlertRules(text)
}

// recordsIn are the records that a path names: one, or those in the folders of a folder.
func recordsIn(path string) ([]string, error) {
	file := recordIn(path)
	if _, err := os.Stat(file); err == nil {
		return []string{file}, nil
	}
	if file == path {
		if _, _, err := library.Open(path); err == nil {
			return nil, fmt.Errorf("%s is a drill, and no run of it: stormdrill run %s --out DIR, "+
				"then stormdrill matrix DIR", path, path)
		}
		return []string{path}, nil // opening it says what is wrong
	}
	below, err := fs.Glob(os.DirFS(path), "*/record")
	if err != nil || len(below) == 0 {
		return nil, errors.Join(err,
			fmt.Errorf("%s: it holds neither a record nor folders that do", path))
	}
	for i := range below {
		below[i] = filepath.Join(path, below[i])
	}
	return below, nil
}
