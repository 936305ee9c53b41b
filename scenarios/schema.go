package scenarios

import (
	_ "embed" // for comments
	"encoding/json"
	"reflect"
	"strings"
	"sync"

	"github.com/invopop/jsonschema"

	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// SchemaID names the format that Schema describes.
const SchemaID = "https://github.com/stormdrill/stormdrill/scenario/v1"

// Schema gives the JSON Schema (2020-12) of a scenario, so that an editor can
// complete and check it. It is made from the same types that Load reads into;
// names that refer to each other, and times that depend on each other, are
// beyond it: validate checks those.
func Schema() ([]byte, error) {
	r := jsonschema.Reflector{
		FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true,
		Anonymous: true, ExpandedStruct: true,
		Mapper: quantitySchema, Namer: qualified, LookupComment: comment,
	}
	s := r.Reflect(&Scenario{})
	s.ID = SchemaID
	s.Title = "Stormdrill scenario"
	s.Required = []string{"name", "targets", "load", "phases", "faults", "sla"}
	for _, d := range []struct {
		name   string
		kinds  []Kind
		others []string // kinds that are no pointers
	}{
		{"scenarios.Fault", FaultKinds(), nil},
		{"watch.Config", WatchKinds(), nil},
		{"scenarios.Embedded", kindsOf(reflect.TypeFor[Embedded]()), nil},
		{"scenarios.Target", nil, []string{"image", "build", "lab"}},
		{"scenarios.Ready", nil, []string{"http", "tcp", "log", "health"}},
	} {
		exactlyOne(s.Definitions[d.name], append(KindNames(d.kinds), d.others...))
		describe(s.Definitions[d.name], d.kinds)
	}
	require(s.Definitions, "scenarios.Group", "to", "rate")
	require(s.Definitions, "scenarios.Writes", "read")
	require(s.Definitions, "scenarios.Steer", "when", "from", "names", "to")
	require(s.Definitions, "scenarios.Outages", "every", "for", "as")
	require(s.Definitions, "scenarios.Phases", "baseline", "recovery")
	renames(s.Definitions)
	require(s.Definitions, "scenarios.Abort", "when")
	for _, d := range s.Definitions {
		loosen(d)
	}
	shorten(s.Definitions["load.Expect"], "status")
	shorten(s.Definitions["scenarios.Detection"], "within")
	return json.MarshalIndent(s, "", "  ")
}

// shorten admits in place of a mapping what is written for the one key.
func shorten(s *jsonschema.Schema, key string) {
	whole, list := *s, s.Properties.Value(key)
	whole.Description = ""
	*s = jsonschema.Schema{Description: s.Description, OneOf: []*jsonschema.Schema{list, &whole}}
}

// comments are the doc comments of the types that a scenario is read into, by
// "package.Type" and "package.Type.Field". TestComments keeps them up to date.
//
//go:embed comments.json
var comments []byte

// commented are they, read once; none where they cannot be, which TestComments would show.
var commented = sync.OnceValue(func() (all map[string]string) {
	_ = json.Unmarshal(comments, &all)
	return all
})

// comment is that of a type, or of one of its fields.
func comment(t reflect.Type, field string) string {
	name := qualified(t)
	if field != "" {
		name += "." + field
	}
	return commented()[name]
}

// qualified tells apart types of one name in different packages; a type without
// a name is described where it is used.
func qualified(t reflect.Type) string {
	if t.Name() == "" {
		return ""
	}
	pkg := t.PkgPath()
	return pkg[strings.LastIndex(pkg, "/")+1:] + "." + t.Name()
}

const durationPattern = `^([0-9]+(\.[0-9]*)?(ns|us|µs|ms|s|m|h))+$|^0$`

// quantitySchema describes what is written as text of a form of its own.
func quantitySchema(t reflect.Type) *jsonschema.Schema {
	written := func(pattern, what string, examples ...any) *jsonschema.Schema {
		return &jsonschema.Schema{Type: "string", Pattern: pattern, Description: what,
			Examples: examples}
	}
	switch t {
	case durationType:
		return written(durationPattern, "a duration", "500ms", "2s", "1m30s")
	case reflect.TypeFor[quantity.Rate]():
		return written(`^\s*[0-9.]+\s*/\s*([0-9.]*(ms|s|m|h))\s*$`,
			"events per second, minute, hour or duration", "200/s", "30/m")
	case reflect.TypeFor[quantity.Pace]():
		return written(`^\s*[0-9.]+\s*/\s*([0-9.]*(ms|s|m|h))\s*$|^\s*[x×]\s*[0-9.]+\s*$`,
			"events per second, or a multiple of the users' rate", "500/s", "x8")
	case reflect.TypeFor[quantity.Share]():
		return written(`^\s*[0-9.]+\s*%\s*$`, "a percentage", "30%")
	case reflect.TypeFor[quantity.Throughput]():
		return written(`^\s*[0-9.]+\s*(B|[kK]B|[MG]B|[KMG]iB)?/s\s*$`, "bytes per second",
			"64KiB/s")
	case reflect.TypeFor[quantity.Size]():
		s := written(`^\s*[0-9.]+\s*(B|[kK]B|[MG]B|[KMG]iB)?\s*$`, "bytes, with a unit", "64KiB",
			"10MB")
		s.Type = ""
		s.OneOf = []*jsonschema.Schema{{Type: "string", Pattern: s.Pattern}, {Type: "integer"}}
		s.Pattern = ""
		return s
	case reflect.TypeFor[Failing]():
		return &jsonschema.Schema{Enum: []any{"reset", 503, "503", "hang", "slow"}}
	}
	return nil
}

// exactlyOne demands one of the keys and excludes the others.
func exactlyOne(s *jsonschema.Schema, keys []string) {
	for _, k := range keys {
		s.OneOf = append(s.OneOf, &jsonschema.Schema{Required: []string{k}})
	}
}

// describe gives each kind its one line.
func describe(s *jsonschema.Schema, kinds []Kind) {
	for _, k := range kinds {
		if p, ok := s.Properties.Get(k.Name); ok && k.About != "" {
			// Beside a $ref, so that the shared definition stays as it is.
			p.Description = k.About
		}
	}
}

func require(all jsonschema.Definitions, name string, keys ...string) {
	all[name].Required = append(all[name].Required, keys...)
}

// loosen admits numbers and truth values in lists and maps of text, as Load
// does: people write PORT: 8080.
func loosen(s *jsonschema.Schema) {
	if s.Properties == nil {
		return
	}
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		for _, e := range []*jsonschema.Schema{p.Value.Items, p.Value.AdditionalProperties} {
			if e != nil && e.Type == "string" && e.Pattern == "" {
				e.Type = ""
				e.OneOf = []*jsonschema.Schema{{Type: "string"}, {Type: "number"},
					{Type: "boolean"}}
			}
		}
	}
}

// renames admits the names that keys had before.
func renames(all jsonschema.Definitions) {
	for _, of := range []reflect.Type{reflect.TypeFor[Phases](), reflect.TypeFor[SLA]()} {
		s := all[qualified(of)]
		for _, f := range fieldsOf(of) {
			if f.was == "" {
				continue
			}
			p, _ := s.Properties.Get(f.name)
			old := *p
			old.Deprecated = true
			s.Properties.Set(f.was, &old)
		}
	}
	phases := all[qualified(reflect.TypeFor[Phases]())]
	phases.AnyOf = []*jsonschema.Schema{{Required: []string{"fault"}}, {Required: []string{"hold"}}}
}
