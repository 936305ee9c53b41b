package scenarios

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

const drilled = `name: own
targets: {shop: {lab: {web: {}}, ports: [8080]}}
load: {page: {to: "http://shop:8080/", rate: 100/s}}
phases: {baseline: 15s, fault: 10s, recovery: 9s}
watch: {probe: {tcp: {address: "shop:8080"}}}
`

// What is laid over a drill is merged as over what it extends, its files are those beside it,
// wherever the drill stands, and the whole reads as one.
func TestOverlay(t *testing.T) {
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
	write("mon/prometheus.yml", "scrapes")
	over := write("mon/over.yaml", `
targets:
  prometheus:
    image: p
    files: {/p.yml: prometheus.yml, /ca.pem: drill:ca.pem}
    uses: ["*"]
  built: {build: {}}
watch: {alerts: {webhook: {port: 9000}}, probe: null}
phases: {recovery: 30s}
`)
	s, whole, problems := Decode("own.yaml", []byte(drilled), fstest.MapFS{}, over)
	if !whole || len(problems) > 0 {
		t.Fatal(problems)
	}
	files := s.Targets["prometheus"].Files
	if s.Name != "own" || len(s.Targets) != 3 || s.Targets["shop"] == nil || len(s.Watch) != 1 ||
		s.Phases.Recovery.Seconds() != 30 || s.Phases.Hold.Seconds() != 10 ||
		files["/ca.pem"] != "drill:ca.pem" {
		t.Errorf("have %+v", s)
	}
	if text, err := s.ReadFile(files["/p.yml"]); string(text) != "scrapes" || s.Outside(files["/p.yml"]) {
		t.Errorf("%q: %q, %v, outside: %v", files["/p.yml"], text, err, s.Outside(files["/p.yml"]))
	}
	if b := s.Targets["built"].Build; b.Context != filepath.Join(dir, "mon") || s.Outside(b.Context) {
		t.Errorf("built from %q", b.Context)
	}
	if !s.Outside(write("elsewhere", "")) {
		t.Error("a file above the overlay's folder is taken for one of its own")
	}
	if file, line, _ := s.Places().Find([]string{"targets", "prometheus", "image"}); file != over ||
		line != 4 {
		t.Errorf("the image stands in %s:%d", file, line)
	}
	text, err := s.Resolved()
	if err != nil {
		t.Fatal(err)
	}
	again, _, problems := Decode("own.yaml", text, fstest.MapFS{})
	if len(problems) > 0 || again.Targets["prometheus"].Files["/p.yml"] != files["/p.yml"] {
		t.Errorf("%v, resolved:\n%s", problems, text)
	}
}

// What is wrong with an overlay is reported with its own file and place.
func TestOverlayProblems(t *testing.T) {
	dir := t.TempDir()
	over := filepath.Join(dir, "over.yaml")
	for text, want := range map[string]string{
		"\ntargets: {shop: {image: x}}": `over.yaml:2:11: targets.shop: own.yaml:2 has one of that name: give what is laid over it another`,
		"watch:\n  probe: {}":           `over.yaml:2:3: watch.probe: own.yaml:5 has one of that name`,
		"targets: {p: {imgae: x}}":      `over.yaml:1:15: unknown key "imgae" in targets.p: did you mean image?`,
		"name: other":                   "over.yaml:1:1: name: what is laid over drills says none: each keeps its own",
		"extends: a.yaml":               "over.yaml:1:1: extends: what is laid over drills says none",
		"[a]":                           "over.yaml:1:1: it holds a list, and no parts of a scenario",
		"# nothing":                     "over.yaml:1:1: the file holds nothing to lay over a drill",
		"targets: {":                    "over.yaml:2:1: did not find expected node content",
		"targets: [a]":                  "over.yaml:1:10: want",
	} {
		if err := os.WriteFile(over, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, _, problems := Decode("own.yaml", []byte(drilled), fstest.MapFS{}, over)
		if !strings.Contains(problems.Error(), want) {
			t.Errorf("%s: have %v, want %s", text, problems, want)
		}
	}
	_, whole, problems := Decode("own.yaml", []byte(drilled), fstest.MapFS{}, "none.yaml")
	if whole || problems.Error() != "none.yaml: there is no such file" {
		t.Errorf("have %v, whole: %v", problems, whole)
	}
}
