package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/scenarios/evidence"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

func newCompare() *cobra.Command {
	var fails bool
	var l language
	c := &cobra.Command{
		Use:   "compare BEFORE NOW",
		Short: "Hold runs against earlier ones of the same drill",
		Long: `Compare judges kept runs and says of each objective, and of each group's success by
phase, whether the second side is better, worse, or cannot be told apart. Each side is a
record, an evidence folder, the id of a run in the history, a campaign's folder, or a folder
of several drills: then drills of the same name are held against each other.
` + keptHelp + `

One run beside one is held by the intervals that times were measured in, and by the 95 %
bounds of shares. The moment of injection, relative to the checks, is drawn anew in each run:
times from the fault on may differ by that of themselves (jitter_seconds of the scorecard).
What else varies from run to run is not known of two.

Many runs beside many, at least 6 of each, are held by Mann and Whitney's test, with Holm's
correction: of two campaigns that are alike, one pair in twenty at most is told to differ in
anything.

What is marked ? is not compared, and the line says why: one side does not have it, or no
value of it, or its run proves nothing, or it is a limit on a share, for which the groups'
counts below it stand.

Notes say where the two were not the same drill: which files differ by their hashes, and which
phases, groups, faults and watchers by their settings. Of several runs that is said of the first
ones. One run beside one of another drill is compared, too, and a note says so.

Exit status: 0, or with --worse-fails 1 where anything is worse, else 2 where nothing could be
compared; 3 a record cannot be read, or, of several runs, no drill is on both sides.`,
		Example: `  stormdrill compare stormdrill-out/checkout-20260101-030000 ` +
			`stormdrill-out/checkout-20260108-030000
  stormdrill compare 1f2e3d4c 5b6a7988      # ids, as stormdrill history lists them
  stormdrill compare campaign-june campaign-july --worse-fails`,
		Args: between(2, 2, "name two sides, BEFORE and NOW: folders, or runs of the history "+
			"(stormdrill history lists them)"),
		ValidArgsFunction: atMost(2, folders),
		RunE: func(c *cobra.Command, args []string) error {
			var sides [2][]keptRun
			for i, arg := range args {
				var err error
				if sides[i], err = runsBehind(arg); err != nil {
					return exitError{exitInvalid, err}
				}
			}
			is, err := l.compare(c.OutOrStdout(), sides[0], sides[1])
			switch {
			case err != nil:
				return err
			case fails && is == sla.Worse:
				return exitError{exitFail, errors.New("worse than before")}
			case fails && is == sla.Open:
				return exitError{exitInconclusive, errors.New("nothing could be compared")}
			}
			return nil
		},
	}
	c.Flags().BoolVar(&fails, "worse-fails", false,
		"end with 1 where anything is worse, else with 2 where nothing could be compared")
	l.flags(c)
	return c
}

// compare holds each drill that is on both sides against itself. One run each need not be of
// one drill: the report says so. It gives what held does, over all drills.
func (l language) compare(w io.Writer, before, now []keptRun) (is string, err error) {
	if len(before) == 1 && len(now) == 1 {
		return l.heldKept(w, before, now)
	}
	names, met := scenariosOf(now), false
	for _, name := range names {
		a, b := runsOf(before, name), runsOf(now, name)
		if len(a) == 0 {
			if err := reports.CompareAlone(w, name, false, l.Language); err != nil {
				return is, err
			}
			continue
		}
		one, err := l.heldKept(w, a, b)
		if err != nil {
			return is, err
		}
		if !met || one == sla.Worse || is == sla.Open {
			is = one
		}
		met = true
	}
	for _, name := range scenariosOf(before) {
		if len(runsOf(now, name)) == 0 {
			if err := reports.CompareAlone(w, name, true, l.Language); err != nil {
				return is, err
			}
		}
	}
	if !met {
		return is, exitError{exitInvalid, errors.New("no drill is on both sides")}
	}
	return is, nil
}

// keptRun is a run that was kept, judged again, and how it was set up.
type keptRun struct {
	sla.Scorecard
	setup evidence.Setup
}

// heldKept is held of kept runs: of many, the first ones say how all of a side were set up.
func (l language) heldKept(w io.Writer, before, now []keptRun) (is string, err error) {
	cards := func(runs []keptRun) (all []sla.Scorecard) {
		for _, r := range runs {
			all = append(all, r.Scorecard)
		}
		return all
	}
	return l.held(w, cards(before), cards(now), evidence.Changes(before[0].setup, now[0].setup))
}

// held prints what differs between the runs of one drill. It gives their outcome.
func (l language) held(w io.Writer, before, now []sla.Scorecard,
	changes []evidence.Change) (is string, err error) {
	all := sla.CompareRuns(before, now)
	if len(before) == 1 && len(now) == 1 {
		all = sla.Compare(before[0], now[0])
	}
	return sla.Outcome(all), reports.Compare(w, before, now, all, changes, l.Language)
}

func scenariosOf(runs []keptRun) (names []string) {
	for _, c := range runs {
		if !slices.Contains(names, c.Scenario) {
			names = append(names, c.Scenario)
		}
	}
	return names
}

func runsOf(runs []keptRun, scenario string) []keptRun {
	return slices.DeleteFunc(slices.Clone(runs),
		func(r keptRun) bool { return r.Scenario != scenario })
}

// runsBehind are the runs that an argument of compare names, but for control runs where there
// are others.
func runsBehind(arg string) (all []keptRun, err error) {
	files, err := keptRuns(arg)
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		record, err := openRecord(file)
		if err != nil {
			return nil, err
		}
		if len(files) == 1 || !record.Header.Control {
			all = append(all, keptAs(file, record))
		}
	}
	return all, nil
}

// keptAs judges a record again, and says how its run was set up.
func keptAs(file string, record *timeline.Record) keptRun {
	return keptRun{sla.Score(record, record.Header.Objectives),
		evidence.SetupIn(filepath.Dir(recordIn(file)), record.Header)}
}

// keptRuns are the records of an argument: a file, those of a folder as deep as a folder of
// campaigns has them, or that of a run of the history.
func keptRuns(arg string) ([]string, error) {
	arg, err := pathOf(arg)
	if err != nil {
		return nil, err
	}
	if one := recordIn(arg); one == arg {
		return []string{one}, nil
	}
	var files []string
	for _, dir := range foldersWith(arg, "record") {
		files = append(files, recordIn(dir))
	}
	if _, err := os.ReadDir(arg); len(files) == 0 && err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: it holds no record, and no folders with records", arg)
	}
	return files, nil
}

// foldersWith are a folder, or those in it, as deep as a folder of campaigns has its runs, that
// hold any of some files. None is looked for inside one of them.
func foldersWith(dir string, names ...string) (found []string) {
	var look func(dir string, deep int)
	look = func(dir string, deep int) {
		for _, name := range names {
			info, err := os.Stat(filepath.Join(dir, name))
			if err == nil && !info.IsDir() { // a folder may have the name of one of them
				found = append(found, dir)
				return
			}
		}
		if deep == 0 {
			return
		}
		inside, _ := os.ReadDir(dir) // of a file, and of what may not be read, there is none
		for _, e := range inside {
			look(filepath.Join(dir, e.Name()), deep-1)
		}
	}
	look(dir, 2)
	return found
}
