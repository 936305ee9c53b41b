package reports

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/campaign"
)

// ScorecardSchema is the JSON Schema (2020-12) of scorecard.json, made from the same
// types that are written.
func ScorecardSchema() ([]byte, error) { return contract(sla.Scorecard{}, sla.Schema) }

// CampaignSchema is that of campaign.json.
func CampaignSchema() ([]byte, error) { return contract(campaign.Card{}, campaign.Schema) }

// contract describes what JSON holds: every field is there, and what may be none is null.
func contract(v any, version string) ([]byte, error) {
	s := described(v)
	s.ID = jsonschema.ID("https://github.com/stormdrill/" + version)
	s.Title = version
	fix(s, "schema", version)
	return json.MarshalIndent(s, "", "  ")
}

// fix lets a property be one text only, where there is one of that name.
func fix(s *jsonschema.Schema, name, text string) {
	if p, ok := s.Properties.Get(name); ok {
		p.Const = text
	}
}

// described is the schema of what JSON holds.
func described(v any) *jsonschema.Schema {
	of := reflect.TypeOf(v)
	r := jsonschema.Reflector{Anonymous: true, ExpandedStruct: true, Mapper: nullable, Namer: named}
	s := r.Reflect(v)
	if s.Definitions == nil {
		s.Definitions = jsonschema.Definitions{}
	}
	s.Definitions[named(of)] = &jsonschema.Schema{Properties: s.Properties}
	optional(of, s.Definitions, map[reflect.Type]bool{saidType: true,
		reflect.TypeFor[sla.Value](): true})
	s.Definitions[named(saidType)] = spokenSchema()
	delete(s.Definitions, named(of))
	return s
}

// spokenSchema describes what the judge says: its values have names that are the code's.
func spokenSchema() *jsonschema.Schema {
	text := &jsonschema.Schema{Type: "string"}
	s := &jsonschema.Schema{Type: "object", Properties: jsonschema.NewProperties(),
		AdditionalProperties: jsonschema.FalseSchema, Required: []string{"code", "values", "text"}}
	s.Properties.Set("code", text)
	s.Properties.Set("values", &jsonschema.Schema{Type: "object",
		AdditionalProperties: &jsonschema.Schema{OneOf: []*jsonschema.Schema{
			{Type: "null"}, text, {Type: "number"}, {Type: "array", Items: text},
			{Ref: "#/$defs/" + named(saidType)}}}})
	s.Properties.Set("text", text)
	return s
}

// named tells apart types of one name in different packages; what has no name is
// described where it is used.
func named(t reflect.Type) string {
	if t.Name() == "" {
		return ""
	}
	pkg := t.PkgPath()
	return pkg[strings.LastIndex(pkg, "/")+1:] + "." + t.Name()
}

// nullable describes the values that say for themselves whether they are none.
func nullable(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[sla.Word]():
		return orNull(&jsonschema.Schema{Type: "string"})
	case reflect.TypeFor[sla.Said]():
		return &jsonschema.Schema{Ref: "#/$defs/" + named(t)}
	case reflect.TypeFor[sla.Values](): // a fault's settings, which are text
		return &jsonschema.Schema{Type: "object",
			AdditionalProperties: &jsonschema.Schema{Type: "string"}}
	case reflect.TypeFor[sla.Number]():
		return orNull(&jsonschema.Schema{Type: "number"})
	case reflect.TypeFor[sla.Verdict]():
		return &jsonschema.Schema{Enum: []any{sla.Pass, sla.Fail, sla.Inconclusive, sla.Error,
			sla.Interrupted}}
	}
	return nil
}

func orNull(s *jsonschema.Schema) *jsonschema.Schema {
	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{s, {Type: "null"}}}
}

// optional lets what a type points to be null, and describes numbers that are written as
// text.
func optional(t reflect.Type, all jsonschema.Definitions, seen map[reflect.Type]bool) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || seen[t] {
		return
	}
	seen[t] = true
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		p, ok := all[named(t)].Properties.Get(name)
		switch {
		case !ok:
			continue
		case options == "string":
			all[named(t)].Properties.Set(name,
				&jsonschema.Schema{Type: "string", Pattern: "^[0-9]+$"})
		case f.Type.Kind() == reflect.Pointer:
			all[named(t)].Properties.Set(name, orNull(p))
		}
		optional(f.Type, all, seen)
	}
}
