package scenarios

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A scenario has what the file that it extends has, where it does not say otherwise; what is
// wrong with either is reported with its own file and place; and the whole reads as one.
func TestExtends(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return at
	}
	read := func(text string) (*Scenario, Problems) {
		s, _, problems := Decode(write("own.yaml", text), []byte(text), os.DirFS(dir))
		return s, problems
	}
	write("base/shop.yaml", "extends: all.yaml\ntargets: {shop: {lab: {web: {}}, ports: [8080, 9090]}}\nphases: {baseline: 15s, fault: 10s}\nname: base\n")
	write("base/all.yaml", "load: {page: {to: \"http://shop:8080/\", rate: 100/s}}\nphases: {recovery: 9s, baseline: 1s}\n")
	s, problems := read("extends: base/shop.yaml\nname: own\ntargets: {shop: {ports: [8080]}, db: {image: x}}\nphases: {fault: 20s}\n")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	p := s.Phases
	if s.Name != "own" || len(s.Targets) != 2 || len(s.Targets["shop"].Ports) != 1 ||
		s.Targets["shop"].Lab == nil ||
		p.Baseline.Seconds() != 15 || p.Hold.Seconds() != 20 || p.Recovery.Seconds() != 9 ||
		s.Load["page"].Rate != 100 {
		t.Errorf("have %+v, %+v", s, p)
	}
	if file, line, _ := s.Places().Find([]string{"load", "page", "rate"}); !strings.HasSuffix(file,
		"all.yaml") || line != 1 {
		t.Errorf("the rate stands in %s:%d", file, line)
	}
	if file, line, _ := s.Places().Find([]string{"phases", "fault"}); file != "" || line != 4 {
		t.Errorf("the length of the fault stands in %q:%d", file, line)
	}
	text, err := s.Resolved()
	if err != nil {
		t.Fatal(err)
	}
	again, problems := read(string(text))
	if len(problems) > 0 || again.Phases != s.Phases || len(again.Targets) != 2 ||
		again.Extends != "" {
		t.Errorf("%v, resolved:\n%s", problems, text)
	}
	write("bad.yaml", "targets:\n  shop: {prots: [1]}\n")
	write("circle.yaml", "extends: circle.yaml\n")
	write("broken.yaml", "{")
	write("list.yaml", "[a, b]\n")
	write("sub/nested.yaml", "extends: link.yaml\n")
	write("nested.yaml", "extends: link.yaml\n")
	if err := os.Symlink("/etc/hostname", filepath.Join(dir, "link.yaml")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/hostname", filepath.Join(dir, "sub/link.yaml")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"bad.yaml":      `bad.yaml:2:10: unknown key "prots" in targets.shop: did you mean ports?`,
		"circle.yaml":   "circle.yaml:1:10: extends \"circle.yaml\": more than 8 files extend each other",
		"broken.yaml":   "broken.yaml:2:1: did not find expected node content",
		"none.yaml":     `own.yaml:1:10: extends "none.yaml": there is no such file`,
		"../x.yaml":     "own.yaml:1:10: extends \"../x.yaml\": want a file beside the scenario",
		"/etc/hostname": "own.yaml:1:10: extends \"/etc/hostname\": want a file beside the scenario",
		"[a]":           "own.yaml:1:10: extends: want one file, such as base/shop.yaml, have a list",
		"":              "own.yaml:1:9: extends: want one file, such as base/shop.yaml, have nothing",
		"list.yaml":     `own.yaml:1:10: extends "list.yaml": it holds a list, and no scenario`,
		"nested.yaml":   `nested.yaml:1:10: extends "link.yaml": want a file beside the scenario`,
	} {
		if _, problems := read("extends: " + name +
			"\nname: x\n"); !strings.Contains(problems.Error(), want) {
			t.Errorf("%s: have %v, want %s", name, problems, want)
		}
	}
	for _, name := range []string{"link.yaml", "sub/nested.yaml"} {
		if _, problems := read("extends: " + name +
			"\nname: x\n"); !strings.Contains(problems.Error(), "want a file beside the scenario") {
			t.Errorf("%s, a link out of the folder: %v", name, problems)
		}
	}
}

