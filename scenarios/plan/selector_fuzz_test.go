package plan

import (
	"fmt"
	"testing"
)

// A selector that is taken has both sides, patterns that match without an error, and
// reads the same when it is written again.
func FuzzParseSelector(f *testing.F) {
	for _, s := range []string{"lb -> app-2", "* -> *:80", "shoppers/cached->edge : 8443", "watch:probe -> [a-c]?", "->", `a -> \`, "a -> b -> c:0", "用户/* -> shop:8080", "watch:探测->shop"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parseSelector(text)
		if err != nil {
			return
		}
		if s.from == "" || s.to == "" {
			t.Fatalf("%q: %+v", text, s)
		}
		glob(s.from, "lb", "shoppers/cached", "")
		glob(s.to, "app-2", "")
		written := s.from + " -> " + s.to
		if s.port > 0 {
			written += fmt.Sprint(":", s.port)
		}
		if again, err := parseSelector(written); err != nil || again != s {
			t.Errorf("%q: %+v, written %q, read %+v, %v", text, s, written, again, err)
		}
	})
}
