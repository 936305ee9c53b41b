package scenarios

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"
)

// TestManual holds that docs/scenario.md has every key of the format, with what the
// schema says of it; -update writes that part anew.
func TestManual(t *testing.T) {
	const file, heading = "../docs/scenario.md", "## All keys\n"
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	intro, _, ok := strings.Cut(string(have), heading)
	if !ok {
		t.Fatalf("%s: no heading %q", file, heading)
	}
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	m := manual{t: t, written: map[string]bool{}}
	if err := json.Unmarshal(text, &m.root); err != nil {
		t.Fatal(err)
	}
	m.section("", &m.root)
	want := intro + heading + m.out.String()
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(have) {
		t.Errorf("%s is not what the schema says: go test ./scenarios -run Manual -update", file)
	}
}

// manual writes the schema as one table for each kind of mapping.
type manual struct {
	t       *testing.T
	root    jsonschema.Schema
	written map[string]bool // definitions
	out     strings.Builder
}

// section writes the table of a mapping that is written at a path, and those within it.
func (m *manual) section(path string, s *jsonschema.Schema) {
	type sub struct {
		path string
		of   *jsonschema.Schema
	}
	var below []sub
	title := path
	if title == "" {
		title = "The top"
	} else {
		title = "`" + title + "`"
	}
	fmt.Fprintf(&m.out, "\n### %s\n\n", title)
	if s.Description != "" {
		fmt.Fprintf(&m.out, "%s\n\n", wrapped(sentence(m.plainly(path, s.Description))))
	}
	m.out.WriteString("| key | type | what |\n|---|---|---|\n")
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		key, v := p.Key, p.Value
		if v.Deprecated {
			continue
		}
		kind, of, at := m.kind(v), (*jsonschema.Schema)(nil), strings.TrimPrefix(path+"."+key, ".")
		switch d := m.mapping(v); {
		case d != nil:
			of = d
		case v.AdditionalProperties != nil:
			if of = m.mapping(v.AdditionalProperties); of != nil {
				at += ".NAME"
			}
		case v.Items != nil:
			if of = m.mapping(v.Items); of != nil {
				at += "[]"
			}
		}
		what := v.Description
		if v.Ref != "" && what == "" {
			what = m.definition(v.Ref).Description
		}
		if what == "" {
			m.t.Errorf("%s: no word about it: give its field a comment", at)
		}
		required := ""
		if slices.Contains(s.Required, key) {
			required = ", needed"
		}
		fmt.Fprintf(&m.out, "| `%s` | %s%s | %s |\n", key, kind, required,
			strings.ReplaceAll(m.plainly(key, what), "|", `\|`))
		if of != nil {
			below = append(below, sub{at, of})
		}
	}
	for _, b := range below {
		if name := fmt.Sprintf("%p", b.of); !m.written[name] {
			m.written[name] = true
			m.section(b.path, b.of)
		}
	}
}

// mapping gives the schema of a mapping with keys of its own, which may be written shorter.
func (m *manual) mapping(s *jsonschema.Schema) *jsonschema.Schema {
	if s.Ref != "" {
		s = m.definition(s.Ref)
	}
	for _, o := range s.OneOf {
		if o.Properties != nil {
			return o
		}
	}
	if s.Properties != nil && s.Properties.Len() > 0 {
		return s
	}
	return nil
}

func (m *manual) definition(ref string) *jsonschema.Schema {
	name := strings.TrimPrefix(ref, "#/$defs/")
	d, ok := m.root.Definitions[name]
	if !ok {
		m.t.Fatalf("no definition %q", ref)
	}
	return d
}

// kind is what may be written.
func (m *manual) kind(s *jsonschema.Schema) string {
	switch {
	case s.Ref != "" && m.mapping(s) != nil:
		return "mapping"
	case s.Ref != "":
		return m.kind(m.definition(s.Ref))
	case len(s.Enum) > 0:
		var all []string
		for _, e := range s.Enum {
			if one := fmt.Sprintf("`%v`", e); !slices.Contains(all, one) {
				all = append(all, one)
			}
		}
		return strings.Join(all, ", ")
	case len(s.Examples) > 0:
		return fmt.Sprintf("such as `%v`", s.Examples[0])
	case s.Items != nil:
		return "list"
	case s.AdditionalProperties != nil && s.Type == "object":
		if m.mapping(s.AdditionalProperties) != nil {
			return "by name"
		}
		return "texts by name"
	case len(s.OneOf) > 0:
		return m.kind(s.OneOf[0])
	}
	words := map[string]string{"string": "text", "integer": "number", "number": "number",
		"boolean": "true or false", "object": "mapping"}
	return words[s.Type]
}

// plainly puts the key in the place of the name that its type or field has in Go, with
// which Go's comments begin.
func (m *manual) plainly(path, text string) string {
	first, rest, _ := strings.Cut(text, " ")
	name, colon := strings.CutSuffix(first, ":")
	key := path[strings.LastIndex(path, ".")+1:]
	fold := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "-", "")) }
	_, type1 := m.root.Definitions["scenarios."+name]
	switch {
	case key == "NAME" && type1:
		return "An entry " + rest
	case !type1 && fold(name) != fold(key) || fold(name) == name:
		return text
	case colon:
		return "`" + key + "`: " + rest
	}
	return "`" + key + "` " + rest
}

// sentence ends a description as one.
func sentence(text string) string {
	text = strings.TrimSpace(text)
	if strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}

// wrapped breaks prose at a hundred columns.
func wrapped(text string) string {
	var lines []string
	line := ""
	for _, w := range strings.Fields(text) {
		if line != "" && len([]rune(line))+1+len([]rune(w)) > 100 {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += w
	}
	return strings.Join(append(lines, line), "\n")
}
