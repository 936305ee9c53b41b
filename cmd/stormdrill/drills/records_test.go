//go:build drill

package drills

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/library"
)

// crowds reports whether a drill needs the machine for itself, as it floods: others would
// be late by what it takes, and it by what they do.
func crowds(name string) bool { return name == "flood" }

// TestRecords makes the records that TestKept wants and that are missing: of a scenario
// that has changed, of another version of the format, or never made. One that is void for
// the machine's sake is run again; one that does not end as it has to is not kept.
func TestRecords(t *testing.T) {
	if err := os.MkdirAll(keptDir, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, alone := range []bool{true, false} {
		for _, name := range library.Names() {
			for _, k := range []kept{{drill: name}, {drill: name, sibling: true}} {
				if _, err := k.open(); err == nil || crowds(name) != alone {
					continue
				}
				t.Run(k.String(), func(t *testing.T) {
					if !alone {
						t.Parallel()
					}
					k.make(t)
				})
			}
		}
	}
}

// write writes the scenario to a file of its own.
func (k kept) write(t *testing.T) (file string) {
	t.Helper()
	text, err := k.text()
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), k.String()+".yaml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// make runs the scenario and keeps its record.
func (k kept) make(t *testing.T) {
	t.Helper()
	text, err := k.text()
	if err != nil {
		t.Fatal(err)
	}
	code := 0
	if k.sibling {
		code = 1
	}
	o := run(t, k.write(t))
	o.want(t, k.verdict(), code)
	if err := pack(filepath.Join(o.dir, "record"), k.path(".gz")); err != nil {
		t.Fatal(err)
	}
	// Last: without it there is no record.
	if err := os.WriteFile(k.path(".yaml"), text, 0o666); err != nil {
		t.Fatal(err)
	}
}

// pack compresses a file.
func pack(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer out.Close()
	w, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, in); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return out.Close()
}
