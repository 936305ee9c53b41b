package scenarios

import (
	"path/filepath"
	"slices"

	"go.yaml.in/yaml/v4"
)

// extendsKey names the file that a scenario adds to.
const extendsKey = "extends"

// mostExtended bounds how many files extend each other.
const mostExtended = 8

// extended puts a scenario's own parts over those of the file that it extends: mappings are
// merged key by key, and all else stands in place of what was there.
func (d *decoder) extended(root *yaml.Node, s *Scenario, file string, depth int) *yaml.Node {
	k := indexOf(root, extendsKey)
	if k < 0 {
		return root
	}
	name := root.Content[k+1]
	base := filepath.Join(filepath.Dir(file), filepath.FromSlash(name.Value))
	switch {
	case name.Kind != yaml.ScalarNode || name.Value == "":
		return root // the decoder says what it wants
	case !filepath.IsLocal(filepath.FromSlash(name.Value)) || s.Dir != nil && s.Outside(filepath.FromSlash(name.Value)):
		d.wrong(name, []string{extendsKey}, "extends %q: want a file beside the scenario, or in a folder there", name.Value)
		return root
	case depth == mostExtended:
		d.wrong(name, []string{extendsKey}, "extends %q: more than %d files extend each other: do they in a circle?", name.Value, mostExtended)
		return root
	}
	data, err := ReadText(base)
	if err != nil {
		d.wrong(name, []string{extendsKey}, "extends: %v", err)
		return root
	}
	below := decoder{file: base, places: d.places, from: d.from}
	under := below.parse(data)
	d.problems = append(d.problems, below.problems...)
	if under == nil {
		return root
	}
	d.mark(under, base)
	return over(d.extended(under, s, base, depth+1), root)
}

// mark remembers of a part, and all in it, in which file it stands.
func (d *decoder) mark(n *yaml.Node, file string) {
	if d.from == nil {
		d.from = map[*yaml.Node]string{}
	}
	if d.from[n] != "" {
		return
	}
	d.from[n] = file
	for _, c := range n.Content {
		d.mark(c, file)
	}
}

// over merges a mapping's keys into another's.
func over(base, own *yaml.Node) *yaml.Node {
	if own.Kind == yaml.AliasNode {
		own = own.Alias
	}
	if base.Kind == yaml.AliasNode {
		base = base.Alias
	}
	if base.Kind != yaml.MappingNode || own.Kind != yaml.MappingNode {
		return own
	}
	out := *own
	out.Content = slices.Clone(own.Content)
	for i := 0; i+1 < len(base.Content); i += 2 {
		key, value := base.Content[i], base.Content[i+1]
		if k := indexOf(own, key.Value); k < 0 {
			out.Content = append(out.Content, key, value)
		} else {
			out.Content[k+1] = over(value, own.Content[k+1])
		}
	}
	return &out
}

// indexOf is where a mapping has a key; below 0 where it has none.
func indexOf(n *yaml.Node, name string) int {
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == name {
				return i
			}
		}
	}
	return -1
}

// Resolved is the scenario as one text, with what it extends in its place; secrets are as
// they are written.
func (s *Scenario) Resolved() ([]byte, error) {
	root := *s.resolved
	root.Content = slices.Clone(root.Content)
	for i := 0; i+1 < len(root.Content); i += 2 {
		if root.Content[i].Value == extendsKey {
			root.Content = slices.Delete(root.Content, i, i+2)
			break
		}
	}
	return yaml.Dump(&root)
}
