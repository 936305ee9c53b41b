package sla

import (
	"encoding/json"
	"reflect"
	"testing"
)

// lines are what is said, as a log would have it.
func lines(all []Said) (lines []string) {
	for _, s := range all {
		lines = append(lines, s.String())
	}
	return lines
}

// What is said is read back as what it was, in the order of its values.
func TestSaidIsReadBack(t *testing.T) {
	endless := 0.0
	said := Say(ObjectiveUndecided, "p95 <of> x", Say(WantTime, "<=", 1.5), Say(Nothing), Word(""),
		Say(CannotMeet, []string{"a", "b"}, "probe", "page"))
	b, err := json.Marshal(said)
	if err != nil {
		t.Fatal(err)
	}
	var back Said
	if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(back, said) {
		t.Errorf("%v: have %v, want %v", err, back, said)
	}
	for _, v := range []any{nil, Word(""), None, (*float64)(nil), 1 / endless} {
		if is := Say(OutageUnended, v).Of("group"); is != nil {
			t.Errorf("%#v: have %v, want none", v, is)
		}
	}
	for _, not := range []string{`{"code":"x","values":[]}`, `{"code":"x","values":{"a":[1]}}`,
		`{"code":"x","values":{"a":{"code":1}}}`} {
		if err := json.Unmarshal([]byte(not), &back); err == nil {
			t.Errorf("%s: no error", not)
		}
	}
}
