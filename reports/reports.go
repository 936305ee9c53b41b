// Package reports prints scorecards and plans: one file per format. It prints,
// it does not compute.
package reports

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// evidence is what WriteAll leaves in a folder, in order.
var evidence = []struct {
	name  string
	write func(io.Writer, sla.Scorecard) error
}{
	{"scorecard.json", JSON},
	{"junit.xml", JUnit},
	{"summary.md", Markdown},
}

// WriteAll writes a scorecard into a folder, in every format that is kept as
// evidence: scorecard.json, junit.xml, summary.md.
func WriteAll(dir string, card sla.Scorecard) error {
	for _, e := range evidence {
		if err := writeFile(filepath.Join(dir, e.name), card, e.write); err != nil {
			return fmt.Errorf("report: %w", err)
		}
	}
	return nil
}

func writeFile(path string, card sla.Scorecard, write func(io.Writer, sla.Scorecard) error) error {
	return written(path, func(w io.Writer) error { return write(w, card) })
}

func written(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}
