package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/run"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// showing is how drills are shown while they go on.
type showing struct {
	json, quiet bool
	events      *reports.Events // with json: where they go
	text        io.Writer       // what a person reads of the end
	course      *queued         // how drills go: of events, or else of text
	ci          reports.CI
}

func (s *showing) flags(c *cobra.Command) {
	c.Flags().BoolVarP(&s.quiet, "quiet", "q", false,
		"print how each drill ended, and not how it goes")
}

// begin chooses what is shown at to: text for a person, or with json lines for a program. A CI's
// page is in a language, too.
func (s *showing) begin(c *cobra.Command, to io.Writer, in *words.Language) {
	s.ci = reports.CIFrom(os.Getenv, in)
	s.text, s.course = to, &queued{to: to}
	if s.json {
		s.events, s.text = reports.NewEvents(s.course), c.ErrOrStderr()
	}
}

// going is where a person reads how it goes.
func (s showing) going() io.Writer {
	if s.quiet || s.json {
		return io.Discard
	}
	return s.text
}

// console is where one drill is shown.
type console interface {
	run.Console
	Close()
}

// console shows one drill until it is closed. The drill never waits for a reader.
func (s showing) console(in *words.Language) read {
	s.course.begin()
	switch {
	case s.events != nil:
		return read{s.events, s.course, func(string) {}}
	case s.quiet:
		return read{silent{}, s.course, func(string) {}}
	}
	live := reports.NewLive(s.course, sizeOf(s.text), in)
	return read{live, s.course, live.Entered}
}

// read is a console of which all is written once it is closed.
type read struct {
	console
	course  *queued
	entered func(line string) // takes in what a person typed
}

func (r read) Close() {
	r.console.Close()
	r.course.end()
}

// warn says what went wrong besides the drill, however little else is asked for.
func (s showing) warn(format string, a ...any) {
	if s.events != nil {
		s.events.Say(timeline.Note{Text: fmt.Sprintf(format, a...)})
		return
	}
	reports.NewLive(s.text, sizeOf(s.text), nil).Say(timeline.Note{Text: fmt.Sprintf(format, a...)})
}

// section folds how a drill goes, where a CI's log can.
func (s showing) section(dir, scenario string) (end func()) {
	return s.ci.Section(s.going(), "drill-"+scenario+"-"+filepath.Base(dir), scenario)
}

// page says on a CI's page how a drill ended, or a campaign.
func (s showing) page(scenario string, v sla.Verdict, reasons []sla.Said,
	summary func(io.Writer) error) {
	s.ci.Annotate(s.text, scenario, v, reasons)
	if err := s.ci.Summarize(summary); err != nil {
		s.warn("the summary is not on the job's page, which changes no verdict: %v", err)
	}
}

// verdict reports to programs how a run ended.
func (s showing) verdict(card sla.Scorecard, dir string) error {
	if s.events == nil {
		return nil
	}
	return s.events.Verdict(card, dir)
}

// failed reports to programs, and on a CI's page, a drill that ended in an error.
func (s showing) failed(of *scenarios.Scenario, why error) {
	s.ci.Annotate(s.text, of.Name, sla.Error, []sla.Said{sla.Say(sla.Harness, why.Error())})
	if s.events != nil {
		s.events.Failed(of.Name, why)
	}
}

// silent shows nothing.
type silent struct{}

func (silent) Say(timeline.Note)           {}
func (silent) Pulling(timeline.Pull)       {}
func (silent) Phase(string, time.Duration) {}
func (silent) Update(timeline.State)       {}
func (silent) Close()                      {}
