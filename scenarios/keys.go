package scenarios

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// Key is one key of a fault or of a watcher.
type Key struct {
	Name  string // with dots where it stands in a mapping: "expect.status"
	Wants string // what is written there: "a duration, such as 2s"
	About string
}

// FaultKeys are a fault's own keys, and those beside it; none where there is no such fault.
func FaultKeys(name string) (own, beside []Key) {
	own = ownKeys(reflect.TypeFor[faults.Kinds](), name)
	return own, besideKinds(reflect.TypeFor[Fault]())
}

// WatchKeys are a watcher's own keys, and those beside it; none where there is no such watcher.
func WatchKeys(name string) (own, beside []Key) {
	t := reflect.TypeFor[watch.Config]()
	return ownKeys(t, name), besideKinds(t)
}

func ownKeys(kinds reflect.Type, name string) []Key {
	for _, f := range fieldsOf(kinds) {
		t := kinds.FieldByIndex(f.index).Type
		if f.name == name && t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct {
			return keysOf(t.Elem(), "")
		}
	}
	return nil
}

// besideKinds are the keys of an entry that are no kinds.
func besideKinds(t reflect.Type) []Key {
	kinds := KindNames(kindsOf(t))
	return slices.DeleteFunc(keysOf(t, ""), func(k Key) bool {
		first, _, _ := strings.Cut(k.Name, ".")
		return slices.Contains(kinds, first)
	})
}

// FaultsOf are the names of the faults of a kind, in order.
func (s *Scenario) FaultsOf(kind string) []string {
	return entriesOf(s.Faults, kind, func(f *Fault) any { return &f.Kinds })
}

// WatchersOf are the names of the watchers of a kind, in order.
func (s *Scenario) WatchersOf(kind string) []string {
	return entriesOf(s.Watch, kind, func(w *watch.Config) any { return w })
}

func entriesOf[T any](all map[string]*T, kind string, kinds func(*T) any) (names []string) {
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if all[name] == nil {
			continue
		}
		if set, _ := Chosen(kinds(all[name])); slices.Contains(set, kind) {
			names = append(names, name)
		}
	}
	return names
}

// keysOf lists the keys of a struct, and below each mapping those of it.
func keysOf(t reflect.Type, within string) (all []Key) {
	for _, f := range fieldsOf(t) {
		in := t
		if len(f.index) > 1 { // of a struct that is inlined
			in = t.FieldByIndex(f.index[:len(f.index)-1]).Type
		}
		of := t.FieldByIndex(f.index)
		kind := of.Type
		for kind.Kind() == reflect.Pointer {
			kind = kind.Elem()
		}
		about := comment(in, of.Name)
		if about == "" {
			about = comment(kind, "")
		}
		all = append(all, Key{within + f.name, expected(kind), named(f.name, about)})
		if v := reflect.New(kind).Elem(); kind.Kind() == reflect.Struct && !leaf(v) &&
			strings.Count(within, ".") < 2 {
			all = append(all, keysOf(kind, within+f.name+".")...)
		}
	}
	return all
}

// named is a comment that begins with a field's name, with the key in its place.
func named(key, about string) string {
	first, rest, _ := strings.Cut(about, " ")
	first = strings.TrimSuffix(first, ":")
	if first != "" && strings.EqualFold(first, strings.ReplaceAll(key, "-", "")) {
		return key + " " + rest
	}
	return about
}
