package loadgen

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/faults/secret"
)

func TestExpectTakes(t *testing.T) {
	page := http.Header{"Content-Type": {"text/html; charset=utf-8"}, "Via": {"a", "b"}}
	long := strings.Repeat("x", mostBody)
	for name, c := range map[string]struct {
		expect Expect
		status int
		body   string
		want   bool
	}{
		"2xx":                  {Expect{}, 299, "", true},
		"redirect":             {Expect{}, 302, "", false},
		"among the statuses":   {Expect{Status: []int{404, 302}}, 302, "", true},
		"not among them":       {Expect{Status: []int{302}}, 200, "", false},
		"body":                 {Expect{Body: "Wel.ome"}, 200, "<p>Welcome</p>", true},
		"foreign body":         {Expect{Body: "Welcome"}, 200, "Request blocked", false},
		"body, wrong status":   {Expect{Body: "Welcome"}, 503, "Welcome", false},
		"body, at its end":     {Expect{Body: "y"}, 200, long[1:] + "y", true},
		"body, beyond":         {Expect{Body: "y"}, 200, long + "y", false},
		"json":                 {Expect{JSON: map[string]secret.Text{"status": "ok", "items.1.id": "7", "up": "true", "none": "null"}}, 200, `{"status":"ok","items":[{},{"id":7.0}],"up":true,"none":null}`, true},
		"json, another value":  {Expect{JSON: map[string]secret.Text{"status": "ok"}}, 200, `{"status":"degraded"}`, false},
		"json, no such key":    {Expect{JSON: map[string]secret.Text{"a.b": ""}}, 200, `{"a":{}}`, false},
		"json, broken":         {Expect{JSON: map[string]secret.Text{"a": "1"}}, 200, `{"a":1`, false},
		"json, none":           {Expect{JSON: map[string]secret.Text{"a": "1"}}, 200, "<html>", false},
		"json, too long":       {Expect{JSON: map[string]secret.Text{"a": "1"}}, 200, `{"a":1,"b":"` + long + `"}`, false},
		"json, text for 1":     {Expect{JSON: map[string]secret.Text{"a": "x"}}, 200, `{"a":1}`, false},
		"header":               {Expect{Header: map[string]secret.Text{"content-type": "^text/html", "via": "^b$"}}, 200, "", true},
		"header, other":        {Expect{Header: map[string]secret.Text{"Content-Type": "json"}}, 200, "", false},
		"header, missing":      {Expect{Header: map[string]secret.Text{"X-Shop": ""}}, 200, "", false},
		"that cannot be read":  {Expect{Body: "("}, 200, "(", false},
		"json path with query": {Expect{JSON: map[string]secret.Text{"a.#": "1"}}, 200, `{"a":[1]}`, false},
	} {
		if have := c.expect.Takes(c.status, page, []byte(c.body)); have != c.want {
			t.Errorf("%s: have %v", name, have)
		}
	}
}

func TestExpectCheck(t *testing.T) {
	for want, e := range map[string]Expect{
		"body":       {Body: "("},
		"header.via": {Header: map[string]secret.Text{"via": "*"}},
		"json.a.#.b": {JSON: map[string]secret.Text{"a.#.b": "1"}},
	} {
		bad := (*ExpectError)(nil)
		if err := e.Check(); !errors.As(err, &bad) || strings.Join(bad.Key, ".") != want || bad.Unwrap() == nil {
			t.Errorf("%s: have %v", want, err)
		}
	}
	if have := (Expect{Status: []int{200, 404}, Body: "a", JSON: map[string]secret.Text{"b": "1"}, Header: map[string]secret.Text{"C": "d"}}).String(); have != "200 or 404, body like a, json b = 1, header C like d" {
		t.Errorf("have %q", have)
	}
}

// A page with status 200 is no good answer where the body says whose it is; what one
// request was answered is never held against another.
func TestUsersLookAtTheBody(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/portal" {
			w.Header().Set("X-Long", strings.Repeat("x", 100))
			_, _ = w.Write([]byte("please sign in" + strings.Repeat(" ", 3*mostBody)))
			return
		}
		_, _ = w.Write([]byte("the shop"))
	}))
	t.Cleanup(s.Close)
	var have []Class
	u := usersOf(t, Group{URL: secret.Text(s.URL + "/"), Users: 1, Expect: Expect{Body: "the shop"},
		Mix: []Part{{Path: "/", Weight: 1}, {Path: "/portal", Weight: 1}}})
	byPath := map[string]Class{"/": OK, "/portal": Assertion}
	for seq := range uint64(8) {
		r := u.one(seq)
		if want := byPath[u.spec.path(seq)]; r.Class != want || r.Status != 200 {
			t.Errorf("%s: class %s", u.spec.path(seq), r.Class)
		}
		have = append(have, r.Class)
	}
	if !slices.Contains(have, OK) || !slices.Contains(have, Assertion) {
		t.Errorf("have %v", have)
	}
}

func TestProbeLooksAtTheBody(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(`{"state":"` + strings.TrimPrefix(r.URL.Path, "/") + `"}`))
	}))
	t.Cleanup(s.Close)
	up := Expect{JSON: map[string]secret.Text{"state": "up"}}
	expectAnswer(t, knockOn(t, Check{HTTP: &HTTPProbe{URL: secret.Text(s.URL + "/up"), Expect: up}}), true, true, "200")
	expectAnswer(t, knockOn(t, Check{HTTP: &HTTPProbe{URL: secret.Text(s.URL + "/down"), Expect: up}}), false, true, "200, not as expected")
	moved := httptest.NewServer(http.RedirectHandler("/", http.StatusFound))
	t.Cleanup(moved.Close)
	expectAnswer(t, knockOn(t, Check{HTTP: &HTTPProbe{URL: secret.Text(moved.URL)}}), false, true, "302")
}

// BenchmarkExpect is what a request pays whose group looks at the status alone.
func BenchmarkExpect(b *testing.B) {
	x, err := Expect{}.compile()
	if err != nil {
		b.Fatal(err)
	}
	a := answer{status: 200, header: http.Header{}}
	for b.Loop() {
		if x.reads() || x.class(a) != OK {
			b.Fatal("not taken")
		}
	}
}
