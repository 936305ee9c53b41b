package scenarios

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A scenario has what the file that it extends has, where it does not say otherwise; what is
// wrong with either is told with its own file and place; and the whole reads as one.
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
	if s.Name != "own" || len(s.Targets) != 2 || len(s.Targets["shop"].Ports) != 1 || s.Targets["shop"].Lab == nil ||
		p.Baseline.Seconds() != 15 || p.Hold.Seconds() != 20 || p.Recovery.Seconds() != 9 || s.Load["page"].Rate != 100 {
		t.Errorf("have %+v, %+v", s, p)
	}
	if file, line, _ := s.Places().Find([]string{"load", "page", "rate"}); !strings.HasSuffix(file, "all.yaml") || line != 1 {
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
	if len(problems) > 0 || again.Phases != s.Phases || len(again.Targets) != 2 || again.Extends != "" {
		t.Errorf("%v, resolved:\n%s", problems, text)
	}
	write("bad.yaml", "targets:\n  shop: {prots: [1]}\n")
	write("circle.yaml", "extends: circle.yaml\n")
	write("broken.yaml", "{")
	for name, want := range map[string]string{
		"bad.yaml":      `bad.yaml:2:10: unknown key "prots" in targets.shop: did you mean ports?`,
		"circle.yaml":   "circle.yaml:1:10: extends \"circle.yaml\": more than 8 files extend each other",
		"broken.yaml":   "broken.yaml:2:1: did not find expected node content",
		"none.yaml":     "own.yaml:1:10: extends: ",
		"../x.yaml":     "own.yaml:1:10: extends \"../x.yaml\": want a file beside the scenario",
		"/etc/hostname": "own.yaml:1:10: extends \"/etc/hostname\": want a file beside the scenario",
		"[a]":           "own.yaml:1:",
	} {
		if _, problems := read("extends: " + name + "\nname: x\n"); !strings.Contains(problems.Error(), want) {
			t.Errorf("%s: have %v, want %s", name, problems, want)
		}
	}
	if err := os.Symlink("/etc/hostname", filepath.Join(dir, "link.yaml")); err != nil {
		t.Skip(err)
	}
	if _, problems := read("extends: link.yaml\nname: x\n"); !strings.Contains(problems.Error(), "want a file beside the scenario") {
		t.Errorf("a link out of the folder: %v", problems)
	}
}
