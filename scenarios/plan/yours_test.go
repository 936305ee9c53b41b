package plan

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/stormdrill/stormdrill/scenarios/library"
)

// yours begins a line of a shipped drill's header that says which part of its user's own
// belongs in the place of a part:
//
//	# yours: PATH: TEXT
const yours = "# yours: "

// Every shipped drill says so of each target, and of nothing that is not there.
func TestDrillsSayWhatIsYours(t *testing.T) {
	for _, name := range library.Names() {
		data, _, err := library.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		var doc yaml.Node
		if err := yaml.Unmarshal(data, &doc); err != nil {
			t.Fatal(err)
		}
		said := map[string]bool{}
		for line := range strings.Lines(string(data)) {
			text, ok := strings.CutPrefix(line, yours)
			if !ok {
				continue
			}
			path, what, ok := strings.Cut(strings.TrimSpace(text), ": ")
			if !ok || what == "" || partAt(doc.Content[0], path) == nil {
				t.Errorf("%s: %q: want a part of the drill, and what of the user's own belongs there", name,
					line)
			}
			said[path] = true
		}
		targets := partAt(doc.Content[0], "targets")
		for i := 0; i < len(targets.Content); i += 2 {
			if target := "targets." + targets.Content[i].Value; !said[target] {
				t.Errorf("%s: its header has no line %q", name, yours+target+": …")
			}
		}
	}
}

// partAt is what a document has at a path of keys with dots between; nil where there is none.
func partAt(n *yaml.Node, path string) *yaml.Node {
	key, rest, more := strings.Cut(path, ".")
	for i := 0; n.Kind == yaml.MappingNode && i < len(n.Content); i += 2 {
		switch {
		case n.Content[i].Value != key:
		case more:
			return partAt(n.Content[i+1], rest)
		default:
			return n.Content[i+1]
		}
	}
	return nil
}
