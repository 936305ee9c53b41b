package scenarios

import (
	"strings"
	"testing"
)

// A bracket that is left open is found past texts and comments with brackets of their own.
func TestLeftOpen(t *testing.T) {
	for text, want := range map[string]int{
		"a: {b: c}\nd: [e]":                   0,
		"a: {b: c\nd: e":                      1,
		"a:\n  - [b, {c: d}\ne: f":            2,
		"a: \"{\"\nb: '[' # [\nc: it's [d":    0,
		"a: |\n  server {\n  'x\nb: {c: d\n ": 4,
		"a: \"\\\"{\"\nb: ${env:X}":           0,
		"a: {\n  b: [c],\n":                   1,
		"# {\na: }":                           0,
	} {
		if have := leftOpen(strings.Split(text, "\n")); have != want {
			t.Errorf("%q: line %d, want %d", text, have, want)
		}
	}
}
