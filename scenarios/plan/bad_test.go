package plan

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios"
)

// TestBadScenarios reads every file of testdata/bad and wants exactly the
// problems that its first lines state: "# want: LINE:COLUMN: TEXT", where "…" stands for
// any text, such as a list of what there is.
func TestBadScenarios(t *testing.T) {
	files, err := filepath.Glob("../../testdata/bad/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no bad scenarios found", err)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for line := range strings.Lines(string(data)) {
				if text, ok := strings.CutPrefix(line, "# want: "); ok {
					want = append(want, f+":"+strings.TrimSpace(text))
				}
			}
			_, err = Load(f)
			var have scenarios.Problems
			if !errors.As(err, &have) {
				t.Fatalf("have error %v, want problems", err)
			}
			if have, want := have.Error(), strings.Join(want, "\n"); !matches(have, want) {
				t.Errorf("have\n%s\nwant\n%s", have, want)
			}
		})
	}
}

// matches compares a text with one in which "…" stands for anything within a line.
func matches(have, want string) bool {
	pattern := strings.ReplaceAll(regexp.QuoteMeta(want), "…", "[^\n]*")
	return regexp.MustCompile("^" + pattern + "$").MatchString(have)
}

// FuzzParse holds that no file, however broken, takes the program down, and
// that what is accepted can be planned.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("../../testdata/bad/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range append(files, "../starter.yaml", "../library/server-down.yaml",
		"../library/syn-drop.yaml") {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Parse("fuzz.yaml", data)
		var ps scenarios.Problems
		switch {
		case err == nil:
			if _, err := New(s, Options{Seed: 1}); err != nil {
				t.Errorf("accepted, but there is no plan: %v", err)
			}
		case !errors.As(err, &ps):
			t.Errorf("have error %v, want problems", err)
		}
	})
}
