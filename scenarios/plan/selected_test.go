package plan

import (
	"slices"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/faults"
)

// A fault that names requests touches the groups whose requests they are, as far as those
// say; its links are given the header fields that it goes by, and what is TLS there is
// opened.
func TestFaultSelectsGroups(t *testing.T) {
	for _, c := range []struct {
		selection string
		groups    []string
		fields    []string
	}{
		{"only: {paths: [/api/*]}", []string{"buyers"}, nil},
		{"only: {methods: [POST]}", []string{"buyers"}, nil},
		{"only: {methods: [GET]}", []string{"visitors"}, nil},
		{"spare: [/api/*]", []string{"visitors"}, nil},
		{"only: {headers: {x-tenant: b*}}", []string{"visitors"}, []string{"X-Tenant"}},
		{"only: {headers: {X-Other: a, Host: edge}}", []string{"buyers", "visitors"},
			[]string{"Host", "X-Other"}},
		{"only: {paths: [/none]}", nil, nil},
	} {
		p := planned(t, parsed(t, `
name: selected
targets:
  edge: {image: "haproxy:3.0", files: {/site.pem: drill:both.pem}, ports: [8443]}
load:
  visitors: {to: "https://edge:8443", rate: 100/s}
  buyers:
    {to: "https://edge:8443/api/buy?now=1", rate: 100/s, method: POST, headers: {X-Tenant: acme}}
phases: {baseline: 15s, fault: 10s, recovery: 15s, confirm: 3s}
faults:
  late: {latency: {link: "* -> edge", delay: 1s, `+c.selection+`}}
sla: {recover: 5s}
`), Options{})
		f := p.Header.Faults[0]
		if !slices.Equal(f.Groups, c.groups) || !f.Spares || f.Unmet != (c.groups == nil) {
			t.Errorf("%s: %+v, want groups %q", c.selection, f, c.groups)
		}
		for _, l := range p.Switchboard.Links {
			if l.Users && (!l.Opened || !slices.Equal(l.Fields, c.fields)) {
				t.Errorf("%s: link %+v, want it opened, and fields %q", c.selection, l, c.fields)
			}
		}
		note := "lets all requests of "
		if have := strings.Contains(strings.Join(english(p.Notes), "\n"), note); have != (len(c.groups) < 2) {
			t.Errorf("%s: notes %q", c.selection, english(p.Notes))
		}
	}
}

// What a fault does to which requests is said in one line.
func TestSelectionInWords(t *testing.T) {
	s := faults.Selection{Spare: []string{"/api/health"}, Only: &faults.Only{
		Paths: []string{"/api/*"}, Methods: []string{"POST", "PUT"},
		Headers: map[string]string{"x-tenant": "a*"}}}
	f := faults.HTTPStatus{Code: 503, Selection: s}
	const want = "answers 503 to all of requests, only POST or PUT, /api/*, with X-Tenant: a*, " +
		"sparing /api/health"
	if have := f.String(); have != want {
		t.Errorf("have %q, want %q", have, want)
	}
}
