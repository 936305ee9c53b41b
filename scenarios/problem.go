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

// Error gives "file:line:column: text", which editors turn into a link. A long quotation in the
// text is cut short.
func (p Problem) Error() string {
	if p.Line == 0 {
		return p.File + ": " + clipped(p.Text)
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, clipped(p.Text))
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

// Err sorts the problems, drops repetitions, and is nil when there are none.
func (ps Problems) Err() error {
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
type place struct {
	line, column int
	file         string // empty: the scenario's own
}

// Places has where each part of a scenario stands in its file, and which parts could not be
// read: what follows from those alone is not reported again. A part is named by the keys
// that lead to it.
type Places struct {
	at  map[string]place // by path
	bad map[string]bool  // by path: it, or a key directly in it, is already reported
}

func newPlaces() *Places {
	return &Places{at: map[string]place{}, bad: map[string]bool{}}
}

// Places of the scenario; of one that was read from no file all are its beginning.
func (s *Scenario) Places() *Places {
	if s.places == nil {
		s.places = newPlaces()
	}
	return s.places
}

// Path joins the keys that lead to a part of a scenario. No key can contain
// its separator: YAML refuses control characters.
func Path(keys ...string) string { return strings.Join(keys, separator) }

// Keys are those that were joined to a path.
func Keys(path string) []string { return strings.Split(path, separator) }

const separator = "\x1f"

// Find gives the file (empty: the scenario's own), line and column of the part at keys, or
// of the nearest part around it that is there.
func (p *Places) Find(keys []string) (file string, line, column int) {
	for n := len(keys); n >= 0; n-- {
		if at, ok := p.at[Path(keys[:n]...)]; ok {
			return at.file, at.line, at.column
		}
	}
	return "", 1, 1
}

// Under says whether something in the part at keys is reported.
func (p *Places) Under(keys []string) bool {
	prefix := Path(keys...) + separator
	for k := range p.bad {
		if strings.HasPrefix(k, prefix) {
			return true
		}
	}
	return false
}

// Reported says whether the part at keys, or one around it, is itself in error.
func (p *Places) Reported(keys []string) bool {
	for n := len(keys); n > 0; n-- {
		if p.bad[Path(keys[:n]...)] {
			return true
		}
	}
	return false
}

// Bad are the paths of all that is reported.
func (p *Places) Bad() map[string]bool { return p.bad }

// Mistyped says whether a key of the mapping at keys was unknown: what seems to
// lack may just be misspelt.
func (p *Places) Mistyped(keys []string) bool {
	return p.bad[Path(append(slices.Clip(keys), UnknownKey)...)]
}

// UnknownKey stands for one in the paths of what is reported.
const UnknownKey = "?"
