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

// readable is text whose order shows.
func readable(lines int) string {
	var b strings.Builder
	for i := range lines {
		fmt.Fprintf(&b, "%09d\n", i)
	}
	return b.String()
}

// echo answers with what it was sent; /long with more, /short with nothing.
var echo = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	switch r.URL.Path {
	case "/long":
		b = []byte(readable(5_000))
	case "/short":
		b = nil
	}
	_, _ = w.Write(b)
})

// narrowed applies a narrow line to the requests of a link whose stage holds them.
func narrowed(t *testing.T, s *streams, r link.Rule) {
	t.Helper()
	r.Name, r.Links = "narrow", []string{"a -> b"}
	if _, err := s.apply(r); err != nil {
		t.Fatal(err)
	}
}

// What users send takes as long as the line's rate says, on one connection for each request
// anew; answers are as quick as ever, and each request counts once.
func TestUploadsTakeTheirTime(t *testing.T) {
	s, url := throughStage(t, echo)
	c := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}
	defer c.CloseIdleConnections()
	body := readable(2_000)
	narrowed(t, s, link.Rule{Bandwidth: &link.Bandwidth{Rate: 50_000, Direction: link.Upload}})
	for range 2 {
		began := time.Now()
		if _, _, text := ask(t, c, "POST", url, body, true); text != body {
			t.Errorf("%d bytes of %d arrived", len(text), len(body))
		}
		if took := time.Since(began); took < 400*time.Millisecond {
			t.Errorf("took %s", took)
		}
	}
	if n, _, _ := s.count("narrow"); n.Users != 2 || n.Unit != "requests narrowed" {
		t.Errorf("two requests, counted %+v", n)
	}
	_, _ = s.lift("narrow")
	narrowed(t, s, link.Rule{Bandwidth: &link.Bandwidth{Rate: 1_000, Direction: link.Upload}})
	began := time.Now()
	ask(t, c, "GET", url+"/long", "", true) // 50 s, were it narrowed
	if took := time.Since(began); took >= 30*time.Second {
		t.Errorf("an answer took %s", took)
	}
	_, _ = s.lift("narrow")
	narrowed(t, s, link.Rule{Bandwidth: &link.Bandwidth{Rate: 1_000}})
	began = time.Now()
	ask(t, c, "POST", url+"/short", readable(5_000), true) // likewise
	if took := time.Since(began); took >= 30*time.Second {
		t.Errorf("a request took %s", took)
	}
}

// Narrowed both ways, a request and its answer count once; so does a connection that carries
// something else.
func TestBothDirectionsCountOnce(t *testing.T) {
	s, url := throughStage(t, echo)
	c := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}
	defer c.CloseIdleConnections()
	narrowed(t, s, link.Rule{Bandwidth: &link.Bandwidth{Rate: 50_000, Direction: link.Both}})
	for range 3 {
		began := time.Now()
		ask(t, c, "POST", url, readable(1_000), true)
		if took := time.Since(began); took < 400*time.Millisecond {
			t.Errorf("took %s, want 200ms there and as much back", took)
		}
	}
	if n, _, _ := s.count("narrow"); n.Users != 3 || n.Total != 3 {
		t.Errorf("three requests, counted %+v", n)
	}
	other, at := linkTo(t, serverOf(t, reverser), true)
	narrowed(t, other, link.Rule{Bandwidth: &link.Bandwidth{Rate: 1_000, Direction: link.Both}})
	conn := dial(t, at)
	for range 3 {
		fmt.Fprint(conn, "abcd")
		expect(t, conn, "dcba")
	}
	if n, _, _ := other.count("narrow"); n.Total != 1 {
		t.Errorf("one connection, counted %+v", n)
	}
}

// A narrow line for some requests is none for the others on the same connection.
func TestSomeUploadsAreNarrowed(t *testing.T) {
	s, url := throughStage(t, echo)
	c := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}
	defer c.CloseIdleConnections()
	narrowed(t, s, link.Rule{Select: link.Selection{Paths: []string{"/slow"}},
		Bandwidth: &link.Bandwidth{Rate: 1_000, Direction: link.Upload}})
	began := time.Now()
	ask(t, c, "POST", url, readable(5_000), true)
	if n, _, _ := s.count("narrow"); n.Total != 0 || time.Since(began) >= 30*time.Second {
		t.Errorf("another request took %s, counted %+v", time.Since(began), n)
	}
	ask(t, c, "POST", url+"/slow", "", true)
	if n, _, _ := s.count("narrow"); n.Users != 1 {
		t.Errorf("counted %+v, want one", n)
	}
}

// A lift amid an upload lets the rest go at once, whole and in order; a client that leaves
// amid one takes the connection to the node along.
func TestUploadsLoseNothing(t *testing.T) {
	gone := make(chan error, 1)
	s, url := throughStage(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if r.URL.Path == "/left" {
			gone <- err
		}
		_, _ = w.Write(b)
	}))
	c := &http.Client{Transport: &http.Transport{}}
	defer c.CloseIdleConnections()
	body := readable(50_000)
	narrowed(t, s, link.Rule{Bandwidth: &link.Bandwidth{Rate: 10_000, Direction: link.Upload}})
	const after = 300 * time.Millisecond
	began := time.Now()
	time.AfterFunc(after, func() { _, _ = s.lift("narrow") })
	if _, _, text := ask(t, c, "POST", url, body, true); text != body {
		t.Errorf("%d bytes, not the %d in their order", len(text), len(body))
	}
	if took := time.Since(began); took < after || took >= 50*time.Second {
		t.Errorf("took %s, lifted after %s", took, after)
	}
	narrowed(t, s, link.Rule{Bandwidth: &link.Bandwidth{Rate: 1_000, Direction: link.Upload}})
	conn := dial(t, strings.TrimPrefix(url, "http://"))
	fmt.Fprintf(conn, "POST /left HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s",
		len(body), body[:20_000])
	for n, _, _ := s.count("narrow"); n.Total == 0; n, _, _ = s.count("narrow") {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(200 * time.Millisecond) // its head has come
	_ = conn.Close()
	select {
	case err := <-gone:
		if err == nil {
			t.Error("the node has a whole request of a client that left")
		}
	case <-time.After(10 * time.Second): // of 20 that the rest would take
		t.Error("the node did not learn that the client has left")
	}
}
