// Package reports prints scorecards and plans: one file per format. It prints,
// it does not compute.
package reports

import (
	"errors"
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
// evidence: scorecard.json, junit.xml, summary.md. One that cannot be written keeps
// none of the others from it.
func WriteAll(dir string, card sla.Scorecard) error {
	var errs []error
	for _, e := range evidence {
		if err := written(filepath.Join(dir, e.name),
			func(w io.Writer) error { return e.write(w, card) }); err != nil {
			errs = append(errs, fmt.Errorf("report: %w", err))
		}
	}
	return errors.Join(errs...)
}

// written writes a file beside its place and puts it there when it is whole: on a full
// disk an older one stays, and none is there half.
func written(path string, write func(io.Writer) error) error {
	f, err := os.Create(path + ".new")
	if err != nil {
		return err
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		_ = os.Remove(path + ".new")
	}
	return err
}
