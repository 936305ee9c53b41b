package expect

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
)

func TestTakes(t *testing.T) {
	page := http.Header{"Content-Type": {"text/html; charset=utf-8"}, "Via": {"a", "b"}}
	long := strings.Repeat("x", MostBody)
	for name, c := range map[string]struct {
		expect load.Expect
		status int
		body   string
		want   bool
	}{
		"2xx":                {load.Expect{}, 299, "", true},
		"redirect":           {load.Expect{}, 302, "", false},
		"among the statuses": {load.Expect{Status: []int{404, 302}}, 302, "", true},
		"not among them":     {load.Expect{Status: []int{302}}, 200, "", false},
		"body":               {load.Expect{Body: "Wel.ome"}, 200, "<p>Welcome</p>", true},
		"foreign body":       {load.Expect{Body: "Welcome"}, 200, "Request blocked", false},
		"body, wrong status": {load.Expect{Body: "Welcome"}, 503, "Welcome", false},
		"body, at its end":   {load.Expect{Body: "y"}, 200, long[1:] + "y", true},
		"body, beyond":       {load.Expect{Body: "y"}, 200, long + "y", false},
		"json": {load.Expect{JSON: map[string]secret.Text{"status": "ok",
			"items.1.id": "7", "up": "true",
			"none": "null"}}, 200, `{"status":"ok","items":[{},{"id":7.0}],"up":true,"none":null}`, true},
		"json, another value": {load.Expect{JSON: map[string]secret.Text{"status": "ok"}}, 200,
			`{"status":"degraded"}`, false},
		"json, no such key": {load.Expect{JSON: map[string]secret.Text{"a.b": ""}}, 200,
			`{"a":{}}`, false},
		"json, broken": {load.Expect{JSON: map[string]secret.Text{"a": "1"}}, 200, `{"a":1`,
			false},
		"json, none": {load.Expect{JSON: map[string]secret.Text{"a": "1"}}, 200, "<html>",
			false},
		"json, too long": {load.Expect{JSON: map[string]secret.Text{"a": "1"}}, 200,
			`{"a":1,"b":"` + long + `"}`, false},
		"json, text for 1": {load.Expect{JSON: map[string]secret.Text{"a": "x"}}, 200,
			`{"a":1}`, false},
		"header": {load.Expect{Header: map[string]secret.Text{"content-type": "^text/html",
			"via": "^b$"}},
			200, "", true},
		"header, other": {load.Expect{Header: map[string]secret.Text{"Content-Type": "json"}},
			200, "", false},
		"header, missing": {load.Expect{Header: map[string]secret.Text{"X-Shop": ""}}, 200, "",
			false},
		"that cannot be read": {load.Expect{Body: "("}, 200, "(", false},
		"json path with query": {load.Expect{JSON: map[string]secret.Text{"a.#": "1"}}, 200,
			`{"a":[1]}`, false},
	} {
		if have := Takes(c.expect, c.status, page, []byte(c.body)); have != c.want {
			t.Errorf("%s: have %v", name, have)
		}
	}
}

func TestCheck(t *testing.T) {
	for want, e := range map[string]load.Expect{
		"body":       {Body: "("},
		"header.via": {Header: map[string]secret.Text{"via": "*"}},
		"json.a.#.b": {JSON: map[string]secret.Text{"a.#.b": "1"}},
	} {
		bad := (*Error)(nil)
		if err := Check(e); !errors.As(err, &bad) || strings.Join(bad.Key, ".") != want ||
			bad.Unwrap() == nil {
			t.Errorf("%s: have %v", want, err)
		}
	}
	if have := (load.Expect{Status: []int{200, 404}, Body: "a",
		JSON:   map[string]secret.Text{"b": "1"},
		Header: map[string]secret.Text{"C": "d"}}).String(); have != "200 or 404, body like a, json b = 1, header C like d" {
		t.Errorf("have %q", have)
	}
}

// BenchmarkClass is what a request costs where its group looks at the status alone.
func BenchmarkClass(b *testing.B) {
	x, err := Compile(load.Expect{})
	if err != nil {
		b.Fatal(err)
	}
	a := Answer{Status: 200, Header: http.Header{}}
	for b.Loop() {
		if x.Reads() || x.Class(a) != load.OK {
			b.Fatal("not taken")
		}
	}
}
