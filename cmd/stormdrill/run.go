package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/engine"
	"github.com/stormdrill/stormdrill/scenarios/evidence"
	"github.com/stormdrill/stormdrill/scenarios/lab"
	"github.com/stormdrill/stormdrill/scenarios/plan"
	"github.com/stormdrill/stormdrill/scenarios/run"
	"github.com/stormdrill/stormdrill/scenarios/series"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// runFlags are the options of `stormdrill run`.
type runFlags struct {
	out     string
	verbose bool
	seed    uint64
	images  map[string]string
	// uncontained allows an engine that does not close the drill's network.
	uncontained bool
	trust       trust
	with        overlays
	language    language
	forget      bool                  // no line in the history
	against     string                // a run that this one must not be worse than; empty: none
	before      map[string]earlierRun // the same, judged again, by drill
	publish     publishing
	showing

	typing *typing

	repeat, allow, controls int
}

func newRun() *cobra.Command {
	f := runFlags{typing: &typing{}}
	c := &cobra.Command{
		Use:   "run DRILL…",
		Short: "Run drills and judge them against their SLA",
		Long: `Run starts each drill's containers, measures the steady state, injects the
faults, lifts them, watches the recovery and judges the record.

A DRILL is a scenario file, a folder of them, or the name of a shipped drill
(see stormdrill list). All of them are checked before the first one starts; each needs
a name of its own.

--repeat N makes a campaign of each: N runs, each with a random phase of its own,
drawn from the seed. It passes if at most K of them (--allow K, default 0) exceed
the SLA, an inconclusive run being one that does, and says what N runs allow one
to say: 59 runs without an exceedance that, with 95 % confidence, 95 % of such
runs keep the SLA; 93 with one; 124 with two; 10 runs, 74 %. N and K are fixed
beforehand; it stops early only when its answer can no longer change.

--control M adds M runs without the faults, in between: whatever a watcher says
in one, and any outage, is a false alarm. They are counted, and do not change the
verdict.

The drill's network lets no packet out: it is made so, looked at before the first
target starts, and what targets try all the same is counted, dropped and reported.
An engine that cannot make such a network ends the run with 4, unless --uncontained
allows it; stormdrill doctor says whether this one can.

A terminal shows a few lines that are drawn over while it goes on; elsewhere each line
begins with the time of day. An image that the engine does not have is pulled, and how far
it has come is shown. --quiet leaves all that out. --json prints events for a program
instead: what is for people goes to standard error then.

--against names an earlier run of the same drill: another one is refused before anything
starts. Where nothing can be compared, as there is no last run yet, or the evidence of none is
still there, that is said, and its case in junit.xml is skipped. After a run that was worse, last
is that run: name the run or the folder that is the standard where it must not slip.
` + keptHelp + `

Where a drill waits for a person, they acknowledge by stormdrill ack, or, on the terminal
that run is on, by a and Enter; what stands between is a note.

Exit status: 0 pass, 1 fail, 2 inconclusive, 3 usage or invalid scenario,
4 harness or surroundings failed, 130 interrupted. Over several drills the
worst counts: 4, 3, 1, 2, 0 in that order.`,
		Example: `  stormdrill run bad-lb-node
  stormdrill run bad-lb-node --repeat 59 --control 20
  stormdrill run drills/ --out evidence
  stormdrill run checkout.yaml --image shop=shop:candidate`,
		Args:              anyOf(needsDrill),
		ValidArgsFunction: drillOrFile,
		RunE: func(c *cobra.Command, args []string) error {
			if !c.Flags().Changed("seed") {
				f.seed = rand.Uint64()
			}
			if f.against == "" && c.Flags().Changed("against") { // of a variable that is not set
				return exitError{exitInvalid, errors.New("--against: want last, the id of a run " +
					"in the history, or a folder, and have nothing")}
			}
			return f.run(c, args)
		},
	}
	f.flags(c)
	c.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "print all that is known of each run")
	c.Flags().IntVar(&f.allow, "allow", 0, "how many of them may exceed the SLA")
	f.publish.flags(c)
	c.Flags().BoolVar(&f.json, "json", false,
		"print events as lines of JSON (docs/events.md); what is for people goes to standard error")
	c.Flags().StringVar(&f.against, "against", "",
		"last, the id of a run in the history, or a folder that holds one run of the drill: "+
			"fail where this run is worse than that one")
	complete(c, "against", earlier)
	complete(c, "grafana-token", oneOf("${env:GRAFANA_TOKEN}"))
	return c
}

