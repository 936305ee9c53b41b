package plan

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios"
)

// diagnostics are what all passes report to: problems with their places, notes, and what
// the drill does not keep inside its network. A pass reads of others' reports only whether
// a part has failed, so that nothing is reported twice.
type diagnostics struct {
	file   string // the scenario's
	places *scenarios.Places

	problems    scenarios.Problems
	failed      map[string]bool // parts that problems were reported of, by path
	notes       []link.Text
	uncontained []link.Text
}

// newDiagnostics begins with what reading the scenario has reported.
func newDiagnostics(s *scenarios.Scenario, reported scenarios.Problems) *diagnostics {
	return &diagnostics{file: s.File, places: s.Places(), problems: reported,
		failed: map[string]bool{}}
}

// problem reports what is wrong with the part at keys, unless that part could
// not be read in the first place.
func (d *diagnostics) problem(keys []string, format string, args ...any) {
	if d.places.Reported(keys) || len(keys) > 2 && d.places.Under(keys) {
		return
	}
	d.failed[scenarios.Path(keys...)] = true
	file, line, column := d.places.Find(keys)
	d.problems = append(d.problems, scenarios.Problem{File: orElse(file, d.file), Line: line,
		Column: column, Text: fmt.Sprintf(format, args...)})
}

// dangling reports a name that nothing has, unless the parts that names come
// from could not be read: then it is not known what there is.
func (d *diagnostics) dangling(keys []string, format string, args ...any) {
	if !shaky(d.places.Bad()) {
		d.problem(keys, format, args...)
	}
}

// unmatched reports why an aim hits nothing; of a name that nothing has only where every
// part that names come from is sound.
func (d *diagnostics) unmatched(keys []string, err error) {
	if unknown := (errUnknown{}); !errors.As(err, &unknown) ||
		!shaky(d.places.Bad()) && !shaky(d.failed) {
		d.problem(keys, "%v", err)
	}
}

// setting reports a mistake in a fault, at the key that it is about.
func (d *diagnostics) setting(keys []string, format string, err error) {
	if wrong := (*faults.SettingError)(nil); errors.As(err, &wrong) {
		keys = append(slices.Clip(keys), strings.Split(wrong.Key, ".")...)
	}
	d.problem(keys, format, err)
}

// missing reports that a section lacks, unless an unknown key may be that
// section, misspelt.
func (d *diagnostics) missing(section, text string) {
	if !d.mistyped(nil) {
		d.problem(at(section), "%s", text)
	}
}

// mistyped says whether a key of the mapping at keys was unknown: what seems to
// lack may just be misspelt.
func (d *diagnostics) mistyped(keys []string) bool { return d.places.Mistyped(keys) }

// note says what a reader of the plan should know: by a code, and in English by a format of the
// values, each of which follows its name.
func (d *diagnostics) note(code, format string, named ...any) {
	d.notes = append(d.notes, link.Tellf(code, format, named...))
}

// uncontain says what the drill does not keep inside its network, likewise.
func (d *diagnostics) uncontain(code, format string, named ...any) {
	d.uncontained = append(d.uncontained, link.Tellf(code, format, named...))
}

// shaky says whether nodes, ports or links may be missing because of what was
// reported of the parts that make them.
func shaky(reported map[string]bool) bool {
	for k := range reported {
		keys := scenarios.Keys(k)
		switch keys[0] {
		case "targets":
			if len(keys) < 3 || slices.Contains([]string{scenarios.UnknownKey, "lab", "ports",
				"replicas", "uses"}, keys[2]) {
				return true
			}
		case "load":
			if len(keys) < 3 || keys[2] == scenarios.UnknownKey || keys[2] == "to" {
				return true
			}
		}
	}
	return false
}

// at names a part of the scenario by the keys that lead to it.
func at(keys ...string) []string { return keys }

// sortedKeys are a section's names, in order.
func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

// amount says how many there are, by name.
func amount(names []string) string {
	if len(names) == 0 {
		return "is none"
	}
	return "are " + strings.Join(names, " and ")
}

// orElse gives v, or the default where v was left out.
func orElse[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}
