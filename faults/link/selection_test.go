package link

import "testing"

// A request is touched that everything asks for that is said, and that nothing spares.
func TestSelectionTakes(t *testing.T) {
	fields := map[string][]string{"X-Tenant": {"acme", "b-1"}, "Host": {"shop"}}
	for _, c := range []struct {
		s            Selection
		method, path string
		want         bool
	}{
		{Selection{}, "GET", "/", true},
		{Selection{Spare: []string{"/health"}}, "GET", "/health", false},
		{Selection{Spare: []string{"/health"}}, "GET", "/health/a", true},
		{Selection{Spare: []string{"/assets/*"}}, "GET", "/assets/a/b", false},
		{Selection{Paths: []string{"/api/*"}}, "GET", "/api/a", true},
		{Selection{Paths: []string{"/api/*"}}, "GET", "/api", false},
		{Selection{Paths: []string{"/a", "/b"}}, "GET", "/b", true},
		{Selection{Paths: []string{"/a/*/c/*"}}, "GET", "/a/b/c/", true},
		{Selection{Paths: []string{"/a/*/c"}}, "GET", "/a/c", false},
		{Selection{Paths: []string{"/a*a"}}, "GET", "/a", false},
		{Selection{Paths: []string{"*b*a*c"}}, "GET", "/aabc", false},
		{Selection{Paths: []string{"/api/*"}, Spare: []string{"/api/v1"}}, "GET", "/api/v1", false},
		{Selection{Methods: []string{"POST", "PUT"}}, "PUT", "/", true},
		{Selection{Methods: []string{"POST"}}, "GET", "/", false},
		{Selection{Headers: map[string]string{"X-Tenant": "a*"}}, "GET", "/", true},
		{Selection{Headers: map[string]string{"X-Tenant": "b-1"}}, "GET", "/", true},
		{Selection{Headers: map[string]string{"X-Tenant": "a"}}, "GET", "/", false},
		{Selection{Headers: map[string]string{"X-Other": "*"}}, "GET", "/", false},
		{Selection{Headers: map[string]string{"X-Tenant": "*", "Host": "s*p"}}, "GET", "/", true},
		{Selection{Headers: map[string]string{"X-Tenant": "*", "Host": "a"}}, "GET", "/", false},
		{Selection{Paths: []string{"/a"}, Methods: []string{"GET"}}, "GET", "/b", false},
		{Selection{Paths: []string{"/a"}, Methods: []string{"POST"}}, "GET", "/a", false},
	} {
		have := c.s.Takes(c.method, c.path, func(name string) []string { return fields[name] })
		if have != c.want {
			t.Errorf("%+v of %s %s: %t", c.s, c.method, c.path, have)
		}
	}
}
