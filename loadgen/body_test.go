//go:build linux

package loadgen

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/expect"
	"github.com/stormdrill/stormdrill/loadgen/load"
)

// A page with status 200 is no good answer where the body is another page's; what one
// request was answered is never held against another.
func TestUsersLookAtTheBody(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/portal" {
			w.Header().Set("X-Long", strings.Repeat("x", 100))
			_, _ = w.Write([]byte("please sign in" + strings.Repeat(" ", 3*expect.MostBody)))
			return
		}
		_, _ = w.Write([]byte("the shop"))
	}))
	t.Cleanup(s.Close)
	var have []load.Class
	u := usersOf(t, load.Group{URL: secret.Text(s.URL + "/"), Users: 1,
		Expect: load.Expect{Body: "the shop"},
		Mix:    []load.Part{{Path: "/", Weight: 1}, {Path: "/portal", Weight: 1}}})
	byPath := map[string]load.Class{"/": load.OK, "/portal": load.Assertion}
	for seq := range uint64(8) {
		r := u.one(seq)
		if want := byPath[pathOf(u.spec, seq)]; r.Class != want || r.Status != 200 {
			t.Errorf("%s: class %s", pathOf(u.spec, seq), r.Class)
		}
		have = append(have, r.Class)
	}
	if !slices.Contains(have, load.OK) || !slices.Contains(have, load.Assertion) {
		t.Errorf("have %v", have)
	}
}

func TestProbeLooksAtTheBody(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(`{"state":"` + strings.TrimPrefix(r.URL.Path, "/") + `"}`))
	}))
	t.Cleanup(s.Close)
	up := load.Expect{JSON: map[string]secret.Text{"state": "up"}}
	expectAnswer(t, knockOn(t, load.Check{HTTP: &load.HTTPProbe{URL: secret.Text(s.URL + "/up"),
		Expect: up}}), true, true, "200")
	expectAnswer(t, knockOn(t, load.Check{HTTP: &load.HTTPProbe{URL: secret.Text(s.URL + "/down"),
		Expect: up}}), false, true, "200, not as expected")
	moved := httptest.NewServer(http.RedirectHandler("/", http.StatusFound))
	t.Cleanup(moved.Close)
	expectAnswer(t, knockOn(t, load.Check{HTTP: &load.HTTPProbe{URL: secret.Text(moved.URL)}}),
		false, true, "302")
}
