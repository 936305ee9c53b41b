// Command stormdrill rehearses outages: it starts containers, puts users on
// them, injects a fault, lifts it, and scores detection and recovery against an
// SLA. `stormdrill help` lists what it does.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/scenarios"
)

func main() {
	os.Exit(supervise(func() int {
		return execute(os.Args[1:], &screen{File: os.Stdout}, &screen{File: os.Stderr})
	}))
}

// execute runs one command line and gives its exit status.
func execute(args []string, stdout, stderr io.Writer) int {
	c := root()
	// What fails before any command runs is a wrong command line.
	running := false
	c.PersistentPreRun = func(*cobra.Command, []string) { running = true }
	c.SetArgs(args)
	c.SetOut(stdout)
	c.SetErr(stderr)
	at, err := c.ExecuteContextC(context.Background())
	if err == nil {
		return exitPass
	}
	var exit exitError
	switch {
	case errors.As(err, &exit):
	case running:
		exit = exitError{exitHarness, err}
	default:
		exit = exitError{exitInvalid, fmt.Errorf("%s; see %s --help", oneLine(err),
			at.CommandPath())}
	}
	complain(stderr, exit.err)
	return exit.code
}

// oneLine writes cobra's suggestions, which it sets on lines of their own, into
// the sentence.
func oneLine(err error) string {
	s := strings.ReplaceAll(err.Error(), "\n\nDid you mean this?\n\t", ": did you mean ")
	return strings.ReplaceAll(strings.TrimSpace(s), "\n\t", " or ")
}

// complain prints an error once, and of several that were joined each on a line of its own.
// Problems of scenarios stand on lines of their own, as compilers print them, so that editors
// find the places.
func complain(w io.Writer, err error) {
	var problems scenarios.Problems
	switch {
	case err == nil:
	case errors.As(err, &problems):
		fmt.Fprintln(w, reports.Plain(problems.Error()))
		fmt.Fprintf(w, "stormdrill: invalid scenario: %s\n", count(len(problems), "problem"))
	default:
		for _, one := range joined(err) {
			fmt.Fprintln(w, "stormdrill:", reports.Plain(one.Error()))
		}
	}
}

// joined are the errors that errors.Join made one of, or the one that is of no such.
func joined(err error) (all []error) {
	many, ok := err.(interface{ Unwrap() []error })
	if !ok || errors.Join(many.Unwrap()...).Error() != err.Error() {
		return []error{err}
	}
	for _, one := range many.Unwrap() {
		all = append(all, joined(one)...)
	}
	return all
}

func root() *cobra.Command {
	c := &cobra.Command{
		Use:   "stormdrill",
		Short: "Rehearse outages and score how they are noticed and mended",
		Long: `Stormdrill rehearses outages. One YAML file says which containers to start, who
uses them, what goes wrong, who should notice and how soon it must be well
again. Stormdrill starts the containers, measures the steady state, injects the
fault, lifts it, and scores detection and recovery against the SLA.

Begin with a shipped drill, which needs nothing but a Docker engine:

  stormdrill run bad-lb-node

or with a scenario of your own:

  stormdrill init my-drill.yaml
  stormdrill plan my-drill.yaml
  stormdrill run my-drill.yaml

stormdrill completion has your shell complete commands, drills and runs.

What run, score, compare, matrix, history, verify, validate, plan, list and doctor print
for people is English or Chinese: --lang en or zh, else as LC_ALL, LC_MESSAGES or
LANG has it. Help, errors and other commands are English.

Exit status: 0 pass, 1 fail, 2 inconclusive, 3 usage or invalid scenario,
4 harness or surroundings failed, a crash included, 130 interrupted.`,
		Version:       version(),
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	c.SetVersionTemplate("stormdrill {{.Version}}\n")
	c.AddCommand(
		newRun(),
		newAck(),
		newScore(),
		newCompare(),
		newMatrix(),
		newVerify(),
		newHistory(),
		newExport(),
		newValidate(),
		newPlan(),
		newList(),
		newShow(),
		newSchema(),
		newInit(),
		newDoctor(),
		newClean(),
		newVersion(),
		newMan(),
		newReap(),
		newNode(),
	)
	return c
}

// version is what the build records of itself: a release's tag, or the commit.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	revision, changed := "unknown", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = ", changed since"
		}
	}
	return "built from " + revision + changed
}
