package scenarios

import "go.yaml.in/yaml/v4"

// mergeTag is the key << of YAML 1.1: the entries of one mapping, or of several, in another.
const mergeTag = "!!merge"

// merged are the keys and values that a merge brings, the first mapping's before the next's.
func (d *decoder) merged(n *yaml.Node, keys []string, depth int) (all []*yaml.Node) {
	if d.visited += 1 + len(n.Content); d.visited > mostNodes || depth > mostDepth {
		d.wrong(n, keys, "the file merges more than a scenario can hold, %d parts: are aliases "+
			"multiplying?", mostNodes)
		return nil
	}
	switch n.Kind {
	case yaml.AliasNode:
		return d.merged(n.Alias, keys, depth+1)
	case yaml.SequenceNode:
		for _, e := range n.Content {
			all = append(all, d.merged(e, keys, depth+1)...)
		}
		return all
	case yaml.MappingNode:
		var others []*yaml.Node
		for i := 0; i+1 < len(n.Content); i += 2 {
			switch key := n.Content[i]; {
			case key.Tag == mergeTag:
				others = append(others, d.merged(n.Content[i+1], keys, depth+1)...)
			case key.Kind == yaml.ScalarNode:
				all = append(all, key, n.Content[i+1])
			}
		}
		return append(all, others...)
	}
	d.wrong(n, keys, "want the alias of a mapping, or a list of them, to merge, have %s",
		described(n))
	return nil
}
