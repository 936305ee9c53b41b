package scenarios

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"

	"go.yaml.in/yaml/v4"
)

// extendsKey names the file that a scenario adds to.
const extendsKey = "extends"

// mostExtended bounds how many files extend each other.
const mostExtended = 8

// extended puts a scenario's own parts over those of the file that it extends.
func (d *decoder) extended(root *yaml.Node, s *Scenario, file string, depth int) *yaml.Node {
	root = d.flat(root)
	k := indexOf(root, extendsKey)
	if k < 0 {
		return root
	}
	name := target(root.Content[k+1])
	under := d.base(name, s, file, depth)
	if under == nil {
		d.broken = true
		return root
	}
	from := filepath.Join(filepath.Dir(file), filepath.FromSlash(name.Value))
	d.mark(under, from)
	return d.over(d.extended(under, s, from, depth+1), root, 0)
}

// base reads the file that is extended; nil where it has been said what is wrong with it.
func (d *decoder) base(name *yaml.Node, s *Scenario, file string, depth int) *yaml.Node {
	wrong := func(format string, args ...any) *yaml.Node {
		d.wrong(name, []string{extendsKey}, format, args...)
		return nil
	}
	if name.Kind != yaml.ScalarNode || null(name) || name.Value == "" {
		return wrong("extends: want one file, such as base/shop.yaml, have %s", described(name))
	}
	from := filepath.Join(filepath.Dir(file), filepath.FromSlash(name.Value))
	switch {
	case !filepath.IsLocal(filepath.FromSlash(name.Value)) || s.leaves(from):
		return wrong("extends %q: want a file beside the scenario, or in a folder there",
			name.Value)
	case depth == mostExtended:
		return wrong("extends %q: more than %d files extend each other: do they in a circle?",
			name.Value, mostExtended)
	}
	data, err := ReadText(from)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return wrong("extends %q: there is no such file beside this one; for a shipped drill, "+
			"stormdrill init --from NAME FILE", name.Value)
	case err != nil:
		return wrong("extends: %v", err)
	}
	below := decoder{file: from, places: d.places}
	root := below.parse(data)
	d.problems = append(d.problems, below.problems...)
	if root != nil && root.Kind != yaml.MappingNode {
		return wrong("extends %q: it holds %s, and no scenario", name.Value, described(root))
	}
	return root
}

// leaves: a file is not in the scenario's folder, links followed.
func (s *Scenario) leaves(file string) bool {
	inside, err := filepath.Rel(filepath.Dir(s.File), file)
	return err != nil || s.Outside(inside)
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

// over merges a mapping's keys into another's, what either merges by << being its own. Null
// takes a key away, and an empty mapping stands in place of what was there.
func (d *decoder) over(base, own *yaml.Node, depth int) *yaml.Node {
	base, own = target(base), target(own)
	if base.Kind != yaml.MappingNode || own.Kind != yaml.MappingNode || len(own.Content) == 0 {
		return own
	}
	if d.visited += len(base.Content) + len(own.Content); d.visited > mostNodes ||
		depth > mostDepth {
		d.wrong(own, nil, "the file holds more than a scenario can, %d parts: are aliases "+
			"multiplying?", mostNodes)
		return own
	}
	base, own = d.flat(base), d.flat(own)
	return d.copied(own, func(out *yaml.Node) {
		out.Content = nil
		for i := 0; i+1 < len(own.Content); i += 2 {
			key, value := own.Content[i], own.Content[i+1]
			if k := indexOf(base, key.Value); k >= 0 {
				if null(target(value)) {
					continue
				}
				value = d.over(base.Content[k+1], value, depth+1)
			}
			out.Content = append(out.Content, key, value)
		}
		for i := 0; i+1 < len(base.Content); i += 2 {
			if indexOf(own, base.Content[i].Value) < 0 {
				out.Content = append(out.Content, base.Content[i], base.Content[i+1])
			}
		}
	})
}

// target is what an alias stands for.
func target(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// flat is a mapping with what it merges by << among its own keys.
func (d *decoder) flat(n *yaml.Node) *yaml.Node {
	if n.Kind != yaml.MappingNode || !slices.ContainsFunc(n.Content,
		func(c *yaml.Node) bool { return c.Tag == mergeTag }) {
		return n
	}
	return d.copied(n, func(out *yaml.Node) {
		out.Content = nil
		var merged []*yaml.Node
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Tag == mergeTag {
				merged = append(merged, d.merged(n.Content[i+1], nil, 0)...)
			} else {
				out.Content = append(out.Content, n.Content[i], n.Content[i+1])
			}
		}
		for i := 0; i+1 < len(merged); i += 2 {
			if indexOf(out, merged[i].Value) < 0 {
				out.Content = append(out.Content, merged[i], merged[i+1])
			}
		}
	})
}

// copied is a part with something changed, at the same place.
func (d *decoder) copied(n *yaml.Node, change func(*yaml.Node)) *yaml.Node {
	out := *n
	change(&out)
	if file := d.from[n]; file != "" {
		d.from[&out] = file
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

// Resolved is the scenario as one text, with what it extends, merges and names by aliases in
// its place; secrets are as they are written.
func (s *Scenario) Resolved() ([]byte, error) {
	left := mostNodes
	root := whole(s.resolved, &left, 0)
	if root == nil {
		return nil, errors.New("it holds more than a scenario can: are aliases multiplying?")
	}
	if k := indexOf(root, extendsKey); k >= 0 {
		root.Content = slices.Delete(root.Content, k, k+2)
	}
	return yaml.Dump(root)
}

// whole is a part with what its aliases stand for; nil where that is more than a scenario holds.
func whole(n *yaml.Node, left *int, depth int) *yaml.Node {
	if *left--; *left < 0 || depth > mostDepth {
		return nil
	}
	out := *target(n)
	out.Anchor, out.Content = "", slices.Clone(target(n).Content)
	for i, c := range out.Content {
		if out.Content[i] = whole(c, left, depth+1); out.Content[i] == nil {
			return nil
		}
	}
	return &out
}
