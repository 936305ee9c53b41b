package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/alerting"
	"github.com/stormdrill/stormdrill/scenarios/library"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/matrix"
)

// matrixFlags are the options of `stormdrill matrix`, besides those of the runs that it makes.
type matrixFlags struct {
	runFlags
	format, rules string
	watch         []string
	fails         bool
}

func newMatrix() *cobra.Command {
	f := matrixFlags{runFlags: runFlags{typing: &typing{}}}
	c := &cobra.Command{
		Use:   "matrix DRILL|RUN…",
		Short: "Hold drills against alerts: what was found, late, missed, never seen",
		Long: `Matrix runs drills, judges them and kept runs, and shows in one table which watcher
found which drill and how soon: a row for each run, a column for each watcher. Below, it
names the drills in which users were hurt and no watcher said so, the watchers that never
noticed anything, and those that raised false alarms.

A DRILL is a scenario file, a folder of them, or the name of a shipped drill: it is run
as by stormdrill run, and its evidence kept. All of them are checked before the first one
starts. A RUN is a record, the evidence folder that holds one, a folder of such
folders, as --out of several drills and of a campaign is, or the id of a run in the history:
nothing is run.
` + keptHelp + `

How drills go is told on standard error; standard output has the table alone. --watch
shows the watchers of those names, as if drills had no others: what your own monitoring
sees is then told apart from what a drill's checks do.

A cell has the time to detect with its resolution; late: and the limit, where it is
above the drill's; wrong target: where each of its alerts names a node that the fault
did not touch; missed, where users were hurt and it said nothing; quiet, where
nobody was; cannot meet, where its own way does not lead past what failed; and how
many false alarms it raised, in control runs too. Watchers of one name and kind are
one, whichever drill they are in. Where one was told of alerts of several names, each
name has a column, too; not told, where users were hurt and none of these came.

Exit status: 0, or with --unseen-fails 1 where no watcher saw a drill, else 2 where a
run proves nothing; 3 usage, an invalid scenario, or a record that cannot be read; 4 the
harness or its surroundings failed; 130 interrupted. A verdict changes none of it.`,
		Example: `  stormdrill matrix syn-drop dns-failure bad-lb-node --out game-day
  stormdrill matrix game-day
  stormdrill matrix stormdrill-out/checkout-* --format markdown > matrix.md
  stormdrill matrix game-day --rules prometheus-rules.yml
  stormdrill matrix game-day --format csv > matrix.csv   # a line for each run and watcher`,
		Args:              anyOf("name a DRILL or a RUN (stormdrill list has the shipped drills)"),
		ValidArgsFunction: drillOrFolder,
		RunE: func(c *cobra.Command, args []string) error {
			if !c.Flags().Changed("seed") {
				f.seed = rand.Uint64()
			}
			return f.matrix(c, args)
		},
	}
	f.flags(c)
	c.Flags().StringVar(&f.format, "format", "text", "text, markdown, csv or html")
	c.Flags().StringVar(&f.rules, "rules", "",
		"a Prometheus rule file: name those of its alerts that no watcher was told of in any run")
	c.Flags().StringArrayVar(&f.watch, "watch", nil,
		"the name of a watcher to show; may be given several times (default: all)")
	c.Flags().BoolVar(&f.fails, "unseen-fails", false,
		"end with 1 where no watcher saw a drill, else with 2 where a run proves nothing")
	return c
}

// matrix runs what has to be run, and shows the table of it and of what was kept.
func (f matrixFlags) matrix(c *cobra.Command, args []string) error {
	write, ok := reports.MatrixFormats[f.format]
	if !ok {
		return exitError{exitInvalid,
			fmt.Errorf("--format %s: want text, markdown, csv or html", f.format)}
	}
	alerts, err := alertsIn(f.rules)
	if err != nil {
		return exitError{exitInvalid, fmt.Errorf("--rules %s: %w", f.rules, err)}
	}
	var records, toRun []string
	for _, arg := range args {
		switch kept, err := recordsOf(arg); {
		case errors.Is(err, errDrill):
			toRun = append(toRun, arg)
		case err != nil:
			return exitError{exitInvalid, err}
		default:
			records = append(records, kept...)
		}
	}
	cards, err := cardsOf(records)
	if err != nil {
		return exitError{exitInvalid, err}
	}
	ran, ended := f.drill(c, toRun)
	if len(cards)+len(ran) == 0 && ended != nil {
		return ended
	}
	if cards, err = only(append(cards, ran...), f.watch); err != nil {
		return errors.Join(ended, exitError{exitInvalid, err})
	}
	m := matrix.Of(cards, alerts...)
	if err := write(c.OutOrStdout(), m, f.language.Language); err != nil {
		return err
	}
	switch {
	case ended != nil:
		return ended // what was run until then is reported all the same
	case f.fails && len(m.Unseen()) > 0:
		return exitError{exitFail, errors.New("a drill that no watcher saw")}
	case f.fails && len(m.Unproven()) > 0:
		return exitError{exitInconclusive, errors.New("a run that proves nothing")}
	}
	return nil
}

