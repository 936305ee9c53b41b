package scenarios

import (
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// mostPlaces is how many places a misplaced key is said to belong to: of one that many
// mappings have, as path, nothing is known.
const mostPlaces = 3

// unknown reports a key that the mapping n, which is read into t and stands at keys, does not have,
// with what it may have been.
func (d *decoder) unknown(key, value, n *yaml.Node, t reflect.Type, keys []string) {
	var names []string
	for _, f := range fieldsOf(t) {
		names = append(names, f.name)
	}
	d.places.bad[Path(append(keys, UnknownKey)...)] = true
	cure := misplaced(key.Value, n, t, keys)
	if aim := otherAim(key, value, t, keys); aim != "" {
		cure = aim
	} else if of := meant(key.Value, names); of != key.Value || cure == "" {
		cure = Listed(of, names)
	}
	d.add(d.placeOf(key), "unknown key %q%s: %s", key.Value, within(keys), cure)
}

// leastKey is how long a key has to be that one slip makes of another: bad and lag are words
// of their own.
const leastKey = 4

// misplaced is the cure for a key that the mapping n, which is read into t and stands at keys,
// does not have, and another mapping has. One slip away from a key that n may still have, it
// may be that. Empty: no mapping has such a key, or too many.
func misplaced(key string, n *yaml.Node, t reflect.Type, keys []string) string {
	for i, k := range keys {
		if k == key && has(typeAt(keys[:i]), key) { // and is no name that was chosen
			return "it stands inside " + key + ": already"
		}
	}
	at := belongs(key, n, t, keys)
	if at == "" {
		return ""
	}
	for _, f := range fieldsOf(t) {
		if len(key) >= leastKey && edits(key, f.name) == 1 && indexOf(n, f.name) < 0 {
			return "did you mean " + f.name + "? " + key + " belongs " + at
		}
	}
	return "it belongs " + at
}

// otherAim is the cure where a fault of links is given a target, or one of targets a link: the
// kind stands last in keys. Empty: it is not about that.
func otherAim(key, value *yaml.Node, t reflect.Type, keys []string) string {
	if len(keys) != 3 || keys[0] != "faults" || value.Kind != yaml.ScalarNode {
		return ""
	}
	_, to, isLink := strings.Cut(value.Value, "->")
	to, _, _ = strings.Cut(strings.TrimSpace(to), ":")
	switch {
	case key.Value == "target" && has(t, "link") && value.Value != "":
		return keys[2] + " is of links: write " + entry("link", "* -> "+value.Value)
	case key.Value == "link" && has(t, "target") && isLink && to != "":
		return keys[2] + " is of targets: write " + entry("target", to)
	}
	return ""
}

// belongs says where a misplaced key belongs: beside or under what stands there, or in another
// part of the scenario.
func belongs(key string, n *yaml.Node, t reflect.Type, keys []string) string {
	if at := around(key, keys); at != "" {
		return at
	}
	for _, written := range []bool{true, false} {
		var under []string
		for _, f := range fieldsOf(t) {
			if k := indexOf(n, f.name); (k >= 0) == written &&
				has(structOf(t.FieldByIndex(f.index).Type), key) {
				under = append(under, f.name+":")
			}
		}
		if len(under) > 0 && len(under) <= mostPlaces {
			return "under " + strings.Join(under, " or ")
		}
	}
	var parts []string
	for _, f := range fieldsOf(scenarioType) {
		switch of := scenarioType.FieldByIndex(f.index).Type; {
		case has(structOf(of), key):
			parts = append(parts, f.name+":")
		case of.Kind() == reflect.Map && has(structOf(of.Elem()), key):
			parts = append(parts, f.name+": NAME:")
		}
	}
	if len(parts) == 0 || len(parts) > mostPlaces {
		return ""
	}
	return "under " + strings.Join(parts, " or ")
}

var scenarioType = reflect.TypeFor[Scenario]()

// around finds a key in the mappings around the one at keys, the nearest first. At the top
// it is one of the parts: a name or a version in a part is not the scenario's.
func around(key string, keys []string) string {
	for n := len(keys) - 1; n > 0; n-- {
		if has(typeAt(keys[:n]), key) {
			return "beside " + keys[n] + within(keys[:n])
		}
	}
	if len(keys) == 0 {
		return ""
	}
	for _, f := range fieldsOf(scenarioType) {
		switch of := scenarioType.FieldByIndex(f.index).Type; {
		case f.name != key:
		case of.Kind() == reflect.Map || structOf(of) != nil:
			return "at the top, beside " + keys[0]
		}
	}
	return ""
}

// typeAt is the struct that the part at keys is read into; nil where it is none.
func typeAt(keys []string) reflect.Type {
	t := scenarioType
	for _, key := range keys {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		switch t.Kind() {
		case reflect.Map, reflect.Slice:
			t = t.Elem()
		case reflect.Struct:
			fields := fieldsOf(t)
			i := slices.IndexFunc(fields, func(f field) bool { return f.name == key })
			if i < 0 {
				return nil
			}
			t = t.FieldByIndex(fields[i].index).Type
		default:
			return nil
		}
	}
	return structOf(t)
}

// structOf is a struct that is written as a mapping; nil where a type is none.
func structOf(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || leaf(reflect.New(t).Elem()) {
		return nil
	}
	return t
}

// has says whether a mapping that is read into t has a key.
func has(t reflect.Type, key string) bool {
	return t != nil && slices.ContainsFunc(fieldsOf(t),
		func(f field) bool { return f.name == key })
}
