package scenarios

import (
	"fmt"
	"strings"
	"testing"
)

// What a message shows of a text is short, shows what hides, and ends where the text does.
func TestClipped(t *testing.T) {
	x := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range [][2]string{
		{"no key is that long", "no key is that long"},
		{fmt.Sprintf("unknown key %q: it is no key", x(1e6)),
			`unknown key "` + x(120) + `…": it is no key`},
		{fmt.Sprintf("want %q or %q, have %q", "a", x(120), x(121)),
			`want "a" or "` + x(120) + `", have "` + x(120) + `…"`},
		{fmt.Sprintf("have %q here", strings.Repeat("\"\x1b\u202e", 1e3)),
			`have "` + strings.Repeat(`\"\x1b\u202e`, 40) + `…" here`},
		{"a spool " + x(1e6) + " is none", "a spool " + x(240) + "… is none"},
		{`an end is missing: "` + x(200), `an end is missing: "` + x(120) + "…"},
		{strings.Repeat("字 ", 1e4), strings.Repeat("字 ", 1000) + "…"},
	} {
		if have := (Problem{File: "f", Text: c[0]}).Error(); have != "f: "+c[1] {
			t.Errorf("have %s\nwant f: %s", have, c[1])
		}
	}
}

// Names that one can choose from stand there as they are, and in quotes where not all of them
// shows.
func TestListedShowsNames(t *testing.T) {
	for _, c := range [][2]string{{"app-1", "app-1"}, {"lb -> app-2", "lb -> app-2"},
		{"甲\u202e", `"甲\u202e"`}, {"", `""`}, {"a ", `"a "`}, {`a"b`, `"a\"b"`},
		{"it's", "it's"}, {"\x1b[31m", `"\x1b[31m"`},
		{strings.Repeat("y", 1e6), `"` + strings.Repeat("y", 60) + `…"`}} {
		if have := Listed("other", []string{c[0]}); have != "there is only "+c[1] {
			t.Errorf("have %s, want %s", have, c[1])
		}
	}
	if have := within([]string{"load", "a\nb"}); have != ` in load."a\nb"` {
		t.Errorf("have %s", have)
	}
}