// drill runs drills as `stormdrill run` does, and judges what they left. Its error is for
// those that the harness or the user ended.
func (f matrixFlags) drill(c *cobra.Command, args []string) ([]sla.Scorecard, error) {
	if len(args) == 0 {
		return nil, nil
	}
	drills, err := f.check(args)
	if err != nil {
		return nil, err
	}
	f.begin(c, c.ErrOrStderr(), f.language.Language)
	ctx, stop := untilSignal(c.Context())
	defer stop()
	sweep(ctx, f.warn)
	_, verdicts, dirs, ended := f.each(ctx, drills)
	var records []string
	for _, dir := range dirs {
		all, err := recordsIn(dir)
		if err != nil {
			return nil, exitError{exitHarness, errors.Join(ended, err)}
		}
		records = append(records, all...)
	}
	cards, err := cardsOf(records)
	switch {
	case ended != nil:
	case err != nil:
		ended = exitError{exitHarness, err}
	case slices.Contains(verdicts, sla.Interrupted):
		ended = exitError{code: exitInterrupted}
	case slices.Contains(verdicts, sla.Error):
		ended = exitError{code: exitHarness}
	}
	return cards, ended
}

// cardsOf judges records, each by its own SLA.
func cardsOf(records []string) (cards []sla.Scorecard, err error) {
	for _, file := range records {
		record, err := openRecord(file)
		if err != nil {
			return nil, err
		}
		cards = append(cards, sla.Score(record, record.Header.Objectives))
	}
	return cards, nil
}

// only leaves the watchers of some names, where any are given.
func only(cards []sla.Scorecard, names []string) ([]sla.Scorecard, error) {
	if len(names) == 0 {
		return cards, nil
	}
	known := map[string]bool{}
	for i := range cards {
		var left []sla.Watcher
		for _, w := range cards[i].Watchers {
			if known[w.Name] = true; slices.Contains(names, w.Name) {
				left = append(left, w)
			}
		}
		cards[i].Watchers = left
	}
	for _, name := range names {
		if !known[name] {
			return nil, fmt.Errorf("--watch %s: no run has a watcher of that name: %s", name,
				scenarios.Listed(name, slices.Sorted(maps.Keys(known))))
		}
	}
	return cards, nil
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
	return alerting.Alerts(text)
}

// errDrill is of an argument that names drills, and no run of one.
var errDrill = errors.New("a drill, and no run of it")

// errNoRun is of a folder in which there is neither.
var errNoRun = errors.New("it holds no scenario, no record, and no folders with records")

// recordsOf are the records that an argument names: a path, or the id of a run in the history.
// errDrill: it names drills.
func recordsOf(arg string) ([]string, error) {
	records, none := recordsIn(arg)
	if !errors.Is(none, errDrill) && !errors.Is(none, errNoRun) ||
		slices.Contains(library.Names(), arg) {
		return records, none
	}
	switch path, err := pathOf(arg); {
	case errors.Is(err, errNotKept), err == nil && path == arg:
		return nil, none
	case err != nil:
		return nil, err
	default:
		return recordsIn(path)
	}
}

// recordsIn are the records that a path names: one, or those in the folders of a folder.
// errDrill: it is a scenario, a folder of them, or the name of a shipped drill.
func recordsIn(path string) ([]string, error) {
	file := recordIn(path)
	if _, err := os.Stat(file); err == nil {
		if file == path && isScenario(path) {
			return nil, errDrill
		}
		return []string{file}, nil
	}
	if file == path {
		return nil, errDrill // opening it says what is wrong
	}
	if inside, err := os.ReadDir(path); err == nil && slices.ContainsFunc(inside,
		func(e fs.DirEntry) bool { return !e.IsDir() && isScenario(e.Name()) }) {
		return nil, errDrill
	}
	if _, err := os.ReadDir(path); err != nil {
		return nil, err
	}
	below, err := fs.Glob(os.DirFS(path), "*/record")
	if err != nil || len(below) == 0 {
		return nil, errors.Join(err, fmt.Errorf("%s: %w", path, errNoRun))
	}
	for i := range below {
		below[i] = filepath.Join(path, below[i])
	}
	return below, nil
}

// isScenario reports whether a file is read as a scenario, by its name.
func isScenario(name string) bool {
	ext := filepath.Ext(name)
	return ext == ".yaml" || ext == ".yml"
}
