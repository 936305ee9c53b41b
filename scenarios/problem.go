package scenarios

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing wrong with a scenario, and where. Line and Column count
// from 1; both are 0 where there is no file to point into.
type Problem struct {
	File         string
	Line, Column int
	Text         string
}

// Error gives "file:line:column: text", which editors turn into a link.
func (p Problem) Error() string {
	if p.Line == 0 {
		return p.File + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Text)
}

// Problems are all that is wrong with a scenario, in order of place.
type Problems []Problem

// Error gives one problem per line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// err sorts the problems, drops repetitions, and is nil when there are none.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column), cmp.Compare(a.Text, b.Text))
	})
	return slices.Compact(ps)
}

// place is a position in a file, counted from 1.
type place struct{ line, column int }

// places knows where each part of a scenario stands in its file, and which
// parts could not be read: what follows from those alone is not reported again.
type places struct {
	at  map[string]place // by path
	bad map[string]bool  // by path: it, or a key directly in it, is already reported
}

func newPlaces() *places {
	return &places{at: map[string]place{}, bad: map[string]bool{}}
}

// joined joins the keys that lead to a part of a scenario. No key can contain
// its separator: YAML refuses control characters.
func joined(keys ...string) string { return strings.Join(keys, "\x1f") }

// find gives the place of the part at keys, or of the nearest part around it
// that is there.
func (p *places) find(keys []string) place {
	for n := len(keys); n >= 0; n-- {
		if at, ok := p.at[joined(keys[:n]...)]; ok {
			return at
		}
	}
	return place{1, 1}
}

// under says whether something in the part at keys is reported.
func (p *places) under(keys []string) bool {
	prefix := joined(keys...) + "\x1f"
	for k := range p.bad {
		if strings.HasPrefix(k, prefix) {
			return true
		}
	}
	return false
}

// reported says whether the part at keys, or one around it, is itself in error.
func (p *places) reported(keys []string) bool {
	for n := len(keys); n > 0; n-- {
		if p.bad[joined(keys[:n]...)] {
			return true
		}
	}
	return false
}
