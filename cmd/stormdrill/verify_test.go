package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/scenarios/evidence"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Sealed evidence verifies, whoever judged it; what was changed since, and a scorecard that
// the record does not give, even where it was sealed so, do not.
func TestVerify(t *testing.T) {
	record := unpacked(t, "../../testdata/records/library/bad-lb-node.gz")
	scorecard := func(t *testing.T, dir string, change func(*sla.Scorecard)) {
		t.Helper()
		r, err := timeline.Open(filepath.Join(dir, "record"))
		if err != nil {
			t.Fatal(err)
		}
		card := sla.Score(r, r.Header.Objectives)
		change(&card)
		var b bytes.Buffer
		if err := errors.Join(reports.JSON(&b, card), os.WriteFile(filepath.Join(dir, "scorecard.json"),
			b.Bytes(), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		before func(*sla.Scorecard) // it is sealed
		after  func(t *testing.T, dir string)
		code   int
		want   string
	}{
		"as it was": {nil, nil, 0, "run 8a4eba251e4d83c2 of bad-lb-node: 2 files as they were; judged again, the same scorecard: pass\n"},
		"of another version": {func(c *sla.Scorecard) { c.Tool = "v0.1" }, nil, 0,
			"the same verdict (it was judged by Stormdrill v0.1): pass"},
		"with a secret": {func(c *sla.Scorecard) { c.Scenario = "${env:PASSWORD}" }, nil, 0,
			"the same verdict (a secret is hidden in the scorecard): pass"},
		"improved and sealed": {func(c *sla.Scorecard) { c.Verdict = sla.Fail }, nil, 1,
			"judged again, the record gives pass, and the scorecard says fail"},
		"improved": {nil, func(t *testing.T, dir string) {
			scorecard(t, dir, func(c *sla.Scorecard) { c.Verdict = sla.Fail })
		}, 1, "is not as it was sealed:\n  scorecard.json differs"},
		"unsealed": {nil, func(t *testing.T, dir string) { _ = os.Remove(filepath.Join(dir, evidence.SumsFile)) },
			3, "it was never sealed"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "record"), record, 0o644); err != nil {
				t.Fatal(err)
			}
			if c.before == nil {
				c.before = func(*sla.Scorecard) {}
			}
			scorecard(t, dir, c.before)
			if err := evidence.Seal(dir); err != nil {
				t.Fatal(err)
			}
			if c.after != nil {
				c.after(t, dir)
			}
			r := root()
			var out bytes.Buffer
			r.SetOut(&out)
			r.SetArgs([]string{"verify", dir})
			err, code := r.Execute(), 0
			var exit exitError
			if errors.As(err, &exit) {
				code = exit.code
			}
			if said := out.String() + strings.TrimSpace(errorText(err)); code != c.code || !strings.Contains(said, c.want) {
				t.Errorf("exit %d, %q; want %d, %q", code, said, c.code, c.want)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
