package sla

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// noted are the codes of what a reader should know and that keeps no run from passing.
var noted = []string{"bursts", "calm", "cold-baseline", "limit-beyond-record", "machine-busy",
	"mitigate", "more-strays",
	"not-contained", "recover", "setting-not-honoured", "stray"}

// Every reason why a run is no pass has its line in docs/inconclusive.md.
func TestReasonsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/inconclusive.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	code, found := regexp.MustCompile(`(?:[sS]ay|Saying)\("([a-z-]+)",\s`), map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, m := range code.FindAllStringSubmatch(string(text), -1) {
			found[m[1]] = true
		}
	}
	for _, c := range noted {
		if !found[c] {
			t.Errorf("no code %s: it is noted in vain", c)
		}
		delete(found, c)
	}
	for c := range found {
		if !strings.Contains(string(page), "`"+c+"`") {
			t.Errorf("reason %s has no line in docs/inconclusive.md", c)
		}
	}
	if len(found) < 20 {
		t.Errorf("only %d codes were found", len(found))
	}
}
