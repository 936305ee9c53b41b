package link

import (
	"maps"
	"slices"
	"strings"
)

// Selection is which requests of HTTP/1 a rule on streams touches: all, unless it says
// something. In paths and values a * stands for anything.
type Selection struct {
	Spare   []string          `json:"spare,omitempty"`   // paths let alone
	Paths   []string          `json:"paths,omitempty"`   // those alone; none: all
	Methods []string          `json:"methods,omitempty"` // those alone; none: all
	Headers map[string]string `json:"headers,omitempty"` // each with its value; canonical names
}

// All reports whether it says nothing.
func (s Selection) All() bool { return len(s.Spare) == 0 && !s.Only() }

// Only reports whether it says which requests are touched, and not just which are not.
// What is no request of HTTP/1 then goes on as ever.
func (s Selection) Only() bool {
	return len(s.Paths) > 0 || len(s.Methods) > 0 || len(s.Headers) > 0
}

// Fields are the names of the header fields that it goes by, sorted.
func (s Selection) Fields() []string { return slices.Sorted(maps.Keys(s.Headers)) }

// Takes reports whether a request is touched; what is none has no method. Values are those of
// a header field by its canonical name; of a field that comes several times one has to fit.
func (s Selection) Takes(method, path string, values func(name string) []string) bool {
	fits := func(patterns []string, text string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, text) })
	}
	if method == "" && s.Only() || fits(s.Spare, path) ||
		len(s.Paths) > 0 && !fits(s.Paths, path) ||
		len(s.Methods) > 0 && !slices.Contains(s.Methods, method) {
		return false
	}
	for name, pattern := range s.Headers {
		if !slices.ContainsFunc(values(name),
			func(v string) bool { return matches(pattern, v) }) {
			return false
		}
	}
	return true
}

// matches compares a text with a pattern, in which a * stands for anything, or nothing.
func matches(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return text == pattern
	}
	first, last := parts[0], parts[len(parts)-1]
	if len(text) < len(first)+len(last) || !strings.HasPrefix(text, first) ||
		!strings.HasSuffix(text, last) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, p := range parts[1 : len(parts)-1] {
		at := strings.Index(text, p)
		if at < 0 {
			return false
		}
		text = text[at+len(p):]
	}
	return true
}
