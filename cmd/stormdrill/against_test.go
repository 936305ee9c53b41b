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
		var out bytes.Buffer
		f := runFlags{out: dir, seed: 7, repeat: 1, forget: true, typing: &typing{},
			language: language{words.English}, showing: showing{quiet: true}, against: against}
		f.begin(&cobra.Command{}, &out, nil)
		drills, err := f.check(two)
		if err != nil {
			return "", err
		}
		if f.before, err = f.allEarlier(drills); err != nil {
			return "", err
		}
		synctest.Test(t, func(t *testing.T) { _, _, _, err = f.each(t.Context(), drills) })
		return out.String(), err
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
