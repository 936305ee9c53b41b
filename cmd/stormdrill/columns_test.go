package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/reports/words"
)

// mostColumns is how wide a line of code or prose may be, a tab being four.
const mostColumns = 100

// unbroken is what of a document cannot be broken, or reads worse so: tables, headings, code,
// and what is one word, as a link.
var unbroken = regexp.MustCompile(`^\s*(\||#|<|\S+$|- \S+$)|^    `)

// Lines of code, its tests apart, and of prose keep to a hundred columns.
func TestLinesKeepToTheirColumns(t *testing.T) {
	root := filepath.FromSlash("../..")
	check := func(path string, n int, line string) {
		if have := words.Width(strings.ReplaceAll(line, "\t", "    ")); have > mostColumns {
			t.Errorf("%s:%d: %d columns, want at most %d", path, n+1, have, mostColumns)
		}
	}
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		switch name := filepath.ToSlash(path); {
		case err != nil:
			return err
		case d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != root ||
			d.Name() == "testdata" || d.Name() == "bin" || d.Name() == "stormdrill-out"):
			return filepath.SkipDir
		case d.IsDir(), strings.HasSuffix(name, "_test.go"), strings.Contains(name, "reports/page/"):
			return nil
		case strings.HasSuffix(name, ".go"):
			for n, line := range linesOf(t, path) {
				check(path, n, line)
			}
		case strings.HasSuffix(name, ".md") && !strings.HasSuffix(name, "docs/codes.md"):
			code := false
			for n, line := range linesOf(t, path) {
				if fence := strings.HasPrefix(strings.TrimSpace(line), "```"); fence {
					code = !code
				} else if !code && !unbroken.MatchString(line) {
					check(path, n, line)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func linesOf(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(text), "\n")
}
