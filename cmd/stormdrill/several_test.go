package main

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/engine"
	"github.com/stormdrill/stormdrill/scenarios/lab"
	"github.com/stormdrill/stormdrill/scenarios/lab/sim"
)

// inMemory has drills run in memory until the test ends.
func inMemory(t *testing.T, g lab.Ground) {
	was, process := ground, reaps
	ground, reaps = g, nil
	t.Cleanup(func() { ground, reaps = was, process })
}

// quietly are the flags of drills of which nothing is shown.
func quietly(out string) runFlags {
	f := runFlags{out: out, seed: 7, repeat: 1, forget: true, typing: &typing{},
		language: language{words.English}, showing: showing{quiet: true}}
	f.begin(&cobra.Command{}, io.Discard, nil)
	return f
}

// suite is what a CI shows of one.
type suite struct {
	Name     string `xml:"name,attr"`
	Tests    int    `xml:"tests,attr"`
	Failures int    `xml:"failures,attr"`
	Errors   int    `xml:"errors,attr"`
	Time     string `xml:"time,attr"`
}

func suitesIn(t *testing.T, path ...string) []suite {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Suites []suite `xml:"testsuite"`
	}
	if err := xml.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all.Suites
}

func rowsIn(t *testing.T, path ...string) (rows []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "| ") {
			rows = append(rows, strings.TrimSpace(line))
		}
	}
	return rows[1:]
}

var threeDrills = []string{"bad-lb-node", "server-down", "region-slow"}

// Several drills leave one junit.xml, with the suites of each drill's own, and one summary.md,
// with a line for each that leads to its folder. So do campaigns.
func TestSeveralDrillsLeaveOneReport(t *testing.T) {
	for name, c := range map[string]struct {
		repeat int
		suites int // of each drill, at least: a campaign ends once it is decided
	}{"runs": {1, 1}, "campaigns": {2, 2}} {
		t.Run(name, func(t *testing.T) {
			inMemory(t, sim.Ground{})
			dir := filepath.Join(t.TempDir(), "evidence")
			synctest.Test(t, func(t *testing.T) {
				f := quietly(dir)
				f.repeat = c.repeat
				drills, err := f.check(threeDrills)
				if err != nil {
					t.Fatal(err)
				}
				if _, _, _, err := f.each(t.Context(), drills); err != nil {
					t.Fatal(err)
				}
			})
			var want []suite
			rows := rowsIn(t, dir, "summary.md")
			for i, drill := range threeDrills {
				own := suitesIn(t, dir, drill, "junit.xml")
				if len(own) < c.suites {
					t.Errorf("%s: %d suites, want at least %d", drill, len(own), c.suites)
				}
				want = append(want, own...)
				if !strings.HasPrefix(rows[i], "| ["+drill+"](./"+drill+"/) | ") {
					t.Errorf("line %d: %q", i, rows[i])
				}
			}
			if have := suitesIn(t, dir, "junit.xml"); !slices.Equal(have, want) {
				t.Errorf("have %+v\nwant %+v", have, want)
			}
			if len(rows) != len(threeDrills) {
				t.Errorf("lines: %q", rows)
			}
		})
	}
}

// engines answer for so many drills.
type engines struct {
	sim.Ground
	left *int
}

func (e engines) Room(ctx context.Context) (netip.Prefix, error) {
	if *e.left--; *e.left < 0 {
		return netip.Prefix{}, lab.ErrNoEngine
	}
	return e.Ground.Room(ctx)
}

// Drills that are cut off leave what they have, and the one that was cut off; those that
// were not run are errors, for no data is never a pass.
func TestDrillsThatAreCutOffLeaveTheirReport(t *testing.T) {
	for name, c := range map[string]struct {
		interrupts bool
		exit       int
		why        string
	}{
		"no engine any more": {false, exitHarness, "no Docker engine answers"},
		"interrupted":        {true, exitInterrupted, ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "evidence")
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				left, begun := 1, 0
				g := engines{left: &left}
				if c.interrupts {
					left = 3
					g.Refuse = func(what string) error {
						if what == "switchboard" {
							if begun++; begun == 2 {
								cancel(engine.ErrInterrupted)
							}
						}
						return nil
					}
				}
				inMemory(t, g)
				f := quietly(dir)
				drills, err := f.check(threeDrills)
				if err != nil {
					t.Fatal(err)
				}
				_, verdicts, _, err := f.each(ctx, drills)
				if err == nil {
					err = verdictExit(verdicts...)
				}
				if exit := (exitError{}); !errors.As(err, &exit) || exit.code != c.exit {
					t.Errorf("have %v, want status %d", err, c.exit)
				}
			})
			have := suitesIn(t, dir, "junit.xml")
			if len(have) != 3 || have[0] != suitesIn(t, dir, "bad-lb-node", "junit.xml")[0] {
				t.Fatalf("have %+v", have)
			}
			for i, s := range have[1:] {
				if s.Name != threeDrills[i+1] || s.Errors == 0 {
					t.Errorf("have %+v, want an error of %s", s, threeDrills[i+1])
				}
			}
			rows := rowsIn(t, dir, "summary.md")
			if want := map[bool]string{true: "| interrupted |", false: "| error |"}[c.interrupts]; !strings.Contains(rows[1], want) || !strings.Contains(rows[1], c.why) {
				t.Errorf("line %q, want %s", rows[1], want)
			}
			if want := "| region-slow | not run |  |"; rows[2] != want {
				t.Errorf("line %q, want %q", rows[2], want)
			}
		})
	}
}

// Errors that were joined are told each on a line with the program's name; one of several lines
// stays whole.
func TestComplainOfSeveral(t *testing.T) {
	var b strings.Builder
	one, two := errors.New("a: x\n  log"), errors.New("b: y")
	complain(&b, exitError{exitHarness, errors.Join(nil, errors.Join(one, two))}.err)
	complain(&b, fmt.Errorf("%w and %w", one, two))
	want := "stormdrill: a: x\n  log\nstormdrill: b: y\nstormdrill: a: x\n  log and b: y\n"
	if have := b.String(); have != want {
		t.Errorf("have\n%s\nwant\n%s", have, want)
	}
}

// Drills do not begin where one of them would find the evidence of another run, and that
// stays as it is.
func TestSeveralDrillsWantFreshFolders(t *testing.T) {
	inMemory(t, sim.Ground{})
	t.Setenv("GITHUB_ACTIONS", "true")
	for used, drill := range map[string]string{"record": "bad-lb-node",
		"server-down/campaign.json": "server-down"} {
		dir := t.TempDir()
		file := filepath.Join(dir, filepath.FromSlash(used))
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, nil, 0o600)); err != nil {
			t.Fatal(err)
		}
		var page strings.Builder
		f := quietly(dir)
		f.begin(&cobra.Command{}, &page, nil)
		drills, err := f.check(threeDrills)
		if err != nil {
			t.Fatal(err)
		}
		_, _, _, err = f.each(t.Context(), drills)
		if said := page.String(); strings.Count(said, "::error") != 1 ||
			!strings.Contains(said, "title="+drill+"%3A ") {
			t.Errorf("%s: annotated with %q", used, said)
		}
		if err == nil || !strings.Contains(err.Error(), filepath.Dir(file)+" holds the evidence of another run: choose another --out") {
			t.Errorf("%s: %v", used, err)
		}
		for _, none := range []string{"junit.xml", "bad-lb-node"} {
			if _, err := os.Stat(filepath.Join(dir, none)); err == nil {
				t.Errorf("%s: %s was written", used, none)
			}
		}
	}
}
