package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/history"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

func newHistory() *cobra.Command {
	var last int
	var asJSON bool
	var l language
	c := &cobra.Command{
		Use:   "history [DRILL…]",
		Short: "Show the runs of this user on this machine, and how their times went",
		Long: `History shows the runs that were made on this machine, by drill: how they ended, how
detection, mitigation and recovery went from run to run (× is a time that did not end
in the run), and a line for each of the last.

It is one file, stormdrill/history.jsonl in XDG_DATA_HOME (default ~/.local/share), a
line of JSON for each run; remove lines, or all of it, as you like. stormdrill run
--no-history adds none. A line that cannot be read is left out, and told.`,
		Example: `  stormdrill history
  stormdrill history checkout --last 5
  stormdrill history checkout --json | jq .recover.seconds`,
		ValidArgsFunction: rehearsed,
		RunE: func(c *cobra.Command, args []string) error {
			if last < 0 {
				return exitError{exitInvalid, fmt.Errorf("--last %d: want 0 or more", last)}
			}
			path, err := history.Path()
			if err != nil {
				return exitError{exitInvalid, err}
			}
			runs, odd, err := history.Read(path)
			if err != nil {
				return exitError{exitInvalid, err}
			}
			if err := reports.HistoryLeftOut(c.ErrOrStderr(), path, odd, l.Language); err != nil {
				return err
			}
			if len(args) > 0 {
				runs = slices.DeleteFunc(runs,
					func(r history.Run) bool { return !slices.Contains(args, r.Scenario) })
			}
			if asJSON {
				return reports.HistoryJSON(c.OutOrStdout(), runs)
			}
			return reports.History(c.OutOrStdout(), runs, last, l.Language)
		},
	}
	c.Flags().IntVar(&last, "last", 10, "lines for each drill; 0: all")
	c.Flags().BoolVar(&asJSON, "json", false, "all as they are kept, a line of JSON each")
	l.flags(c)
	return c
}

// remember adds a run to the history. It is no part of the evidence: that it could not be
// is only told.
func (f runFlags) remember(card sla.Scorecard, dir string, say func(string, ...any)) {
	if f.forget {
		return
	}
	path, err := history.Path()
	if errors.Is(err, history.ErrNowhere) {
		return
	}
	if abs, failed := filepath.Abs(dir); failed == nil {
		dir = abs
	}
	if err = errors.Join(err, history.Append(path, history.Of(card, dir))); err != nil {
		say("%v", err)
	}
}

// allEarlier are the runs that --against names, by drill, judged again before anything
// starts. A drill that has not been run before has none.
func (f runFlags) allEarlier(drills []*scenarios.Scenario) (map[string]*sla.Scorecard, error) {
	if f.against == "" {
		return nil, nil
	}
	if f.many() {
		return nil, errors.New("--against is for single runs: leave it out, or --repeat and " +
			"--control")
	}
	path, err := history.Path()
	if err != nil {
		return nil, err
	}
	runs, _, err := history.Read(path)
	if err != nil {
		return nil, err
	}
	all := map[string]*sla.Scorecard{}
	for _, s := range drills {
		record, err := openRecord(f.against) // a folder by its name goes first
		if err != nil {
			r, several := history.Find(runs, s.Name, f.against)
			switch {
			case several != nil:
				return nil, fmt.Errorf("--against %s: %w", f.against, several)
			case r == nil && f.against == history.Last:
				continue
			case r != nil && there(*r) != nil:
				err = there(*r)
			case r != nil:
				record, err = openRecord(r.Folder)
				if err == nil && record.Header.Run != r.Run {
					err = fmt.Errorf("%s holds another run by now", r.Folder)
				}
			}
		}
		if err != nil {
			return nil, fmt.Errorf("--against %w", err)
		}
		card := sla.Score(record, record.Header.Objectives)
		all[s.Name] = &card
	}
	return all, nil
}

// regression holds a run against an earlier one, where there is one, and reports whether
// anything is worse.
func (l language) regression(w io.Writer, before *sla.Scorecard,
	now sla.Scorecard) (worse bool, err error) {
	if before == nil {
		return false, nil
	}
	worse, err = l.held(w, []sla.Scorecard{*before}, []sla.Scorecard{now})
	if err == nil && worse {
		err = reports.Regression(w, *before, l.Language)
	}
	return worse, err
}
