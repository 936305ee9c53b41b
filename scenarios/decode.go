package scenarios

import (
	"bytes"
	"cmp"
	"encoding"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// decoder reads YAML into a scenario's types. It does what yaml's own
// KnownFields does, and keeps for every part its place, so that what is wrong
// in sense can be pointed at as exactly as what is wrong in form; and it goes on
// after an error, so that one look shows them all.
type decoder struct {
	file     string
	places   *Places
	problems Problems
	notes    []string
	visited  int
	from     map[*yaml.Node]string // files of the parts that are not the scenario's own
	// what it extends could not be read, so that what it lacks is no news
	broken bool
}

// Bounds of what a scenario can hold, against a file of aliases that multiply.
const (
	mostDepth = 50
	mostNodes = 100_000
)

// decode reads data into s.
func (d *decoder) decode(data []byte, s *Scenario, with []string) {
	root := d.parse(data)
	if root == nil {
		return
	}
	d.places.at[Path()] = d.placeOf(root)
	if k := indexOf(root, "services"); k >= 0 && indexOf(root, "targets") < 0 {
		d.add(d.placeOf(root.Content[k]),
			"this is a Compose file, and no scenario: stormdrill init FILE writes one to begin "+
				"with; a service becomes a target, with its image, ports and environment (env), "+
				"and "+
				"uses where it has depends_on")
		return
	}
	root = d.overlaid(d.extended(root, s, d.file, 0), s, with)
	s.resolved = root
	d.value(root, reflect.ValueOf(s).Elem(), nil)
}

// parse gives a document's root; nil where it has been said why there is none.
func (d *decoder) parse(data []byte) *yaml.Node {
	if empty(data) {
		d.add(place{line: 1, column: 1},
			"the file holds no scenario: stormdrill init writes one to begin with")
		return nil
	}
	var doc yaml.Node
	if err := yaml.Load(data, &doc); err != nil {
		d.syntax(err, data)
		return nil
	}
	normal(&doc, false)
	if doc.Kind == yaml.DocumentNode && len(doc.Content) > 0 {
		return doc.Content[0]
	}
	return &doc
}

// empty: there is not one document of YAML, comments apart.
func empty(data []byte) bool {
	l, err := yaml.NewLoader(bytes.NewReader(data))
	if err != nil {
		return false // which is reported where the file is read
	}
	return errors.Is(l.Load(new(yaml.Node)), io.EOF)
}

// syntax reports what is no YAML at all.
func (d *decoder) syntax(err error, data []byte) {
	lines := strings.Split(string(data), "\n")
	say := func(line, column int, text string) {
		if line > 0 && line <= len(lines) {
			text += slipped(lines, line)
		}
		d.add(place{line: line, column: column}, "%s", text)
	}
	var many *yaml.LoadErrors
	var one *yaml.LoadError
	switch {
	case documents(lines) > 1:
		d.add(place{line: 1, column: 1}, "a file holds one scenario: split it at ---")
	case errors.As(err, &many):
		for _, e := range many.Errors {
			say(e.Mark.Line, e.Mark.Column, e.Message)
		}
	case errors.As(err, &one):
		say(one.Mark.Line, one.Mark.Column, one.Message)
	default:
		d.add(place{line: 1, column: 1}, "%s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
}

var (
	starred = regexp.MustCompile(`[\[{:,]\s*\*\s*->`)
	tabbed  = regexp.MustCompile(`^ *\t`)
	divided = regexp.MustCompile(`^---(\s|$)`)
	// a key, and a plain text with another colon that a blank follows
	coloned = regexp.MustCompile(`^\s*(- )?[^\s:#"'{\[]+:\s+[^\s"'{\[|>#&*!][^#]*?:(\s|$)`)
)

// slipped is what is likely wrong with a line, counted from 1, that is no YAML.
func slipped(lines []string, n int) string {
	line := lines[n-1]
	switch {
	case coloned.MatchString(line):
		return "; quote a text that has a colon followed by a blank"
	case leftOpen(lines[:n-1]) > 0:
		return fmt.Sprintf("; is a { or [ of line %d left open?", leftOpen(lines[:n-1]))
	case starred.MatchString(line):
		return `; in YAML * begins an alias: quote it, such as "* -> web"`
	case tabbed.MatchString(line):
		return "; a tab indents this line: want spaces"
	}
	return ""
}

// documents counts them, by the lines that divide them.
func documents(lines []string) int {
	n, said := 1, false
	for _, l := range lines {
		text := strings.TrimSpace(l)
		switch {
		case divided.MatchString(l):
			if said {
				n++
			}
			said = false
		case text != "" && !strings.HasPrefix(text, "#"):
			said = true
		}
	}
	return n
}

func (d *decoder) add(at place, format string, args ...any) {
	d.problems = append(d.problems, Problem{File: cmp.Or(at.file, d.file), Line: max(1, at.line),
		Column: max(1, at.column), Text: fmt.Sprintf(format, args...)})
}

// placeOf is where a part was read.
func (d *decoder) placeOf(n *yaml.Node) place {
	return place{max(1, n.Line), max(1, n.Column), d.from[n]}
}

// wrong reports a part that cannot be read.
func (d *decoder) wrong(n *yaml.Node, keys []string, format string, args ...any) {
	d.places.bad[Path(keys...)] = true
	d.add(d.placeOf(n), format, args...)
}

// value reads n, which stands at keys, into v.
func (d *decoder) value(n *yaml.Node, v reflect.Value, keys []string) {
	if d.visited++; d.visited > mostNodes || len(keys) > mostDepth {
		if d.visited <= mostNodes+1 {
			d.wrong(n, keys, "the file holds more than a scenario can, %d parts: are aliases "+
				"multiplying?", mostNodes)
		}
		return
	}
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if v.Kind() == reflect.Pointer {
		if null(n) && v.Type().Elem().Kind() != reflect.Struct {
			return
		}
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	if n.Kind == yaml.ScalarNode && !null(n) && leaf(v) {
		d.scalar(n, v, keys)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.object(n, v, keys)
	case reflect.Map:
		d.entries(n, v, keys)
	case reflect.Slice:
		d.list(n, v, keys)
	default:
		d.wrong(n, keys, "want %s, have %s", expected(v.Type()), described(n))
	}
}

// object reads a mapping into a struct.
func (d *decoder) object(n *yaml.Node, v reflect.Value, keys []string) {
	if null(n) {
		return
	}
	fields := fieldsOf(v.Type())
	if i := alone(fields); i >= 0 {
		switch f := v.FieldByIndex(fields[i].index); {
		case n.Kind == yaml.SequenceNode && f.Kind() == reflect.Slice:
			d.list(n, f, append(slices.Clip(keys), fields[i].name))
			return
		case n.Kind == yaml.ScalarNode && leaf(f):
			d.scalar(n, f, keys)
			return
		}
	}
	d.mapping(n, v.Type(), keys, func(key, value *yaml.Node) {
		i := slices.IndexFunc(fields, func(f field) bool {
			return f.name == key.Value || f.was != "" && f.was == key.Value
		})
		if i >= 0 && fields[i].was != "" &&
			d.places.at[Path(append(slices.Clip(keys), fields[i].name)...)] != (place{}) {
			d.add(d.placeOf(key), "%s%s was called %s before, and both stand there: want one of "+
				"the two", fields[i].name, within(keys), fields[i].was)
			return
		}
		if i >= 0 && fields[i].was == key.Value {
			d.renamed(key, fields[i].name, keys)
			key = d.copied(key, func(k *yaml.Node) { k.Value = fields[i].name })
		}
		if i < 0 {
			d.unknown(key, value, n, v.Type(), keys)
			return
		}
		d.enter(key, value, v.FieldByIndex(fields[i].index), keys)
	})
}

// renamed notes a key's name of before.
func (d *decoder) renamed(key *yaml.Node, name string, keys []string) {
	d.notes = append(d.notes, fmt.Sprintf("%s:%d:%d: %s%s is called %s now; the old name is read "+
		"for a release",
		cmp.Or(d.from[key], d.file), key.Line, key.Column, key.Value, within(keys), name))
}

// entries reads a mapping into a map.
func (d *decoder) entries(n *yaml.Node, v reflect.Value, keys []string) {
	if null(n) {
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	if d.nameless(n, v.Type(), keys) {
		return
	}
	d.mapping(n, v.Type(), keys, func(key, value *yaml.Node) {
		e := reflect.New(v.Type().Elem()).Elem()
		if e.Kind() == reflect.String {
			value = d.asText(value)
		}
		d.enter(key, value, e, keys)
		v.SetMapIndex(reflect.ValueOf(key.Value), e)
	})
}

// nameless reports a mapping of names whose keys are those of one entry: the name above them
// lacks, and each key would be reported as a name.
func (d *decoder) nameless(n *yaml.Node, t reflect.Type, keys []string) bool {
	entry := structOf(t.Elem())
	if entry == nil || alone(fieldsOf(entry)) >= 0 || n.Kind != yaml.MappingNode {
		return false
	}
	lacks := false
	for i := 0; i+1 < len(n.Content); i += 2 {
		if !has(entry, n.Content[i].Value) {
			return false
		}
		value := target(n.Content[i+1])
		lacks = lacks || value.Kind == yaml.SequenceNode ||
			value.Kind == yaml.ScalarNode && !null(value) || isKind(n.Content[i], value, entry)
	}
	if lacks {
		first := n.Content[0]
		d.wrong(first, keys, "%s: want a name above %s: write {NAME: {%s: …}}",
			strings.Join(keys, "."), first.Value, first.Value)
	}
	return lacks
}

// isKind says whether a mapping can be read as what the entry has under the key, and not as an
// entry of that name: kill: {target: app-1}.
func isKind(key, n *yaml.Node, entry reflect.Type) bool {
	fields := fieldsOf(entry)
	i := slices.IndexFunc(fields, func(f field) bool { return f.name == key.Value })
	kind := structOf(entry.FieldByIndex(fields[i].index).Type)
	for k := 0; k+1 < len(n.Content); k += 2 {
		if name := n.Content[k].Value; !has(kind, name) || has(entry, name) {
			return false
		}
	}
	return len(n.Content) > 0
}

// enter reads the value of one key. A scalar is found by its own place, a
// mapping or list by its key's.
func (d *decoder) enter(key, value *yaml.Node, v reflect.Value, keys []string) {
	keys = append(slices.Clip(keys), key.Value)
	at := key
	if value.Kind == yaml.ScalarNode && !null(value) {
		at = value
	}
	d.places.at[Path(keys...)] = d.placeOf(at)
	d.value(value, v, keys)
}

// mapping goes over the entries of a mapping with plain, distinct keys.
func (d *decoder) mapping(n *yaml.Node, t reflect.Type, keys []string,
	each func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		rather := insteadOf(n, t)
		if n.Kind == yaml.SequenceNode && t.Kind() == reflect.Map && !ofDurations(t) {
			rather = ": write {NAME: …}"
		}
		d.wrong(n, keys, "want %s, have %s%s", expected(t), described(n), rather)
		return
	}
	first := map[string]int{}
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch line, twice := first[key.Value]; {
		case key.Kind != yaml.ScalarNode:
			d.wrong(key, keys, "want a plain name for a key, have %s", described(key))
		case key.Tag == mergeTag && len(merged) > 0:
			d.wrong(key, keys, "duplicate key <<%s: give it a list, <<: [*a, *b]", within(keys))
		case key.Tag == mergeTag:
			merged = d.merged(n.Content[i+1], keys, 0)
		case twice:
			d.add(d.placeOf(key), "duplicate key %q%s: it stands in line %d already", key.Value,
				within(keys), line)
		default:
			first[key.Value] = key.Line
			each(key, n.Content[i+1])
		}
	}
	for i := 0; i+1 < len(merged); i += 2 { // what stands there itself goes before it
		if key := merged[i]; first[key.Value] == 0 {
			first[key.Value] = key.Line
			each(key, merged[i+1])
		}
	}
}

// list reads a sequence into a slice.
func (d *decoder) list(n *yaml.Node, v reflect.Value, keys []string) {
	if null(n) {
		return
	}
	if n.Kind != yaml.SequenceNode {
		d.wrong(n, keys, "want %s, have %s%s", expected(v.Type()), described(n),
			insteadOf(n, v.Type()))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, e := range n.Content {
		at := append(slices.Clip(keys), strconv.Itoa(i))
		d.places.at[Path(at...)] = d.placeOf(e)
		if v.Type().Elem().Kind() == reflect.String {
			e = d.asText(e)
		}
		d.value(e, v.Index(i), at)
	}
}

// leaf says whether v is written as a scalar.
func leaf(v reflect.Value) bool {
	if _, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return true
	}
	switch v.Kind() {
	case reflect.Struct, reflect.Map, reflect.Slice:
		return false
	}
	return true
}

func null(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

var durationType = reflect.TypeFor[time.Duration]()
