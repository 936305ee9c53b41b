package plan

import (
	"errors"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/stormdrill/stormdrill/scenarios"
)

// Wherever a scenario has a key or a value that is very long, what is said of it is short.
func TestLongTextsAreClipped(t *testing.T) {
	for _, file := range []string{"../../testdata/format/bad-lb-node.yaml",
		"../library/primary-lost.yaml", "../../testdata/bad/disk-other.yaml"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for n := 0; ; n++ {
			var doc yaml.Node
			if err := yaml.Load(text, &doc); err != nil {
				t.Fatal(err)
			}
			if n >= len(scalars(&doc)) {
				break
			}
			for _, long := range []string{strings.Repeat("x", 5_000),
				strings.Repeat("a \u202e", 2_000)} {
				at := scalars(&doc)[n]
				was := at.Value
				at.Value = long
				if strings.Contains(was, "->") {
					at.Value = was + long
				}
				changed, err := yaml.Dump(&doc)
				if at.Value = was; err != nil {
					t.Fatal(err)
				}
				_, err = Parse(file, changed)
				var all scenarios.Problems
				errors.As(err, &all)
				for _, p := range all {
					said := p.Error()
					if n := utf8.RuneCountInString(said); n > 2_100 {
						t.Errorf("%s: %q: %d characters: %.300s", file, was, n, said)
					}
				}
			}
		}
	}
}

// scalars are the keys and values in a part.
func scalars(n *yaml.Node) (all []*yaml.Node) {
	if n.Kind == yaml.ScalarNode {
		return []*yaml.Node{n}
	}
	for _, c := range n.Content {
		all = append(all, scalars(c)...)
	}
	return all
}
