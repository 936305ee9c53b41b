package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/licensecheck"
)

var updateNotices = flag.Bool("update-notices", false, "write docs/THIRD_PARTY_NOTICES anew")

const noticesFile = "../../docs/THIRD_PARTY_NOTICES"

// allowed are the licences that a linked module may have, and the grants that come with
// one: none asks more of a binary than that its notice goes along.
var allowed = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "GooglePatentsFile", "ISC",
	"MIT"}

// unlinked are licence files of a module's parts that are not in the binary.
var unlinked = []string{"LICENSE.docs"}

// builtFor are the systems that the program is built for: each links modules of its own.
var builtFor = []string{"linux", "darwin", "windows"}

// Every linked module, on every system, has a licence that is allowed, and its text goes
// along. Go's own tools find the modules, and pkg.go.dev's checker names the licences.
func TestNotices(t *testing.T) {
	modules := linkedModules(t)
	var want bytes.Buffer
	if err := writeNotices(&want, modules); err != nil {
		t.Fatal(err)
	}
	if *updateNotices {
		if err := os.WriteFile(noticesFile, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(noticesFile)
	if err != nil || !bytes.Equal(have, want.Bytes()) {
		t.Errorf("docs/THIRD_PARTY_NOTICES is out of date (%v): make notices", err)
	}
}

// linked is one module of a binary. Files are those of its licences, by their names.
type linked struct {
	Path, Version, Dir string
	files              map[string]notice
}

type notice struct {
	text     string
	licences []string
}

// linkedModules are the modules of all builds with their licence files, by path; Go itself
// is the first. A file counts in each folder from a linked package up to its module.
func linkedModules(t *testing.T) []linked {
	t.Helper()
	found := map[string]linked{}
	root := strings.TrimSpace(string(output(t, "linux", "env", "GOROOT")))
	std := linked{Path: "the Go standard library", files: map[string]notice{}}
	std.collect(t, root)
	for _, system := range builtFor {
		d := json.NewDecoder(bytes.NewReader(output(t, system, "list", "-deps", "-json=Dir,Module",
			".")))
		for {
			var p struct {
				Dir    string
				Module *struct {
					Path, Version, Dir string
					Main               bool
				}
			}
			if err := d.Decode(&p); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			if p.Module == nil || p.Module.Main {
				continue
			}
			m, ok := found[p.Module.Path]
			if !ok {
				m = linked{p.Module.Path, p.Module.Version, p.Module.Dir, map[string]notice{}}
				found[m.Path] = m
			}
			for dir := p.Dir; ; dir = filepath.Dir(dir) {
				m.collect(t, dir)
				if dir == m.Dir || len(dir) < len(m.Dir) {
					break
				}
			}
		}
	}
	// Vegeta carries uPlot without the text of its licence, and each report.html carries both.
	chart := linked{Path: "uPlot, in github.com/tsenart/vegeta/v12 and in each report.html",
		Dir: filepath.Join("..", "..", "reports", "page"), files: map[string]notice{}}
	chart.collect(t, chart.Dir)
	all := slices.SortedFunc(maps.Values(found),
		func(a, b linked) int { return cmp.Compare(a.Path, b.Path) })
	all = append(all, chart)
	return append([]linked{std}, all...)
}

func output(t *testing.T, system string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		var failed *exec.ExitError
		if errors.As(err, &failed) {
			err = fmt.Errorf("%w: %s", err, failed.Stderr)
		}
		t.Fatalf("go %s: %v", strings.Join(args, " "), err)
	}
	return out
}

var licenceName = regexp.MustCompile(`(?i)^(licen[sc]e|copying|notice|patents)`)

// collect reads the licence files of one folder, and judges them. A notice that is no
// licence goes along unjudged.
func (m linked) collect(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name, _ := filepath.Rel(m.Dir, filepath.Join(dir, e.Name()))
		if m.Dir == "" {
			name = e.Name()
		}
		if _, have := m.files[name]; have || !judged(e) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		n := notice{text: tidy(text)}
		for _, match := range licensecheck.Scan(text).Match {
			if !slices.Contains(n.licences, match.ID) {
				n.licences = append(n.licences, match.ID)
			}
		}
		slices.Sort(n.licences)
		if len(n.licences) == 0 && !strings.HasPrefix(strings.ToLower(e.Name()), "notice") {
			t.Errorf("%s %s: %s is no licence that is known", m.Path, m.Version, name)
		}
		for _, id := range n.licences {
			if !slices.Contains(allowed, id) {
				t.Errorf("%s %s: %s is %s, which is not allowed: %s", m.Path, m.Version, name, id,
					strings.Join(allowed, ", "))
			}
		}
		m.files[name] = n
	}
	if dir == m.Dir && len(m.licences()) == 0 {
		t.Errorf("%s %s has no licence", m.Path, m.Version)
	}
}

func judged(e fs.DirEntry) bool {
	return e.Type().IsRegular() && licenceName.MatchString(e.Name()) &&
		filepath.Ext(e.Name()) != ".go" &&
		!slices.Contains(unlinked, e.Name())
}

// tidy is a text without blanks at its lines' ends, so that equal licences are one.
func tidy(text []byte) string {
	var b strings.Builder
	for s := bufio.NewScanner(bytes.NewReader(text)); s.Scan(); {
		b.WriteString(strings.TrimRight(s.Text(), " \t\r\f") + "\n")
	}
	return strings.Trim(b.String(), "\n") + "\n"
}

func (m linked) licences() []string {
	var all []string
	for _, n := range m.files {
		all = append(all, n.licences...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// writeNotices lists the modules, then each text once, after those that it is of.
func writeNotices(w io.Writer, modules []linked) error {
	const rule = "--------------------------------------------------------------------------------\n"
	var b strings.Builder
	b.WriteString("Stormdrill is built from the modules below, under the licences that stand beside them.\n" +
		"The texts follow. Written by `make notices`.\n\n")
	of := map[string][]string{}
	var texts []string
	for _, m := range modules {
		module := strings.TrimSpace(m.Path + " " + m.Version)
		fmt.Fprintf(&b, "%s: %s\n", module, strings.Join(m.licences(), ", "))
		for _, name := range slices.Sorted(maps.Keys(m.files)) {
			text := m.files[name].text
			if of[text] == nil {
				texts = append(texts, text)
			}
			of[text] = append(of[text], module+", "+filepath.ToSlash(name))
		}
	}
	for _, text := range texts {
		b.WriteString("\n" + rule + strings.Join(of[text], "\n") + "\n" + rule + "\n" + text)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// docs/dependencies.md justifies each module of go.mod's first list, in the version that is used.
func TestDependenciesAreJustified(t *testing.T) {
	doc, err := os.ReadFile("../../docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	direct := output(t, "linux", "list", "-m", "-f",
		"{{if not (or .Main .Indirect)}}| {{.Path}} | {{.Version}} |{{end}}", "all")
	want := 0
	for line := range strings.Lines(string(direct)) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		want++
		if !bytes.Contains(doc, []byte("\n"+line)) {
			t.Errorf("docs/dependencies.md has no row %s", line)
		}
	}
	if have := bytes.Count(doc, []byte("\n| g")) + bytes.Count(doc, []byte("\n| p")); want == 0 ||
		have != want {
		t.Errorf("docs/dependencies.md has %d rows, want %d", have, want)
	}
}
