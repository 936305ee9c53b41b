package reports

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/campaign"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// compiled is a schema as a program reads it; the one under docs/ is the same.
func compiled(t *testing.T, file string, of func() ([]byte, error)) *jsonschema.Schema {
	t.Helper()
	b, err := of()
	if err != nil {
		t.Fatal(err)
	}
	wantGoldenAt(t, filepath.Join("..", "docs", file), append(b, '\n'))
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(file, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(file)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func valid(t *testing.T, s *jsonschema.Schema, what string, b []byte) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err == nil {
		err = s.Validate(doc)
	}
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

// Whatever scorecard there is, its JSON is as the schema says, each list is one, and it is
// read back as what it was.
func TestScorecardKeepsItsSchema(t *testing.T) {
	s := compiled(t, "scorecard.schema.json", ScorecardSchema)
	empty := sla.Score(&timeline.Record{}, timeline.Objectives{})
	for name, c := range map[string]sla.Scorecard{"of a whole run": card(), "of an empty record": empty} {
		b := cardJSON(t, c)
		valid(t, s, name, b)
		var back sla.Scorecard
		if err := json.Unmarshal(b, &back); err != nil || !bytes.Equal(cardJSON(t, back), b) {
			t.Errorf("%s: read back as something else: %v", name, err)
		}
	}
	files, err := filepath.Glob("../scenarios/sla/testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	kept := "../testdata/records/haproxy-check/scorecard.json"
	b, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	valid(t, s, kept, b)
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var c sla.Scorecard // the judge's own, without words
		if err := json.Unmarshal(b, &c); err != nil {
			t.Fatal(f, err)
		}
		valid(t, s, f, cardJSON(t, c))
	}
	c := card()
	if c.Seed = math.MaxUint64; !bytes.Contains(cardJSON(t, c),
		[]byte(`"seed": "18446744073709551615"`)) {
		t.Error("a seed is not written as text")
	}
}

func TestCampaignKeepsItsSchema(t *testing.T) {
	s := compiled(t, "campaign.schema.json", CampaignSchema)
	b, err := os.ReadFile("testdata/campaign.json")
	if err != nil {
		t.Fatal(err)
	}
	valid(t, s, "of many runs", b)
	var none bytes.Buffer
	if err := CampaignJSON(&none, campaign.Judge(campaign.Design{Runs: 1}, "x", nil,
		true)); err != nil {
		t.Fatal(err)
	}
	valid(t, s, "of no run", none.Bytes())
}

func cardJSON(t *testing.T, c sla.Scorecard) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := JSON(&b, c); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// There is one way to say none: no field of the contract is left out, and none is a text
// or a number that stands for it.
func TestContractSaysNoneOneWay(t *testing.T) {
	seen := map[reflect.Type]bool{reflect.TypeFor[sla.Value](): true} // a name and what it is of
	var walk func(reflect.Type)
	walk = func(of reflect.Type) {
		for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
			of = of.Elem()
		}
		if of.Kind() != reflect.Struct || seen[of] {
			return
		}
		seen[of] = true
		for i := range of.NumField() {
			f := of.Field(i)
			if tag := f.Tag.Get("json"); f.IsExported() &&
				(tag == "" || bytes.Contains([]byte(tag), []byte("omit"))) {
				t.Errorf("%s.%s: json %q: want a name, and the field always there", of, f.Name, tag)
			}
			walk(f.Type)
		}
	}
	walk(reflect.TypeFor[sla.Scorecard]())
	walk(reflect.TypeFor[campaign.Card]())
}
