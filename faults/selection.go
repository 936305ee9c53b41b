package faults

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/stormdrill/stormdrill/faults/link"
)

// Selection is which requests on a link a fault touches: all, unless it says something.
type Selection struct {
	Only *Only `yaml:"only"` // what it touches; default: everything
	// Spare are paths let alone, such as the health check's; a * stands for anything.
	Spare []string `yaml:"spare"`
}

// Only is what a request of HTTP/1 has to be for a fault to touch it: all that is said.
type Only struct {
	// Paths: one of them, without the query; a * stands for anything: /api/*.
	Paths   []string `yaml:"paths"`
	Methods []string `yaml:"methods"` // one of them, such as POST
	// Headers are fields that it has, each with its value, in which a * stands for anything.
	Headers map[string]string `yaml:"headers"`
}

// Selective is a fault that may touch some requests, and let others alone.
type Selective interface{ Selects() link.Selection }

// Selects is the selection as the switchboard is given it.
func (s Selection) Selects() link.Selection {
	out := link.Selection{Spare: s.Spare}
	if s.Only != nil {
		out.Paths, out.Methods = s.Only.Paths, s.Only.Methods
		for name, value := range s.Only.Headers {
			if out.Headers == nil {
				out.Headers = map[string]string{}
			}
			out.Headers[http.CanonicalHeaderKey(name)] = value
		}
	}
	return out
}

// shapes is the aim of a fault that changes how answers go on: the link, with a proxy in it,
// that reads HTTP where there are requests to tell apart.
func (s Selection) shapes(on string) Aim {
	return Aim{Link: on, Proxied: true, Reads: !s.Selects().All()}
}

// words follow what a fault does: "…, only POST or PUT, /api/*, with X-Tenant: a*".
func (s Selection) words() (out string) {
	l := s.Selects()
	var only []string
	for _, some := range [][]string{l.Methods, l.Paths} {
		if len(some) > 0 {
			only = append(only, strings.Join(some, " or "))
		}
	}
	for _, name := range l.Fields() {
		only = append(only, fmt.Sprintf("with %s: %s", name, l.Headers[name]))
	}
	if len(only) > 0 {
		out = ", only " + strings.Join(only, ", ")
	}
	if len(l.Spare) > 0 {
		out += ", sparing " + strings.Join(l.Spare, ", ")
	}
	return out
}

// check finds what no request can be.
func (s Selection) check() error {
	if err := checkPaths("spare", s.Spare); err != nil {
		return err
	}
	if s.Only == nil {
		return nil
	}
	if !s.Selects().Only() {
		return setting("only", "only: names nothing: want paths, methods or headers, such as "+
			"only: {paths: [/api/*]}")
	}
	for _, m := range s.Only.Methods {
		if !token(m) || m != strings.ToUpper(m) {
			return setting("only.methods", "methods %q: want a method in capitals, such as POST", m)
		}
	}
	named := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(s.Only.Headers)) {
		again, twice := named[http.CanonicalHeaderKey(name)]
		switch {
		case !token(name):
			return setting("only.headers", "headers %q: want the name of a header field, such as "+
				"X-Tenant", name)
		case twice:
			return setting("only.headers", "headers: %s and %s are one field: want it once",
				again, name)
		case s.Only.Headers[name] == "":
			return setting("only.headers", "headers %s: want its value, or * for any", name)
		}
		named[http.CanonicalHeaderKey(name)] = name
	}
	return checkPaths("only.paths", s.Only.Paths)
}

// checkPaths wants paths.
func checkPaths(key string, paths []string) error {
	for _, p := range paths {
		if !strings.HasPrefix(p, "/") {
			_, name, _ := strings.Cut(key, ".")
			return setting(key, "%s %q: want a path that begins with /", cmp.Or(name, key), p)
		}
	}
	return nil
}

// token reports whether a text can be a method or a field's name (RFC 9110, 5.6.2).
func token(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(c rune) bool {
		return c <= ' ' || c > '~' || strings.ContainsRune("\"(),/:;<=>?@[\\]{}", c)
	})
}
