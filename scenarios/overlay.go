package scenarios

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Overlays are files whose parts are laid over each drill, the later over the earlier ones: a
// user's monitoring, for example. They are merged as what a scenario says is over what it
// extends, but add parts of a name and do not change those that the drill has. Files that an
// overlay names stand beside it.

// named sections of a scenario: each entry has a name of its own.
var namedSections = []string{"targets", "load", "faults", "watch", "steer"}

// keptKeys are the drill's own, which no overlay says.
var keptKeys = []string{extendsKey, "version", "name", "summary"}

// overlaid lays overlays over a scenario.
func (d *decoder) overlaid(root *yaml.Node, s *Scenario, with []string) *yaml.Node {
	for _, file := range with {
		over := d.overlay(file)
		if over == nil {
			d.broken = true
			continue
		}
		d.apart(root, over)
		if dir, err := filepath.Abs(filepath.Dir(file)); err == nil {
			beside(over, dir)
			s.beside = append(s.beside, dir)
		}
		root = d.over(root, over, 0)
	}
	return root
}

// overlay reads an overlay; nil where it has been said what is wrong with it.
func (d *decoder) overlay(file string) *yaml.Node {
	data, err := ReadText(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.problems = append(d.problems, Problem{File: file, Text: "there is no such file"})
		return nil
	case err != nil:
		d.problems = append(d.problems, Problem{File: file, Text: err.Error()})
		return nil
	}
	if empty(data) {
		d.problems = append(d.problems, Problem{File: file, Line: 1, Column: 1,
			Text: "the file holds nothing to lay over a drill"})
		return nil
	}
	below := decoder{file: file, places: d.places}
	root := below.parse(data)
	d.problems = append(d.problems, below.problems...)
	if root == nil {
		return nil
	}
	d.mark(root, file)
	if root.Kind != yaml.MappingNode {
		d.wrong(root, nil, "it holds %s, and no parts of a scenario", described(root))
		return nil
	}
	return d.flat(root)
}

// apart reports what of an overlay the drill has itself.
func (d *decoder) apart(root, over *yaml.Node) {
	for i := 0; i+1 < len(over.Content); i += 2 {
		key := over.Content[i]
		if slices.Contains(keptKeys, key.Value) {
			d.wrong(key, []string{key.Value},
				"%s: what is laid over drills says none: each keeps its own", key.Value)
		}
		at := indexOf(root, key.Value)
		if at < 0 || !slices.Contains(namedSections, key.Value) {
			continue
		}
		have, own := d.flat(target(root.Content[at+1])), d.flat(target(over.Content[i+1]))
		if own.Kind != yaml.MappingNode {
			continue // which is reported where it is read
		}
		for k := 0; k+1 < len(own.Content); k += 2 {
			name := own.Content[k]
			if n := indexOf(have, name.Value); n >= 0 && !null(target(own.Content[k+1])) {
				at := d.placeOf(have.Content[n])
				d.wrong(name, []string{key.Value, name.Value},
					"%s.%s: %s:%d has one of that name: give what is laid over it another",
					key.Value, name.Value, orOwn(at.file, d.file), at.line)
			}
		}
	}
}

func orOwn(file, own string) string {
	if file == "" {
		return own
	}
	return file
}

// beside makes the paths of files in an overlay lead to its own folder: those of targets'
// files and of what images are built from, and of certificates that users and watchers trust.
func beside(over *yaml.Node, dir string) {
	each(child(over, "targets"), func(t *yaml.Node) {
		each(child(t, "files"), func(file *yaml.Node) { under(file, dir) })
		if b := child(t, "build"); b != nil {
			if b = target(b); indexOf(b, "context") < 0 {
				b.Content = append(b.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: "context"},
					&yaml.Node{Kind: yaml.ScalarNode, Value: "."})
			}
			under(child(b, "context"), dir)
		}
	})
	each(child(over, "load"), func(g *yaml.Node) { under(child(g, "ca"), dir) })
	each(child(over, "watch"), func(w *yaml.Node) {
		each(w, func(kind *yaml.Node) { under(child(kind, "ca"), dir) })
	})
}

// child is the value of a mapping's key; nil where there is none.
func child(n *yaml.Node, key string) *yaml.Node {
	if n == nil {
		return nil
	}
	n = target(n)
	if k := indexOf(n, key); k >= 0 {
		return target(n.Content[k+1])
	}
	return nil
}

// each goes over the values of a mapping.
func each(n *yaml.Node, do func(*yaml.Node)) {
	if n == nil || n.Kind != yaml.MappingNode {
		return
	}
	for i := 1; i < len(n.Content); i += 2 {
		do(target(n.Content[i]))
	}
}

// under makes a path lead to a folder; what the drill itself has is no path.
func under(path *yaml.Node, dir string) {
	if path == nil || path.Kind != yaml.ScalarNode || null(path) || filepath.IsAbs(path.Value) ||
		strings.HasPrefix(path.Value, ownAuthority) {
		return
	}
	path.Value = filepath.Join(dir, filepath.FromSlash(path.Value))
}
