package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/reports"
)

func newExport() *cobra.Command {
	var to, format string
	c := &cobra.Command{
		Use:   "export RECORD",
		Short: "Write a record's requests in vegeta's own encoding",
		Long: `Export writes the requests of a record, of the evidence folder that holds one, or of
a run in the history by its id, the way vegeta does, for vegeta report, vegeta plot and
vegeta encode.
` + keptHelp + `

Latency is done − due: it counts from when the request should have been sent.
A request that failed has the class of its failure as its error; one that was
due and never sent has the error "unsent"; one that was merely slow has none.
docs/export.md says it of every field.`,
		Example: `  stormdrill export stormdrill-out/bad-lb-node-20260102-150405 | vegeta report
  stormdrill export record --to results.bin && vegeta plot results.bin >plot.html
  stormdrill export record --format csv --to results.csv`,
		Args:              between(1, 1, needsRecord),
		ValidArgsFunction: atMost(1, folders),
		RunE: func(c *cobra.Command, args []string) error {
			if _, ok := reports.VegetaFormats[format]; !ok {
				return exitError{exitInvalid,
					fmt.Errorf("format %q: want gob, json or csv", format)}
			}
			of, err := pathOf(args[0])
			if err != nil {
				return exitError{exitInvalid, err}
			}
			record, err := openRecord(of)
			if err != nil {
				return exitError{exitInvalid, err}
			}
			if len(record.Requests) == 0 {
				return exitError{exitInvalid, fmt.Errorf("%s: no request in it", args[0])}
			}
			write := func(w io.Writer) error { return reports.Vegeta(w, record, format) }
			if to == "" {
				return write(c.OutOrStdout())
			}
			return intoNew(to, write)
		},
	}
	c.Flags().StringVarP(&to, "to", "o", "", "file to write (default standard output)")
	c.Flags().StringVar(&format, "format", "gob", "gob, json or csv")
	complete(c, "format", oneOf(slices.Sorted(maps.Keys(reports.VegetaFormats))...))
	return c
}

// recordIn is the record's file, where a path names the evidence folder.
func recordIn(path string) string {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return filepath.Join(path, "record")
	}
	return path
}

// intoNew writes a new file; one that exists is left as it is, one that could
// not be finished is removed.
func intoNew(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	switch {
	case errors.Is(err, os.ErrExist):
		return exitError{exitInvalid, fmt.Errorf("%s exists and is left as it is", path)}
	case err != nil:
		return err
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		_ = os.Remove(path)
		return err
	}
	return nil
}
