package plan

import (
	"maps"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios"
)

// selection is which requests a fault touches.
func selection(f faults.Fault) (s link.Selection) {
	if selective, ok := f.(faults.Selective); ok {
		s = selective.Selects()
	}
	return s
}

// asksFor reports whether a group's requests are some that a fault touches, as far as the
// group says what they are. A header that it does not set may come from the client by itself,
// and the environment has what a secret is: of these all are taken to fit.
func asksFor(s link.Selection, g *scenarios.Group) bool {
	to, err := url.Parse(g.To.Outline())
	if err != nil || g.To.Secret() {
		s.Paths, s.Spare, to = nil, nil, &url.URL{}
	}
	fields := map[string][]string{}
	for name, value := range g.Headers {
		if !value.Secret() {
			fields[textproto.CanonicalMIMEHeaderKey(name)] = []string{string(value)}
		}
	}
	s.Headers = maps.Clone(s.Headers)
	maps.DeleteFunc(s.Headers, func(name, _ string) bool { return fields[name] == nil })
	method := http.MethodGet
	if g.Writes != nil {
		method = http.MethodPost
	}
	return s.Takes(orElse(g.Method, method), orElse(to.Path, "/"),
		func(name string) []string { return fields[name] })
}

// saysUnselected says of which groups the requests on a fault's links it lets alone, all of them.
func saysUnselected(d *diagnostics, f *Fault, load groups) {
	var all []string
	for _, l := range f.Site.Links {
		if g := load[l.From]; g != nil && !asksFor(selection(f.Fault), g) {
			all = append(all, l.From)
		}
	}
	slices.Sort(all)
	if all = slices.Compact(all); len(all) > 0 {
		d.note("note-spared",
			"fault %s: by only and spare it lets all requests of %s alone",
			"fault", f.Name, "groups", strings.Join(all, ", "))
	}
}
