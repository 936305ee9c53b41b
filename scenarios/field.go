package scenarios

import (
	"reflect"
	"slices"
	"strings"
)

// field is one key that a struct is written with.
type field struct {
	name  string
	was   string // its name before, which is read for a release
	alone bool   // a list, or a scalar, is written for the whole struct where it is all that is set
	index []int
}

// alone is the place of the field that a list or a scalar stands for; −1 where none is.
func alone(all []field) int { return slices.IndexFunc(all, func(f field) bool { return f.alone }) }

// fieldsOf lists the keys of a struct, those of its inlined structs included.
func fieldsOf(t reflect.Type) []field {
	var all []field
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case options == "inline":
			for _, inner := range fieldsOf(f.Type) {
				inner.index = append([]int{i}, inner.index...)
				all = append(all, inner)
			}
		case name != "" && name != "-":
			all = append(all, field{name, f.Tag.Get("was"), f.Tag.Get("alone") != "", []int{i}})
		}
	}
	return all
}
