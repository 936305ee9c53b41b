package main

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/evidence"
	"github.com/stormdrill/stormdrill/scenarios/history"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
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
--no-history adds none. A line that cannot be read is left out, and told.

Detect is the first watcher's time, whichever that was in a run.

Exit status: 0; 3 where a DRILL that is named has no run, and others have, or the file cannot
be read.`,
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
			if err := onRecord(runs, args); err != nil {
				return exitError{exitInvalid, err}
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

// onRecord is an error where a drill has no run, while others have: its name may be a slip.
func onRecord(runs []history.Run, drills []string) (err error) {
	var have []string
	for _, r := range runs {
		have = append(have, r.Scenario)
	}
	for _, name := range drills {
		if len(have) > 0 && !slices.Contains(have, name) {
			err = errors.Join(err, fmt.Errorf("no run of %s; %s", cmp.Or(name, `""`),
				scenarios.Listed(name, have)))
		}
	}
	return err
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
func (f runFlags) allEarlier(drills []*scenarios.Scenario) (map[string]earlierRun, error) {
	if f.against == "" {
		return nil, nil
	}
	if f.many() {
		return nil, errors.New("--against is for single runs: leave it out, or --repeat and " +
			"--control")
	}
	all := map[string]earlierRun{}
	for _, s := range drills {
		run, err := earlierOf(s.Name, f.against)
		var gone goneError
		switch last := f.against == history.Last; {
		case last && errors.As(err, &gone):
			all[s.Name] = earlierRun{gone: gone.Folder}
		case last && errors.Is(err, errNotKept):
		case err != nil:
			return nil, fmt.Errorf("--against %w", err)
		default:
			all[s.Name] = earlierRun{run: run}
		}
	}
	return all, nil
}

// earlierRun is what --against comes to for a drill.
type earlierRun struct {
	run  *keptRun // nil: there is none
	gone string   // the folder in which the last one's evidence is no longer
}

// earlierOf is the run of a drill that --against names: the only one of the drill in a
// folder. Two drills have times, users and limits of their own, and a control run has no
// fault: none of those says whether a run is worse.
func earlierOf(drill, arg string) (*keptRun, error) {
	path, err := pathFor(drill, arg)
	if err != nil {
		return nil, err
	}
	if path, err = runOf(drill, path); err != nil {
		return nil, err
	}
	record, err := openRecord(path)
	switch {
	case err != nil:
		return nil, err
	case record.Header.Scenario != drill:
		return nil, otherDrill(path, drill, record.Header.Scenario)
	case record.Header.Control:
		return nil, fmt.Errorf("%s: it is a control run, without the faults: name a run with "+
			"them", path)
	}
	run := keptAs(path, record)
	return &run, nil
}

// runOf is the folder of a drill's own run where a path is that of several; else the path.
func runOf(drill, path string) (string, error) {
	dirs := foldersWith(path, "record")
	if len(dirs) < 2 {
		return append(dirs, path)[0], nil
	}
	var found, others []string
	for _, dir := range dirs {
		switch h, err := timeline.OpenHeader(recordIn(dir)); {
		case err != nil:
			return "", err
		case h.Scenario == drill && !h.Control:
			found = append(found, dir)
		case h.Scenario != drill && h.Run != "":
			others = append(others, h.Scenario)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return "", fmt.Errorf("%s: it holds %s of %s: say which, as in %s", path,
			count(len(found), "run"), drill, found[0])
	}
	slices.Sort(others)
	return "", otherDrill(path, drill, slices.Compact(others)...)
}

// otherDrill is the error of what is named for an earlier run of a drill and is none.
func otherDrill(path, drill string, of ...string) error {
	is := "it holds no run of " + drill
	if len(of) > 0 {
		is = fmt.Sprintf("it is of %s, and not of %s", strings.Join(of, ", "), drill)
	}
	return fmt.Errorf("%s: %s: name an earlier run of %s (stormdrill compare holds runs of two "+
		"drills against each other)", path, is, drill)
}

// earlier is what a drill's run, with its record in a folder, is held against; nil: nothing was
// asked for.
func (f runFlags) earlier(scenario, dir string) *reports.Earlier {
	if f.against == "" {
		return nil
	}
	before := f.before[scenario]
	if before.run == nil {
		return &reports.Earlier{Gone: before.gone}
	}
	now := evidence.Setup{}
	if h, err := timeline.OpenHeader(recordIn(dir)); err == nil {
		now = evidence.SetupIn(dir, h)
	}
	return &reports.Earlier{Card: &before.run.Scorecard,
		Changes: evidence.Changes(before.run.setup, now)}
}

// regression holds a run against an earlier one where that was asked for, and reports whether
// anything is worse.
func (f runFlags) regression(now sla.Scorecard, dir string) (worse bool, err error) {
	earlier, l := f.earlier(now.Scenario, dir), f.language
	if earlier == nil {
		return false, nil
	}
	if before := earlier.Card; before != nil {
		is := ""
		is, err = l.held(f.text, []sla.Scorecard{*before}, []sla.Scorecard{now}, earlier.Changes)
		worse = is == sla.Worse
	}
	f.ci.AnnotateBeside(f.text, *earlier, now)
	return worse, errors.Join(err, reports.Beside(f.text, *earlier, now, l.Language))
}
