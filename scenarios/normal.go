package scenarios

import (
	"slices"

	"go.yaml.in/yaml/v4"
	"golang.org/x/text/unicode/norm"
)

// naming are the keys whose values are names, or name parts of the drill. Other text, such as a
// request's body, is what its author wrote.
var naming = []string{"name", "link", "from", "as", "of", "when", "thresholds", "keep"}

// normal puts keys and names into Unicode's NFC: names that are the same text, typed in two
// ways, are one name.
func normal(n *yaml.Node, name bool) {
	if n.Kind == yaml.ScalarNode && name {
		n.Value = norm.NFC.String(n.Value)
	}
	if n.Kind != yaml.MappingNode {
		for _, c := range n.Content {
			normal(c, name)
		}
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		normal(key, true)
		normal(n.Content[i+1], slices.Contains(naming, key.Value))
	}
}