// What a scenario says goes before what it extends, however either is written.
func TestExtendsInAnyWords(t *testing.T) {
	dir := t.TempDir()
	read := func(base, own string) (*Scenario, Problems) {
		t.Helper()
		for name, text := range map[string]string{"base.yaml": base, "own.yaml": own} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		s, _, problems := Decode(filepath.Join(dir, "own.yaml"), []byte("extends: base.yaml\n"+own),
			os.DirFS(dir))
		return s, problems
	}
	// A key's old name and its new one are two words for one thing: which is meant is not
	// guessed.
	for base, own := range map[string]string{
		"phases: {fault: 10s}\n":             "phases: {hold: 33s}\n",
		"phases: {hold: 10s}\n":              "phases: {fault: 33s}\n",
		"sla: {thresholds: [\"a\"]}\n":       "sla: {keep: [\"b\"]}\n",
		"name: x\n":                          "phases: {hold: 9s, fault: 10s}\n",
		"summary: x\n":                       "phases: {fault: 10s, hold: 9s}\n",
		"name: y\nphases: {recovery: 10s}\n": "phases: {hold: 9s, <<: {fault: 10s}}\n",
	} {
		if _, problems := read(base, own); !strings.Contains(problems.Error(), "both stand there") {
			t.Errorf("%q over %q: %v", own, base, problems)
		}
	}
	s, problems := read("load: {page: {rate: 100/s, users: 7}}\n",
		"load: {other: &o {rate: 7/s}, page: {<<: *o}}\n")
	if len(problems) > 0 || s.Load["page"].Rate != 7 || s.Load["page"].Users != 7 {
		t.Errorf("what is merged is one's own: %+v, %v", s.Load["page"], problems)
	}
	s, problems = read("targets: {a: {image: x, cpus: 1}, b: {image: y}}\nfaults: {f: {refuse: {link: l}}}\nwatch: {w: {tcp: {address: a}}}\n",
		"targets: {a: {image: null, lab: {web: {}}}, b: null}\nfaults: {}\nwatch: {w: {tcp: ~, http: {url: u}}}\n")
	if a := s.Targets["a"]; len(problems) > 0 || len(s.Targets) != 1 || a.Image != "" ||
		a.Lab == nil || a.CPUs != 1 || s.Faults == nil || len(s.Faults) != 0 ||
		s.Watch["w"].TCP != nil || s.Watch["w"].HTTP == nil {
		t.Errorf("null takes away: %+v, %+v, %v", s.Targets, s.Faults, problems)
	}
	_, problems = read("targets:\n  a: {image: x, files: {a: b}, prots: 1}\n",
		"targets: {a: {cpus: 1}}\n")
	if !strings.Contains(problems.Error(), "base.yaml:2:") {
		t.Errorf("a key of the base: %v", problems)
	}
	s, problems = read("targets: {a: {env: {K: v}, command: [x]}}\nname: n\n", "summary: s\n")
	for _, keys := range [][]string{{"targets", "a", "env", "K"}, {"targets", "a", "command", "0"}, {"targets", "a"}} {
		if file, _, _ := s.Places().Find(keys); len(problems) > 0 ||
			!strings.HasSuffix(file, "base.yaml") {
			t.Errorf("%v stands in %q, %v", keys, file, problems)
		}
	}
	// Aliases that multiply on both sides, and one that is its own part.
	bomb := "t0: &t0 {a: 1}\n"
	for i := range 40 {
		bomb += fmt.Sprintf("t%d: &t%d {p: *t%d, q: *t%d}\n", i+1, i+1, i, i)
	}
	for _, text := range []string{bomb, "targets: &t {a: *t}\n"} {
		if _, problems := read(text, text); len(problems) == 0 {
			t.Errorf("%.20q… over itself: no problem", text)
		}
	}
	s, problems = read("load: {page: {rate: &r 100/s, users: 7}, more: {rate: *r}}\n",
		"load: {page: {rate: 50/s}}\n")
	text, err := s.Resolved()
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	if again, _, problems := Decode("x.yaml", text, nil); len(problems) > 0 ||
		again.Load["more"].Rate != 100 || again.Load["page"].Rate != 50 {
		t.Errorf("resolved: %v\n%s", problems, text)
	}
}
