package scenarios

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/stormdrill/stormdrill/scenarios/library"
)

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	b, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(SchemaID, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(SchemaID)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asJSON reads YAML as an editor does.
func asJSON(t *testing.T, data []byte) any {
	t.Helper()
	var v any
	if err := yaml.Load(data, &v); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestSchemaAcceptsShippedDrillsAndStarter(t *testing.T) {
	s := compiled(t)
	for _, name := range library.Names() {
		data, _, err := library.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(asJSON(t, data)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.Validate(asJSON(t, Starter)); err != nil {
		t.Errorf("starter: %v", err)
	}
}

func TestSchemaRefuses(t *testing.T) {
	s := compiled(t)
	const good = `{name: a, targets: {b: {lab: {web: {}}, ports: [80]}}, load: {c: {to: "http://b/", rate: 1/s}},
phases: {baseline: 1s, hold: 1s, recovery: 1s}, faults: {d: {kill: {target: b}}}, sla: {recover: 1s}}`
	if err := s.Validate(asJSON(t, []byte(good))); err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string][2]string{
		"an unknown key": {"name: a", "nam: a"},
		"two kinds of fault": {"kill: {target: b}",
			"kill: {target: b}, refuse: {link: c -> b}"},
		"no kind of fault":           {"kill: {target: b}", "at: 1s"},
		"two sources of a target":    {"lab: {web: {}}", "lab: {web: {}}, image: x"},
		"a duration without a unit":  {"hold: 1s", "hold: 1"},
		"a rate without a unit":      {"rate: 1/s", "rate: 1"},
		"an unknown key of a fault":  {"target: b", "node: b"},
		"a port that is a list item": {"ports: [80]", "ports: [http]"},
	} {
		bad := bytes.ReplaceAll([]byte(good), []byte(change[0]), []byte(change[1]))
		if s.Validate(asJSON(t, bad)) == nil {
			t.Errorf("accepts %s", what)
		}
	}
}

// Keys that had another name before may still be written by it.
func TestSchemaAcceptsNamesOfBefore(t *testing.T) {
	const was = `name: x
targets: {shop: {lab: {web: {}}, ports: [8080]}}
load: {users: {to: "http://shop:8080/", rate: 100/s}}
phases: {baseline: 15s, hold: 10s, recovery: 15s, confirm: 3s}
faults: {bad: {http-status: {link: users -> shop, code: 503}}}
watch: {probe: {http: {url: "http://shop:8080/", every: 500ms}, as: users}}
sla: {restore: {probe: 5s}, keep: [success of users in hold >= 1%]}
`
	if err := compiled(t).Validate(asJSON(t, []byte(was))); err != nil {
		t.Error(err)
	}
}
