package scenarios

import (
	"reflect"
	"slices"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// Kind is one of several things an entry can be, with one line about it.
type Kind struct {
	Name  string // as a scenario writes it: "syn-drop"
	About string
}

// FaultKinds lists the faults there are, in the order in which they are
// declared.
func FaultKinds() []Kind { return kindsOf(reflect.TypeFor[faults.Kinds]()) }

// WatchKinds lists the detectors there are.
func WatchKinds() []Kind { return kindsOf(reflect.TypeFor[watch.Config]()) }

// kindsOf lists the pointer fields of a struct: each is a kind, and its comment is about it.
func kindsOf(t reflect.Type) []Kind {
	var all []Kind
	for _, f := range fieldsOf(t) {
		of, in := t.FieldByIndex(f.index), t
		if len(f.index) > 1 { // of a struct that is inlined
			in = t.FieldByIndex(f.index[:len(f.index)-1]).Type
		}
		if of.Type.Kind() == reflect.Pointer {
			all = append(all, Kind{f.name, comment(in, of.Name)})
		}
	}
	return all
}

// Chosen lists the kinds that are set in v, a struct of pointers.
func Chosen(v any) (names []string, values []any) {
	s := reflect.Indirect(reflect.ValueOf(v))
	for _, f := range fieldsOf(s.Type()) {
		if p := s.FieldByIndex(f.index); p.Kind() == reflect.Pointer && !p.IsNil() {
			names, values = append(names, f.name), append(values, p.Interface())
		}
	}
	return names, values
}

// Has says whether v, a pointer to a struct, is written with the key.
func Has(v any, key string) bool {
	return slices.ContainsFunc(fieldsOf(reflect.TypeOf(v).Elem()),
		func(f field) bool { return f.name == key })
}

// KindNames are their names.
func KindNames(kinds []Kind) []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.Name)
	}
	return names
}