// flags are those of every command that runs drills.
func (f *runFlags) flags(c *cobra.Command) {
	c.Flags().StringVarP(&f.out, "out", "o", "",
		"folder for the evidence (default stormdrill-out/NAME-TIME; "+
			"with several drills, a folder of folders, with a junit.xml and summary.md of all)")
	c.Flags().Uint64Var(&f.seed, "seed", 0,
		"seed of all that is drawn at random (default: new for each call, and recorded)")
	c.Flags().IntVar(&f.repeat, "repeat", 1, "runs of each drill")
	c.Flags().IntVar(&f.controls, "control", 0, "control runs, without the faults")
	c.Flags().BoolVar(&f.uncontained, "uncontained", false,
		"run also where the engine does not keep packets in the drill's network; "+
			"the scorecard says so")
	f.trust.flags(c)
	f.with.flags(c)
	f.language.flags(c)
	f.showing.flags(c)
	c.Flags().BoolVar(&f.forget, "no-history", false, "add no line to the history of runs")
	c.Flags().StringToStringVar(&f.images, "image", nil,
		"NAME=OTHER: use image OTHER wherever a drill says NAME, or for the target NAME")
}

func (f runFlags) run(c *cobra.Command, args []string) error {
	drills, err := f.check(args)
	if err != nil {
		return err
	}
	f.before, err = f.allEarlier(drills)
	if err != nil {
		return exitError{exitInvalid, err}
	}
	f.begin(c, c.OutOrStdout(), f.language.Language)
	ctx, stop := untilSignal(c.Context())
	defer stop()
	sweep(ctx, f.warn)
	cards, verdicts, _, err := f.each(ctx, drills)
	if err != nil {
		return err
	}
	if len(cards) > 1 {
		if err := reports.Table(f.text, cards,
			f.language.textOptions(f.text, "", false)); err != nil {
			return err
		}
	}
	return verdictExit(verdicts...)
}

// each runs drills one after the other, until one ends in an error or the user ends them. Of
// single runs it gives the scorecards; of all the verdicts, and the folders of those of which
// there is evidence.
func (f runFlags) each(ctx context.Context, drills []*scenarios.Scenario) (cards []sla.Scorecard,
	verdicts []sla.Verdict, dirs []string, err error) {
	of, err := f.several(drills)
	if err != nil {
		return nil, nil, nil, exitError{exitHarness, err}
	}
	for i, s := range drills {
		dir := f.folder(s, len(drills) > 1)
		report := func(d reports.Drilled) error { return of.ended(i, d) }
		if f.many() {
			v, err := f.often(ctx, s, dir, report)
			if err != nil {
				return cards, verdicts, dirs, err
			}
			verdicts, dirs = append(verdicts, v), append(dirs, dir)
		} else {
			card, err := f.once(ctx, s, dir, report)
			if err != nil {
				return cards, verdicts, dirs, err
			}
			cards, verdicts, dirs = append(cards, card), append(verdicts, card.Verdict),
				append(dirs, dir)
			worse, err := f.regression(card, dir)
			if err != nil {
				return cards, verdicts, dirs, err
			}
			if worse {
				verdicts = append(verdicts, sla.Fail)
			}
		}
		if ctx.Err() != nil {
			break
		}
	}
	return cards, verdicts, dirs, nil
}

// sweep removes what dead drills left, and says so. Where it cannot, a drill says what is
// the matter, or is not hindered.
func sweep(ctx context.Context, say func(string, ...any)) {
	done, err := ground.Sweep(ctx)
	for _, d := range done {
		say("left by a drill that died: %s", d)
		inForce(say, d)
	}
	if err != nil && !errors.Is(err, lab.ErrNoEngine) && ctx.Err() == nil {
		say("left by a drill that died, and not removed: %v", err)
	}
}

// check opens and plans all drills before the first one starts. The problems of
// all of them come together.
func (f runFlags) check(args []string) ([]*scenarios.Scenario, error) {
	if err := f.design().Check(); err != nil {
		return nil, exitError{exitInvalid, err}
	}
	if err := f.publish.check(); err != nil {
		return nil, exitError{exitInvalid, err}
	}
	drills, plans, err := openTogether(args, f.with,
		f.trust.options(plan.Options{Images: f.images}))
	if err != nil {
		return nil, err
	}
	var missing []error
	for _, p := range plans {
		missing = append(missing, run.MissingPrograms(p))
	}
	if err := errors.Join(missing...); err != nil {
		return nil, exitError{exitHarness, err}
	}
	if unused := plan.UnusedImages(drills, f.images); len(unused) > 0 {
		return nil, exitError{exitInvalid,
			fmt.Errorf("--image %s: no drill here has an image or a target of that name",
				strings.Join(unused, ", "))}
	}
	return drills, nil
}

