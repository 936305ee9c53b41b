package library

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"
)

// fails begins the line of a shipped drill's header that says what makes it fail:
//
//	# fails: PATH = VALUE; without PATH
//
// PATH names keys from the top, with dots; VALUE is YAML. A drill that cannot fail
// is not shipped.
const fails = "# fails: "

// Sibling gives a shipped drill, changed so that it fails, and the change as its
// header has it.
func Sibling(name string) (data []byte, change string, err error) {
	if data, _, err = Open(name); err != nil {
		return nil, "", err
	}
	if data, change, err = SiblingOf(data); err != nil {
		return nil, "", fmt.Errorf("drill %s: %w", name, err)
	}
	return data, change, nil
}

// SiblingOf gives any drill with such a header, changed in the same way.
func SiblingOf(drill []byte) (data []byte, change string, err error) {
	for line := range strings.Lines(string(drill)) {
		if text, ok := strings.CutPrefix(line, fails); ok {
			change = strings.TrimSpace(text)
		}
	}
	if change == "" {
		return nil, "", fmt.Errorf("no line %q in its header", strings.TrimSpace(fails))
	}
	if data, err = changed(drill, change); err != nil {
		return nil, "", fmt.Errorf("%q: %w", change, err)
	}
	return data, change, nil
}

// changed makes the edits of a header in a file.
func changed(data []byte, change string) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	for edit := range strings.SplitSeq(change, "; ") {
		path, text, set := strings.Cut(edit, " = ")
		path, without := strings.CutPrefix(path, "without ")
		if set == without {
			return nil, fmt.Errorf("%q: want PATH = VALUE, or without PATH", edit)
		}
		var value *yaml.Node
		if set {
			var v yaml.Node
			if err := yaml.Unmarshal([]byte(text), &v); err != nil || len(v.Content) != 1 {
				return nil, fmt.Errorf("%q is no value", text)
			}
			value = v.Content[0]
		}
		if !put(doc.Content[0], strings.Split(path, "."), value) {
			return nil, fmt.Errorf("there is no %s", path)
		}
	}
	return yaml.Marshal(&doc)
}

// put sets a key's value, or takes the key away where there is none; it tells
// whether there is such a place.
func put(n *yaml.Node, path []string, value *yaml.Node) bool {
	if n.Kind != yaml.MappingNode {
		return false
	}
	for i := 0; i < len(n.Content); i += 2 {
		switch {
		case n.Content[i].Value != path[0]:
		case len(path) > 1:
			return put(n.Content[i+1], path[1:], value)
		case value == nil:
			n.Content = append(n.Content[:i], n.Content[i+2:]...)
			return true
		default:
			n.Content[i+1] = value
			return true
		}
	}
	if value == nil || len(path) > 1 {
		return false
	}
	n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: path[0]}, value)
	return true
}
