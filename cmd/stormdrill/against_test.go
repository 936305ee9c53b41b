package main

import (
	"bytes"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/lab/sim"
)

// Drills that must not be worse than their last runs say so where they have none, and a CI sees
// a case that is skipped; of a folder of several drills each is held against its own.
func TestAgainstAFirstRunAndAFolderOfSeveral(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	inMemory(t, sim.Ground{})
	before, now := filepath.Join(t.TempDir(), "before"), filepath.Join(t.TempDir(), "now")
	two := []string{"bad-lb-node", "server-down"}
	run := func(dir, against string) (string, error) {
		return heldAgainst(t, runFlags{out: dir, forget: true, against: against}, two...)
	}
	out, err := run(before, "last")
	if err != nil || strings.Count(out, "not compared: no earlier run of ") != len(two) {
		t.Fatalf("a first run: %s, %v", out, err)
	}
	if out, err = run(now, before); err != nil || !strings.Contains(out, "\nserver-down, run ") ||
		strings.Contains(out, "two drills") {
		t.Fatalf("beside its own: %s, %v", out, err)
	}
	for dir, want := range map[string]int{before: 1, now: 0} {
		for _, of := range []string{"junit.xml", "bad-lb-node/junit.xml", "server-down/junit.xml"} {
			text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(of)))
			if err != nil {
				t.Fatal(err)
			}
			var all struct {
				Suites []struct {
					Skipped int `xml:"skipped,attr"`
				} `xml:"testsuite"`
			}
			if err := xml.Unmarshal(text, &all); err != nil {
				t.Fatal(err)
			}
			for _, s := range all.Suites {
				if s.Skipped != want || !bytes.Contains(text, []byte("no worse than before")) {
					t.Errorf("%s of %s: %d skipped, want %d", of, dir, s.Skipped, want)
				}
			}
		}
	}
}

// heldAgainst runs drills in memory as --against has it.
func heldAgainst(t *testing.T, f runFlags, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	f.seed, f.repeat, f.typing = 7, 1, &typing{}
	f.language, f.showing = language{words.English}, showing{quiet: true}
	f.begin(&cobra.Command{}, &out, nil)
	drills, err := f.check(args)
	if err != nil {
		return "", err
	}
	if f.before, err = f.allEarlier(drills); err != nil {
		return "", err
	}
	synctest.Test(t, func(t *testing.T) { _, _, _, err = f.each(t.Context(), drills) })
	return out.String(), err
}

// The last run is the newest whose evidence is still there. Where that of none is, it is said, and
// the run goes on; a run that is named is an error. What of the drill has changed is noted.
func TestAgainstRunsWhoseEvidenceHasGone(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	inMemory(t, sim.Ground{})
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	run := func(name string, with ...string) string {
		out, err := heldAgainst(t, runFlags{out: in(name), against: "last",
			with: overlays(with)}, "bad-lb-node")
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	run("a")
	first := kept()[0].Run
	run("b")
	if err := os.RemoveAll(in("b")); err != nil {
		t.Fatal(err)
	}
	if out := run("c"); !strings.Contains(out, " run "+first) ||
		strings.Contains(out, "note: ") {
		t.Errorf("beside the newest that is there: %s", out)
	}
	for _, name := range []string{"a", "c"} {
		if err := os.RemoveAll(in(name)); err != nil {
			t.Fatal(err)
		}
	}
	if out := run("d"); !strings.Contains(out, "not compared: the evidence of the last run of "+
		"bad-lb-node, in "+in("c")+", is there no longer\n") {
		t.Errorf("where that of none is there: %s", out)
	}
	text, err := os.ReadFile(filepath.Join(in("d"), "junit.xml"))
	if err != nil || !bytes.Contains(text, []byte(`<skipped message="the evidence of the drill`)) {
		t.Errorf("have %s, %v", text, err)
	}
	_, err = heldAgainst(t, runFlags{out: in("e"), against: first}, "bad-lb-node")
	if err == nil || !strings.Contains(err.Error(), "is there no longer: name the folder") {
		t.Errorf("one that is named: %v", err)
	}
	over := in("over.yaml")
	if err := os.WriteFile(over, []byte("phases: {baseline: 12s}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	note := "phases: baseline 15 s → 12 s"
	if out := run("f", over); !strings.Contains(out, "note: scenario.yaml differs\n") ||
		!strings.Contains(out, "note: "+note+"\n") {
		t.Errorf("of a drill that has changed: %s", out)
	}
	text, err = os.ReadFile(filepath.Join(in("f"), "summary.md"))
	if err != nil || !bytes.Contains(text, []byte(note)) {
		t.Errorf("have %s, %v", text, err)
	}
}
