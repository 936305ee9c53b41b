package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/scenarios/history"
	"github.com/stormdrill/stormdrill/scenarios/library"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// Every command that help lists says more than a line, and has an example of itself.
func TestEveryCommandHasAnExample(t *testing.T) {
	for _, c := range root().Commands() {
		if c.Hidden {
			continue
		}
		if c.Long == "" || !strings.Contains(c.Example, "stormdrill "+c.Name()) {
			t.Errorf("%s: long %q, example %q", c.Name(), c.Long, c.Example)
		}
	}
}

// Every command that wants arguments says in words of its own what is missing, or one too many.
func TestEveryCommandSaysWhichArgumentIsMissing(t *testing.T) {
	for _, c := range root().Commands() {
		if c.Args == nil {
			continue
		}
		for _, args := range [][]string{nil, {"a", "b", "c"}} {
			if err := c.Args(c, args); err != nil && strings.Contains(err.Error(), "arg(s)") {
				t.Errorf("%s %q: %v", c.Name(), args, err)
			}
		}
	}
}

// offered is what a shell is given for a command line, without descriptions, and whether
// files may be offered, too.
func offered(t *testing.T, line ...string) (words []string, files bool) {
	t.Helper()
	c := root()
	var out bytes.Buffer
	c.SetOut(&out)
	c.SetErr(&bytes.Buffer{})
	c.SetArgs(append([]string{cobra.ShellCompRequestCmd}, line...))
	if err := c.Execute(); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	last := lines[len(lines)-1]
	for _, l := range lines[:len(lines)-1] {
		// Shells choose among what they are given.
		if word, _, _ := strings.Cut(l, "\t"); strings.HasPrefix(word, line[len(line)-1]) {
			words = append(words, word)
		}
	}
	return words, last == ":0" || last == ":32"
}

func TestCompletion(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	for _, dir := range []string{"stormdrill-out/a", "stormdrill-out/b/001", "stormdrill-out/none"} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if filepath.Base(dir) != "none" {
			if err := os.WriteFile(filepath.Join(dir, "record"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	path, err := history.Path()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"aa", "bb"} {
		if err := history.Append(path, history.Of(sla.Scorecard{Scenario: "checkout", Run: id,
			Verdict: sla.Pass, Started: "2026-01-01T00:00:00Z"}, "/x")); err != nil {
			t.Fatal(err)
		}
	}
	names := library.Names()
	runs := []string{filepath.Join("stormdrill-out", "a"),
		filepath.Join("stormdrill-out", "b", "001"), "bb", "aa"}
	for _, x := range []struct {
		line, want []string
		files      bool
	}{
		{[]string{"run", ""}, names, true},
		{[]string{"plan", names[0], ""}, names[1:], true},
		{[]string{"validate", "bad-"}, []string{"bad-lb-node"}, true},
		{[]string{"show", "dns"}, []string{"dns", "dns-failure"}, false},
		{[]string{"show", names[0], ""}, nil, false},
		{[]string{"init", "--from", "flo"}, []string{"flood"}, false},
		{[]string{"score", ""}, runs, true},
		{[]string{"verify", ""}, runs, true},
		{[]string{"export", "x", ""}, nil, false},
		{[]string{"compare", "x", ""}, runs, true},
		{[]string{"score", "--format", "m"}, []string{"markdown", "messages", "metrics"}, false},
		{[]string{"run", "--lang", ""}, []string{"en", "zh"}, false},
		{[]string{"run", "--against", ""}, []string{"last", "bb", "aa"}, true},
		{[]string{"history", ""}, []string{"checkout"}, false},
		{[]string{"schema", "e"}, []string{"events"}, false},
	} {
		have, files := offered(t, x.line...)
		if !slices.Equal(have, x.want) || files != x.files {
			t.Errorf("%q: have %q, files %v; want %q, %v", x.line, have, files, x.want, x.files)
		}
	}
}

// A manual page for each command: what groff has nothing to say against, where it is there.
func TestManualPages(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "man1")
	c := root()
	c.SetArgs([]string{"man", dir})
	if err := c.Execute(); err != nil {
		t.Fatal(err)
	}
	for _, c := range root().Commands() {
		if c.Hidden {
			continue
		}
		page, err := os.ReadFile(filepath.Join(dir, "stormdrill-"+c.Name()+".1"))
		if err != nil {
			t.Fatal(err)
		}
		for _, section := range []string{"NAME", "SYNOPSIS", "DESCRIPTION", "EXAMPLES", "SEE ALSO"} {
			if !strings.Contains(string(page), "\n.SH "+section+"\n") {
				t.Errorf("%s has no %s", c.Name(), section)
			}
		}
	}
	run, err := os.ReadFile(filepath.Join(dir, "stormdrill-run.1"))
	if err != nil || !regexp.MustCompile(`\n\.B \\-q, \\-\\-quiet\n.+\n`).Match(run) ||
		!strings.Contains(string(run), "\n.nf\n.RS\nstormdrill run bad\\-lb\\-node\n") {
		t.Errorf("%v: %s", err, run)
	}
	groff, err := exec.LookPath("groff")
	if err != nil {
		return
	}
	pages, _ := filepath.Glob(filepath.Join(dir, "*.1"))
	out, err := exec.Command(groff, append([]string{"-man", "-Tutf8", "-ww", "-z"},
		pages...)...).CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("groff: %v: %s", err, out)
	}
}

// Help names the commands that speak more than English, and no other.
func TestHelpSaysWhichCommandsTakeALanguage(t *testing.T) {
	_, said, _ := strings.Cut(root().Long, "\nWhat ")
	said, _, found := strings.Cut(said, " is English or Chinese")
	if !found {
		t.Fatalf("help does not say which: %s", root().Long)
	}
	named := strings.FieldsFunc(said, func(r rune) bool { return r < 'a' || r > 'z' })
	for _, c := range root().Commands() {
		if takes := c.Flags().Lookup("lang") != nil; takes != slices.Contains(named, c.Name()) {
			t.Errorf("%s takes --lang: %v, and help names %q", c.Name(), takes, named)
		}
	}
}
