package sla

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

// Every field of the contract is described on its page.
func TestContractIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/scorecard.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[reflect.Type]bool{}
	var walk func(t reflect.Type)
	walk = func(s reflect.Type) {
		for s.Kind() == reflect.Pointer || s.Kind() == reflect.Slice {
			s = s.Elem()
		}
		if s.Kind() != reflect.Struct || seen[s] {
			return
		}
		seen[s] = true
		for i := range s.NumField() {
			name, _, _ := strings.Cut(s.Field(i).Tag.Get("json"), ",")
			if !strings.Contains(string(page), name+"`") &&
				!strings.Contains(string(page), name+"[]`") &&
				!strings.Contains(string(page), "`"+name+".") {
				t.Errorf("%s.%s: %q is not on docs/scorecard.md", s.Name(), s.Field(i).Name, name)
			}
			walk(s.Field(i).Type)
		}
	}
	walk(reflect.TypeFor[Scorecard]())
	if !strings.Contains(string(page), Schema) {
		t.Errorf("the page is not about %s", Schema)
	}
}
