package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/scenarios/evidence"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

func newVerify() *cobra.Command {
	return &cobra.Command{
		Use:   "verify FOLDER",
		Short: "Hold a run's evidence against its hashes, and judge its record again",
		Long: `Verify holds the evidence folder of a run against the SHA256SUMS that the run left
in it as its last act: no file may differ, be missing or have been added. Then it
judges the record again, and wants the scorecard that is there, byte for byte; that of
another version of Stormdrill may differ, and the verdict is what is wanted then.

It finds what was changed by mistake or afterwards. Who can write the folder can write
SHA256SUMS too: sign that file, or keep it elsewhere, where that matters.

provenance.json in the folder says what was run, on what and when, scenario.yaml the
text of it; docs/evidence.md says which of it answers what an auditor asks.

Exit status: 0 it is as it was, 1 it is not, 3 it is no sealed evidence.`,
		Example:           `  stormdrill verify stormdrill-out/bad-lb-node-20260102-150405`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: atMost(1, folders),
		RunE: func(c *cobra.Command, args []string) error {
			dir := args[0]
			changed, total, err := evidence.Check(dir)
			if err != nil {
				return exitError{exitInvalid, err}
			}
			if !changed.None() {
				return exitError{exitFail, fmt.Errorf("%s is not as it was sealed:%s", dir,
					listed(changed))}
			}
			card, how, err := judgedAgain(dir)
			if err != nil {
				return exitError{exitFail, err}
			}
			fmt.Fprintf(c.OutOrStdout(), "run %s of %s: %s as they were; judged again, %s: %s\n",
				reports.Plain(card.Run), reports.Plain(card.Scenario), count(total, "file"), how,
				card.Verdict)
			return nil
		},
	}
}

// listed names what is not as it was, a line each.
func listed(c evidence.Changed) string {
	var b strings.Builder
	for _, of := range []struct {
		how   string
		names []string
	}{{"differs", c.Differ}, {"is missing", c.Missing}, {"was added", c.Added}} {
		for _, name := range of.names {
			fmt.Fprintf(&b, "\n  %s %s", reports.Plain(name), of.how)
		}
	}
	return b.String()
}

// judgedAgain wants the scorecard of a folder from its record, or, where it may differ, its
// verdict, and says which. One of another version may, and one in which a secret's value is
// hidden, which is not known here.
func judgedAgain(dir string) (card sla.Scorecard, how string, err error) {
	record, err := timeline.Open(filepath.Join(dir, "record"))
	if err != nil {
		return card, "", err
	}
	kept, err := os.ReadFile(filepath.Join(dir, "scorecard.json"))
	if err != nil {
		return card, "", err
	}
	card = sla.Score(record, record.Header.Objectives)
	var again bytes.Buffer
	if err := reports.JSON(&again, card); err != nil || bytes.Equal(again.Bytes(), kept) {
		return card, "the same scorecard", err
	}
	verdict, tool, err := reports.Judged(kept)
	switch {
	case err != nil:
		return card, "", fmt.Errorf("%s: %w", filepath.Join(dir, "scorecard.json"), err)
	case verdict != card.Verdict:
		return card, "", fmt.Errorf("judged again, the record gives %s, and the scorecard says %s",
			card.Verdict, reports.Plain(string(verdict)))
	case bytes.Contains(kept, []byte("${env:")):
		return card, "the same verdict (a secret is hidden in the scorecard)", nil
	case tool == version():
		return card, "", errors.New("judged again by the same version, the record gives another " +
			"scorecard of the same verdict: stormdrill score shows it")
	}
	return card, fmt.Sprintf("the same verdict (it was judged by Stormdrill %s)",
		reports.Plain(tool)), nil
}
