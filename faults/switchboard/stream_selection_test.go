//go:build linux

package switchboard

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
)

// Requests on one connection are told apart by method and header; one whose head comes in
// two pieces, and one of which net/http reads the head, are too.
func TestRequestsAreSelected(t *testing.T) {
	const late = 200 * time.Millisecond
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	})
	eachWay(t, h, func(t *testing.T, s *streams, url string, c *http.Client) {
		s.links["a -> b"].stage.fields = []string{"X-Tenant"}
		if _, err := s.apply(link.Rule{Name: "slow", Links: []string{"a -> b"},
			Select: link.Selection{Methods: []string{"POST"},
				Headers: map[string]string{"X-Tenant": "a*"}},
			Latency: &link.Latency{Delay: late}}); err != nil {
			t.Fatal(err)
		}
		want := uint64(0)
		for _, q := range []struct {
			method, tenant, expect string
			slow                   bool
		}{
			{"POST", "a", "", true}, {"GET", "a", "", false}, {"POST", "b", "", false},
			{"POST", "ab", "100-continue", true}, {"POST", "", "", false},
		} {
			r, err := http.NewRequest(q.method, url, strings.NewReader("body"))
			if err != nil {
				t.Fatal(err)
			}
			for name, v := range map[string]string{"X-Tenant": q.tenant, "Expect": q.expect} {
				if v != "" {
					r.Header.Set(name, v)
				}
			}
			began := time.Now()
			a, err := c.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, a.Body)
			_ = a.Body.Close()
			if q.slow {
				want++
			}
			if took := time.Since(began); q.slow && took < late {
				t.Errorf("%+v took %s", q, took)
			}
			if n, _, _ := s.count("slow"); n.Total != want {
				t.Errorf("after %+v: %+v, want %d", q, n, want)
			}
		}
	})
}

// What is no request in HTTP/1 is none of those that a rule names, and none that it spares.
func TestNoRequestIsSelected(t *testing.T) {
	for _, c := range []struct {
		s    link.Selection
		want uint64
	}{
		{link.Selection{Methods: []string{"GET"}}, 0},
		{link.Selection{Paths: []string{"*"}, Spare: []string{"/a"}}, 0},
		{link.Selection{Spare: []string{"/a"}}, 1},
	} {
		s, at := linkTo(t, serverOf(t, reverser), false)
		if _, err := s.apply(link.Rule{Name: "slow", Links: []string{"a -> b"}, Select: c.s,
			Latency: &link.Latency{Delay: time.Millisecond}}); err != nil {
			t.Fatal(err)
		}
		conn := dial(t, at)
		fmt.Fprint(conn, "abcd")
		expect(t, conn, "dcba")
		if n, _, _ := s.count("slow"); n.Total != c.want {
			t.Errorf("%+v: counted %+v, want %d", c.s, n, c.want)
		}
	}
}