// one runs and reports a single drill, and says how many seconds its run took.
func (f runFlags) one(ctx context.Context, s *scenarios.Scenario,
	dir string) (card sla.Scorecard, length float64, err error) {
	if err := freshFolder(dir); err != nil {
		return sla.Scorecard{}, 0, err
	}
	d := &run.Drill{Scenario: s, Seed: f.seed, Dir: dir}
	card, err = f.rehearse(ctx, d, nil)
	if d.Record != nil {
		length = series.Length(d.Record)
	}
	if card.Verdict == "" {
		return card, length, err
	}
	// The verdict is printed where the evidence could not be written, too.
	err = errors.Join(err, f.verdict(card, dir),
		reports.Text(f.text, card, f.language.textOptions(f.text, dir, f.verbose)))
	f.page(s.Name, card.Verdict, card.Reasons,
		func(w io.Writer) error {
			return reports.Markdown(w, reports.Report{Card: card, Against: f.earlier(s.Name, dir),
				Language: f.language.Language})
		})
	return card, length, err
}

// folder is where a drill's evidence goes.
func (f runFlags) folder(s *scenarios.Scenario, several bool) string {
	switch {
	case f.out == "":
		return filepath.Join("stormdrill-out", s.Name+"-"+time.Now().Format("20060102-150405"))
	case several:
		return filepath.Join(f.out, s.Name)
	}
	return f.out
}

// rehearse takes a drill to its scorecard, leaves its reports in its folder, and seals that.
// Turn is the drill's number in a campaign, or nil.
func (f runFlags) rehearse(ctx context.Context, d *run.Drill, turn *int) (sla.Scorecard, error) {
	if f.events != nil {
		f.events.Run(d.Scenario.Name, d.Control, d.Seed, turn, d.Dir, length(d.Scenario))
	}
	live, end := f.console(f.language.Language), f.section(d.Dir, d.Scenario.Name)
	d.Images, d.Uncontained, d.Tool, d.Console, d.Ground, d.Reaper = f.images, f.uncontained,
		version(), live, ground, reaps
	d.Again = f.again(d)
	if onTerminal() {
		f.typing.pass(live.entered)
		defer f.typing.pass(nil)
		d.Typed = f.typing.lines
	}
	card, err := d.Run(ctx)
	if card.Verdict == "" {
		live.Close()
		end()
		return card, err
	}
	report := reports.Of(d.Record, card, f.language.Language)
	report.Images, report.Command = images(d.Dir, d.ID()), d.Again
	report.Beside, report.Against = beside(d.Dir, d.ID()),
		f.earlier(d.Scenario.Name, d.Dir)
	if err = errors.Join(err, reports.WriteAll(d.Dir, report)); err == nil {
		err = evidence.Seal(d.Dir)
	}
	// The evidence is there before anything waits for a reader, or for another system.
	live.Close()
	end()
	f.remember(card, d.Dir, f.warn)
	f.publish.run(ctx, report, d.Record, f.many(), f.warn)
	return card, err
}

// freshFolder makes the evidence folder, where it is not used.
func freshFolder(dir string) error {
	if err := unused(dir); err != nil {
		return err
	}
	return os.MkdirAll(dir, 0o755)
}

// unused is an error of a folder that already holds a record or a campaign: that is evidence
// of another run and stays as it is.
func unused(dir string) error {
	for _, name := range []string{"record", "campaign.json"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return fmt.Errorf("%s holds the evidence of another run: choose another --out", dir)
		}
	}
	return nil
}

// untilSignal ends the context with ErrInterrupted at the first SIGINT, SIGTERM
// or SIGHUP; the drill then lifts and keeps its evidence. A second signal ends the
// process, as if it had been killed: the nodes and the reaper clear up.
func untilSignal(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		if _, ok := <-signals; !ok {
			return
		}
		cancel(engine.ErrInterrupted)
		if _, ok := <-signals; ok {
			meant()
			os.Exit(exitInterrupted)
		}
	}()
	return ctx, func() { signal.Stop(signals); close(signals); cancel(nil) }
}

func (l language) textOptions(w io.Writer, dir string, verbose bool) reports.TextOptions {
	width, _ := terminal(w)
	return reports.TextOptions{Color: reports.Color(w), Width: width, Evidence: dir,
		Verbose: verbose, Language: l.Language}
}

// terminal gives the width of the terminal w is, if it is one.
func terminal(w io.Writer) (width int, ok bool) {
	if size := sizeOf(w); size != nil {
		width, _ = size()
		return width, true
	}
	return 100, false
}

// sizeOf gives the size of the terminal that w is, if it is one.
func sizeOf(w io.Writer) reports.Size {
	f, isFile := w.(interface{ Fd() uintptr })
	if !isFile || !term.IsTerminal(int(f.Fd())) || strings.EqualFold(os.Getenv("TERM"), "dumb") {
		return nil
	}
	return func() (columns, rows int) {
		columns, rows, err := term.GetSize(int(f.Fd()))
		if err != nil || columns <= 0 || rows <= 0 {
			return 80, 24
		}
		return columns, rows
	}
}
