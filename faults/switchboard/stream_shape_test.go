package switchboard

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Whatever paces or holds an answer loses no byte of it and keeps their order, and
// its lift lets go at once.
func TestShapesLoseNothing(t *testing.T) {
	var b strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&b, "%09d\n", i)
	}
	big := b.String()
	s, url := throughProxy(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, big) }))
	c := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}
	defer c.CloseIdleConnections()
	for _, r := range []Rule{
		{Name: "narrow", Bandwidth: &Bandwidth{Rate: 10_000}}, // 50 s
		{Name: "sliced", Slice: &Slice{Size: 700, Delay: time.Second}},
		{Name: "held", Stall: &Stall{}},
		{Name: "late", Latency: &Latency{Delay: time.Minute, Jitter: time.Second}},
	} {
		r.Links = []string{"a -> b"}
		if _, err := s.apply(r); err != nil {
			t.Fatal(err)
		}
		const after = 300 * time.Millisecond
		began := time.Now()
		time.AfterFunc(after, func() { _, _ = s.lift(r.Name) })
		if _, _, text := ask(t, c, "GET", url, "", true); text != big {
			t.Errorf("%s: %d bytes, not the %d in their order", r.Name, len(text), len(big))
		}
		if took := time.Since(began); took < after || took > after+5*time.Second {
			t.Errorf("%s: took %s, lifted after %s", r.Name, took, after)
		}
		if n, _ := s.count(r.Name); n.Users != 1 || n.Active {
			t.Errorf("%s: one answer, counted %+v", r.Name, n)
		}
	}
}

// A narrow line takes as long as its rate says, on one connection for each answer
// anew, and again when the rule comes again; an answer's pieces are the delay apart.
func TestShapesTakeTheirTime(t *testing.T) {
	const size = 20_000
	s, url := throughProxy(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, strings.Repeat("0", size))
	}))
	c := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}
	defer c.CloseIdleConnections()
	for _, x := range []struct {
		rule  Rule
		least time.Duration
	}{
		{Rule{Name: "narrow", Bandwidth: &Bandwidth{Rate: 50_000}}, 400 * time.Millisecond},
		{Rule{Name: "sliced", Slice: &Slice{Size: 5_000, Delay: 100 * time.Millisecond}}, 300 * time.Millisecond},
	} {
		x.rule.Links = []string{"a -> b"}
		for range 2 {
			if _, err := s.apply(x.rule); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				began := time.Now()
				ask(t, c, "GET", url, "", true)
				if took := time.Since(began); took < x.least || took > x.least+2*time.Second {
					t.Errorf("%s: took %s, want %s and little more", x.rule.Name, took, x.least)
				}
			}
			if n, _ := s.count(x.rule.Name); n.Users != 2 {
				t.Errorf("%s: two answers, counted %+v", x.rule.Name, n)
			}
			if _, err := s.lift(x.rule.Name); err != nil {
				t.Fatal(err)
			}
		}
	}
}
