package scenarios

import (
	"reflect"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
)

// insteadOf is the cure for a scalar where a list or a mapping is wanted, for the end of a
// message: what to write in its place. Empty: what was meant is not known. It is pasted as it
// stands, so it is YAML, and nothing in it is cut short.
func insteadOf(n *yaml.Node, t reflect.Type) string {
	if n.Kind != yaml.ScalarNode || null(n) {
		return ""
	}
	var cure string
	switch t.Kind() {
	case reflect.Slice:
		cure = flow(yaml.SequenceNode, elementsOf(n.Value, t)...)
	case reflect.Struct:
		if t == reflect.TypeFor[load.Expect]() {
			return expectOf(n.Value)
		}
		cure = flow(yaml.MappingNode, entryOf(n, t)...)
	}
	if cure == "" || len(cure) > mostQuoted {
		return ""
	}
	return ": write " + cure
}

// elementsOf are the elements of a list that a scalar stands for; none where that is not known.
func elementsOf(text string, t reflect.Type) []string {
	apart := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(", \t", r) })
	switch {
	case t == reflect.TypeFor[[]secret.Text]():
		return commandOf(text)
	case t.Elem().Kind() == reflect.String && strings.Contains(text, ","):
		return trimmed(strings.Split(text, ","))
	case t.Elem().Kind() == reflect.String:
		return trimmed([]string{text}) // a threshold has blanks, and is one
	}
	for _, a := range apart {
		if setScalar(reflect.New(t.Elem()).Elem(), scalarOf(a)) != nil {
			return nil
		}
	}
	return apart
}

// trimmed are texts without the blanks around them, and without those that are empty.
func trimmed(texts []string) (all []string) {
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" {
			all = append(all, t)
		}
	}
	return all
}

// plainWords mean the same to a shell and to who splits at blanks.
var plainWords = regexp.MustCompile(`^[\pL\pN\s_./:=,@%+-]*$`)

// commandOf is a program and its arguments. What only a shell can read is left to one; where an
// entry point takes arguments alone, no shell can.
func commandOf(text string) []string {
	switch {
	case plainWords.MatchString(text):
		return strings.Fields(text)
	case strings.HasPrefix(strings.TrimSpace(text), "-"):
		return nil
	}
	return []string{"sh", "-c", text}
}

// shortcut is a key that a scalar likely means where a mapping is wanted.
type shortcut struct {
	key  string
	fits *regexp.Regexp
}

var shortcuts = map[reflect.Type][]shortcut{
	reflect.TypeFor[Ready](): {{"http", regexp.MustCompile(`^https?://`)},
		{"tcp", regexp.MustCompile(`^[^/\s]+:\d+$`)}},
	reflect.TypeFor[Connections](): {{"per", regexp.MustCompile(`^(request|user)$`)},
		{"live", regexp.MustCompile(``)}},
	reflect.TypeFor[Build](): {{"context", regexp.MustCompile(``)}},
	reflect.TypeFor[Abort](): {{"when", regexp.MustCompile(``)}},
}

// entryOf is the one key and value that a scalar stands for: of those a mapping has to have, if
// it is but one, or a shortcut.
func entryOf(n *yaml.Node, t reflect.Type) []string {
	keys := shortcuts[t]
	var required []shortcut
	for _, f := range fieldsOf(t) {
		if t.FieldByIndex(f.index).Tag.Get("jsonschema") == "required" {
			required = append(required, shortcut{f.name, regexp.MustCompile(``)})
		}
	}
	if len(required) == 1 {
		keys = append(slices.Clip(keys), required...)
	}
	for _, s := range keys {
		fields := fieldsOf(t)
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == s.key })
		v := reflect.New(t.FieldByIndex(fields[i].index).Type).Elem()
		if leaf(v) && v.Kind() != reflect.Pointer && s.fits.MatchString(n.Value) &&
			setScalar(v, n) == nil {
			return []string{s.key, n.Value}
		}
	}
	return nil
}

// expectOf is what a good answer is, written as one status.
func expectOf(text string) string {
	if strings.EqualFold(text, "2xx") {
		return ": 2xx is the default: leave expect out"
	}
	if statuses := flow(yaml.SequenceNode,
		elementsOf(text, reflect.TypeFor[[]int]())...); statuses != "" {
		return ": write " + statuses
	}
	return ": write each status, such as [301, 302]"
}

// entry writes one key and its value, quoted where YAML needs it.
func entry(key, value string) string {
	return strings.TrimSuffix(strings.TrimPrefix(flow(yaml.MappingNode, key, value), "{"), "}")
}

func scalarOf(text string) *yaml.Node {
	var n yaml.Node
	n.SetString(text)
	if isNumber(text) {
		n.Tag = ""
	}
	return &n
}

// flow writes a list or a mapping in one line, quoted where YAML needs it; empty where it has
// nothing.
func flow(kind yaml.Kind, parts ...string) string {
	if len(parts) == 0 {
		return ""
	}
	n := yaml.Node{Kind: kind, Style: yaml.FlowStyle}
	for _, p := range parts {
		n.Content = append(n.Content, scalarOf(p))
	}
	text, err := yaml.Dump(&n, yaml.WithLineWidth(-1))
	if err != nil || strings.Count(string(text), "\n") != 1 {
		return ""
	}
	return strings.TrimSpace(string(text))
}
