//go:build linux

package switchboard

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
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
	for _, r := range []link.Rule{
		{Name: "narrow", Bandwidth: &link.Bandwidth{Rate: 10_000}}, // 50 s, and the others longer
		{Name: "sliced", Slice: &link.Slice{Size: 700, Delay: time.Second}},
		{Name: "held", Stall: &link.Stall{}},
		{Name: "late", Latency: &link.Latency{Delay: time.Minute, Jitter: time.Second}},
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
		if took := time.Since(began); took < after || took >= 50*time.Second {
			t.Errorf("%s: took %s, lifted after %s", r.Name, took, after)
		}
		if n, _, _ := s.count(r.Name); n.Users != 1 || n.Active {
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
		rule  link.Rule
		least time.Duration
	}{
		{link.Rule{Name: "narrow", Bandwidth: &link.Bandwidth{Rate: 50_000}}, 400 * time.Millisecond},
		{link.Rule{Name: "sliced", Slice: &link.Slice{Size: 5_000, Delay: 100 * time.Millisecond}}, 300 * time.Millisecond},
	} {
		x.rule.Links = []string{"a -> b"}
		for range 2 {
			if _, err := s.apply(x.rule); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				began := time.Now()
				ask(t, c, "GET", url, "", true)
				if took := time.Since(began); took < x.least {
					t.Errorf("%s: took %s, want %s", x.rule.Name, took, x.least)
				}
			}
			if n, _, _ := s.count(x.rule.Name); n.Users != 2 {
				t.Errorf("%s: two answers, counted %+v", x.rule.Name, n)
			}
			if _, err := s.lift(x.rule.Name); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// Rules come and go in the middle of an answer, which goes past Toxiproxy's
// pipeline between them: it stays whole and in its order.
func TestOrderAcrossRules(t *testing.T) {
	const lines = 100_000
	s, url := throughProxy(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for i := range lines {
			fmt.Fprintf(w, "%09d\n", i)
			if i%100 == 0 {
				time.Sleep(time.Millisecond)
			}
		}
	}))
	a, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	var got bytes.Buffer
	read := make(chan error, 1)
	go func() { _, err := io.Copy(&got, a.Body); read <- err }()
	rules := 0
	for done := false; !done; rules++ {
		r := link.Rule{Name: fmt.Sprint(rules), Links: []string{"a -> b"}, Latency: &link.Latency{Delay: time.Millisecond}}
		if rules%2 == 0 {
			r.Latency, r.Slice = nil, &link.Slice{Size: 100, Delay: 10 * time.Microsecond}
		}
		if _, err := s.apply(r); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Millisecond)
		_, _ = s.lift(r.Name)
		select {
		case err = <-read:
			done = true
		case <-time.After(5 * time.Millisecond):
		}
	}
	if err != nil || got.Len() != 10*lines || rules < 10 {
		t.Fatalf("%d bytes through %d rules, %v", got.Len(), rules, err)
	}
	for i := range lines {
		if line := string(got.Next(10)); line != fmt.Sprintf("%09d\n", i) {
			t.Fatalf("line %d is %q", i, line)
		}
	}
}

// A rule that comes in the middle of an answer counts what of it has gone before.
func TestCutCountsWhatWentBefore(t *testing.T) {
	head := "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n"
	more := make(chan bool)
	s, url := throughProxy(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		c, out, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		half := strings.Repeat("0", 1000)
		_, _ = out.WriteString(head + half)
		_ = out.Flush()
		<-more
		_, _ = out.WriteString(half)
		_ = out.Flush()
		_, _ = io.Copy(io.Discard, c)
	}))
	c := dial(t, strings.TrimPrefix(url, "http://"))
	fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	expect(t, c, head+strings.Repeat("0", 1000))
	const after = 1500
	if _, err := s.apply(link.Rule{Name: "cut", Links: []string{"a -> b"}, Reset: &link.Reset{After: after}}); err != nil {
		t.Fatal(err)
	}
	close(more)
	n, err := io.Copy(io.Discard, c)
	if want := int64(after - len(head) - 1000); n != want || !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("%d bytes more, then %v, want %d and a reset", n, err, want)
	}
}

// A rule on a share draws once for each request, on one connection too, and holds to that
// for all of its answer.
func TestLatencyIsDrawnByRequest(t *testing.T) {
	const late, requests = 60 * time.Millisecond, 40
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for range 2 {
			fmt.Fprint(w, "half")
			w.(http.Flusher).Flush()
			time.Sleep(5 * time.Millisecond)
		}
	})
	eachWay(t, h, func(t *testing.T, s *streams, url string, c *http.Client) {
		if _, err := s.apply(link.Rule{Name: "slow", Links: []string{"a -> b"},
			Latency: &link.Latency{Delay: late, Share: 0.5}}); err != nil {
			t.Fatal(err)
		}
		hits := uint64(0)
		for range requests {
			began := time.Now()
			_, _, text := ask(t, c, "GET", url, "", true)
			n, _, _ := s.count("slow")
			if text != "halfhalf" || n.Users > hits+1 ||
				n.Users > hits && time.Since(began) < late {
				t.Errorf("%q after %s, counted %+v, before it %d", text, time.Since(began), n, hits)
			}
			hits = n.Users
		}
		if hits == 0 || hits == requests {
			t.Errorf("%d of %d delayed, want half of them", hits, requests)
		}
	})
}

// What carries no request is drawn by connection.
func TestLatencyIsDrawnByConnection(t *testing.T) {
	const late, connections, words = 50 * time.Millisecond, 30, 3
	s, at := linkTo(t, serverOf(t, reverser), false)
	if _, err := s.apply(link.Rule{Name: "slow", Links: []string{"a -> b"},
		Latency: &link.Latency{Delay: late, Share: 0.5}}); err != nil {
		t.Fatal(err)
	}
	hits := uint64(0)
	for range connections {
		c, before := dial(t, at), hits
		for word := range words {
			began := time.Now()
			fmt.Fprint(c, "abcd")
			expect(t, c, "dcba")
			n, _, _ := s.count("slow")
			if n.Total > before && time.Since(began) < late {
				t.Errorf("word %d of a slow connection took %s", word, time.Since(began))
			}
			if word > 0 && n.Total != hits || n.Total > before+1 {
				t.Errorf("counted %d behind word %d, %d before it", n.Total, word, hits)
			}
			hits = n.Total
		}
	}
	if hits == 0 || hits == connections {
		t.Errorf("%d of %d delayed, want half of them", hits, connections)
	}
}

// A share is drawn as it is said.
func TestStreamDrawIsItsShare(t *testing.T) {
	const n, share, z = 100_000, 0.3, 4.9 // beyond the bounds once in a million times
	m, hits := &mode{}, 0.0
	for range n {
		if opaque(users).drawn(m, share) {
			hits++
		}
	}
	if d := math.Abs(hits - share*n); d > z*math.Sqrt(n*share*(1-share)) {
		t.Errorf("%.0f of %d", hits, n)
	}
}
