package scenarios

import (
	"fmt"
	"strings"
	"testing"
)

// Mappings merge as YAML 1.1 has it: what stands there itself goes before what is merged,
// and the first of several before the next.
func TestMerge(t *testing.T) {
	const text = `name: x
targets:
  base: &web
    lab: {web: {}}
    ports: [8080]
    cpus: 1
  small: {<<: *web, cpus: 0.5}
  several: {<<: [{cpus: 2}, *web]}
load:
  page: &users {to: "http://base:8080/", rate: 100/s}
  more: {<<: *users, rate: 200/s}
`
	s, whole, problems := Decode("x.yaml", []byte(text), nil)
	if len(problems) > 0 || !whole {
		t.Fatal(problems)
	}
	if g := s.Load["more"]; g.Rate != 200 || g.To != s.Load["page"].To {
		t.Errorf("more: %+v", g)
	}
	for name, cpus := range map[string]float64{"base": 1, "small": 0.5, "several": 2} {
		if x := s.Targets[name]; x.CPUs != cpus || len(x.Ports) != 1 || x.Lab == nil ||
			x.Lab.Web == nil {
			t.Errorf("%s: %+v", name, x)
		}
	}
	for part, want := range map[string]string{
		"{<<: 5}":         "x.yaml:1:19: want the alias of a mapping, or a list of them, to merge, have \"5\"",
		"{<<: {cpu: 5}}":  `x.yaml:1:20: unknown key "cpu" in targets.a: did you mean cpus?`,
		"{<<: [[], [5]]}": "to merge, have \"5\"",
	} {
		_, _, problems := Decode("x.yaml", []byte("targets: {a: "+part+"}"), nil)
		if !strings.Contains(problems.Error(), want) {
			t.Errorf("%s: have %v, want %s", part, problems, want)
		}
	}
	// Each level has the one before it twice.
	bomb := "name: x\ntargets:\n  t0: &t0 {cpus: 1}\n"
	for i := range 30 {
		bomb += fmt.Sprintf("  t%d: &t%d {<<: [*t%d, *t%d]}\n", i+1, i+1, i, i)
	}
	if _, whole, problems := Decode("x.yaml", []byte(bomb), nil); whole ||
		!strings.Contains(problems.Error(), "merges more than a scenario can hold") {
		t.Errorf("a bomb: whole %t, %v", whole, problems)
	}
}
