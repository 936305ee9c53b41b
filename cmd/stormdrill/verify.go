package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/scenarios/evidence"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

func newVerify() *cobra.Command {
	var l language
	c := &cobra.Command{
		Use:   "verify FOLDER",
		Short: "Hold a run's evidence against its hashes, and judge its record again",
		Long: `Verify holds the evidence folder of a run against the SHA256SUMS that the run left
in it as its last act: no file may differ, be missing or have been added. Then it
judges the record again, and wants the scorecard that is there, byte for byte; that of
another version of Stormdrill may differ, and the verdict is what is wanted then.

A run of the history goes by its id, too.
` + keptHelp + `
Of a campaign's folder, and of a folder of several drills, it verifies each run in it, and
prints a line for each, and how many are as their runs left them. What a campaign has beside
its runs is under no seal.

It finds what was changed by mistake or afterwards. Who can write the folder can write
SHA256SUMS too: sign that file, or keep it elsewhere, where that matters.

provenance.json in the folder says what was run, on what and when, scenario.yaml the
text of it; docs/evidence.md says which of it answers what an auditor asks.

Exit status: 0 it is as it was, 1 it is not, 3 it is no sealed evidence. Over several runs
the worst counts: 1, 3, 0 in that order.`,
		Example: `  stormdrill verify stormdrill-out/bad-lb-node-20260102-150405
  stormdrill verify campaign-june`,
		Args:              between(1, 1, needsRecord),
		ValidArgsFunction: atMost(1, folders),
		RunE: func(c *cobra.Command, args []string) error {
			of, err := pathOf(args[0])
			if err != nil {
				return exitError{exitInvalid, err}
			}
			if info, err := os.Stat(of); err == nil && !info.IsDir() {
				return exitError{exitInvalid,
					fmt.Errorf("%s is no folder: name the evidence folder that it is in", of)}
			}
			found := foldersWith(of, "record", evidence.SumsFile)
			if len(found) == 0 || len(found) == 1 && found[0] == of {
				v, err := verified(of)
				switch {
				case err != nil:
					return err
				case !v.Holds():
					return exitError{exitFail, errors.New(v.Said(l.Language))}
				}
				_, err = fmt.Fprintln(c.OutOrStdout(), v.Said(l.Language))
				return err
			}
			return l.verifyAll(c, found)
		},
	}
	l.flags(c)
	return c
}

// verifyAll verifies folders one after the other, and says of each what is found.
func (l language) verifyAll(c *cobra.Command, folders []string) error {
	hold, worst := 0, exitPass
	for _, dir := range folders {
		v, err := verified(dir)
		var exit exitError
		switch {
		case errors.As(err, &exit):
			complain(c.ErrOrStderr(), err)
		case err != nil:
			return err
		case v.Holds():
			hold++
		default:
			exit.code = exitFail
		}
		if worst != exitFail && exit.code != exitPass {
			worst = exit.code
		}
		if err != nil {
			continue
		}
		v.Among = true
		if _, err := fmt.Fprintln(c.OutOrStdout(), v.Said(l.Language)); err != nil {
			return err
		}
	}
	fmt.Fprintln(c.OutOrStdout(), reports.VerifiedAll(hold, len(folders), l.Language))
	if worst != exitPass {
		return exitError{code: worst}
	}
	return nil
}

// verified looks at one run's folder. Its errors end the program: with 3 where there is no seal,
// with 1 where what is sealed cannot be judged.
func verified(dir string) (reports.Verified, error) {
	v := reports.Verified{Folder: dir, How: reports.NotAsSealed}
	changed, files, err := evidence.Check(dir)
	if err != nil {
		return v, exitError{exitInvalid, err}
	}
	v.Differ, v.Missing, v.Added, v.Files = changed.Differ, changed.Missing, changed.Added, files
	if changed.None() {
		if err := judgedAgain(&v); err != nil {
			return v, exitError{exitFail, err}
		}
	}
	return v, nil
}

// judgedAgain wants the scorecard of a folder from its record, or, where it may differ, its
// verdict, and says which. One of another version may, and one in which a secret's value is
// hidden, which is not known here.
func judgedAgain(v *reports.Verified) error {
	record, err := timeline.Open(filepath.Join(v.Folder, "record"))
	if err != nil {
		return err
	}
	kept, err := os.ReadFile(filepath.Join(v.Folder, "scorecard.json"))
	if err != nil {
		return err
	}
	v.Card = sla.Score(record, record.Header.Objectives)
	var again bytes.Buffer
	if err := reports.JSON(&again, v.Card); err != nil {
		return err
	}
	if bytes.Equal(again.Bytes(), kept) {
		v.How = reports.SameScorecard
		return nil
	}
	if v.Kept, v.Tool, err = reports.Judged(kept); err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(v.Folder, "scorecard.json"), err)
	}
	switch {
	case v.Kept != v.Card.Verdict:
		v.How = reports.OtherVerdict
	case bytes.Contains(kept, []byte("${env:")):
		v.How = reports.OfSecret
	case v.Tool == version():
		v.How = reports.OtherCard
	default:
		v.How = reports.OfVersion
	}
	return nil
}
