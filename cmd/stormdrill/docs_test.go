package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// documented are README and docs by their names, and Help what commands say of themselves.
func documented(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, file := range append(files, "../../README.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(file)] = string(text)
	}
	for _, c := range root().Commands() {
		all["stormdrill "+c.Name()+" --help"] = strings.ReplaceAll(c.Long, "\n  stormdrill", "\n    stormdrill") +
			"\n" + strings.ReplaceAll("\n"+c.Example, "\n  ", "\n    ")
	}
	return all
}

var (
	ownLine = regexp.MustCompile(`(?m)^    (?:\$ )?stormdrill (.*)$`)
	inText  = regexp.MustCompile("`stormdrill ([^`]+)`")
	// where a command ends on its line
	ends = regexp.MustCompile(`\s(#|\||&&|>|;).*$|\s>\S.*$`)
)

// arguments are those of a documented command.
func arguments(line string) []string { return strings.Fields(ends.ReplaceAllString(line, "")) }

// Every command that is documented is one, and its flags are its own.
func TestDocumentedCommands(t *testing.T) {
	found := 0
	for name, text := range documented(t) {
		for _, line := range slices.Concat(ownLine.FindAllStringSubmatch(text, -1),
			inText.FindAllStringSubmatch(text, -1)) {
			args := arguments(line[1])
			if strings.HasPrefix(args[0], "-") {
				continue
			}
			found++
			c, rest, err := root().Find(args)
			if err == nil && c.HasParent() {
				c.InitDefaultHelpFlag()
				err = c.ParseFlags(slices.DeleteFunc(rest, func(s string) bool {
					return s == "…" || strings.HasPrefix(s, "[") // what may stand there
				}))
			}
			if err != nil {
				t.Errorf("%s: stormdrill %s: %v", name, line[1], err)
			}
		}
	}
	if found < 60 {
		t.Errorf("%d commands were found", found)
	}
}

// Every documented command on a line of its own that needs no engine does what is said: it
// ends well, in a folder where what came before it on the page was done.
func TestDocumentedCommandsRun(t *testing.T) {
	alone := []string{"init", "validate", "plan", "list", "show", "schema", "score", "compare",
		"export", "history"}
	record := unpacked(t, "../../testdata/records/library/bad-lb-node.gz")
	monitoring, err := filepath.Abs("../../testdata/live/matrix")
	if err != nil {
		t.Fatal(err)
	}
	done := map[string]bool{}
	for name, text := range documented(t) {
		if strings.HasPrefix(name, "stormdrill ") {
			continue // its examples are of no one folder
		}
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			t.Setenv("XDG_DATA_HOME", t.TempDir())
			if err := os.CopyFS(".", os.DirFS(monitoring)); err != nil {
				t.Fatal(err)
			}
			for path, content := range map[string][]byte{"record": record,
				"stormdrill-out/run/record": record, "s.yaml": []byte("sla: {recover: 3s}\n")} {
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, content, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for _, line := range ownLine.FindAllStringSubmatch(text, -1) {
				args := arguments(standing.Replace(line[1]))
				if !slices.Contains(alone, args[0]) {
					continue
				}
				done[args[0]] = true
				c := root()
				var out bytes.Buffer
				c.SetOut(&out)
				c.SetErr(&out)
				c.SetArgs(args)
				if err := c.Execute(); err != nil || out.Len() == 0 && args[0] != "init" &&
					!slices.Contains(args, "--to") {
					t.Errorf("stormdrill %s: %v\n%s", line[1], err, out.String())
				}
			}
		})
	}
	if len(done) < 6 {
		t.Errorf("only %v were tried", done)
	}
}

// standing puts what is there in the place of what a reader has to.
var standing = strings.NewReplacer("stormdrill-out/…", "stormdrill-out/run",
	"stormdrill-out/BEFORE", "stormdrill-out/run", "stormdrill-out/NOW", "stormdrill-out/run",
	"stormdrill-out/bad-lb-node-20260102-150405", "stormdrill-out/run",
	"--from NAME FILE", "--from bad-lb-node another.yaml", "NAME", "bad-lb-node")

func unpacked(t *testing.T, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
