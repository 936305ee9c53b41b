//go:build linux

package target

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stormdrill/stormdrill/scenarios"
)

func get(h http.Handler, path string) *http.Response {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWebSaysWhoItIs(t *testing.T) {
	j := newJournal(io.Discard)
	defer j.Close()
	h := newWeb("app-2", scenarios.Web{Body: 1000}, j)
	r := get(h, "/anything")
	if r.StatusCode != 200 || r.Header.Get(NodeHeader) != "app-2" {
		t.Errorf("have %d from %q", r.StatusCode, r.Header.Get(NodeHeader))
	}
	if n := len(body(t, r)); n != 1000 {
		t.Errorf("body: have %d bytes, want 1000", n)
	}
	m := body(t, get(h, "/metrics"))
	for _, want := range []string{
		"# HELP http_requests_total ", "# TYPE http_requests_total counter",
		`http_requests_total{code="200",method="get",node="app-2"} 1`,
		"# HELP http_request_duration_seconds ", "# TYPE http_request_duration_seconds histogram",
		`http_request_duration_seconds_bucket{code="200",method="get",node="app-2",le="0.25"} 1`,
		`http_request_duration_seconds_count{code="200",method="get",node="app-2"} 1`,
		"# HELP http_requests_waiting ", "# TYPE http_requests_waiting gauge",
	} {
		if !strings.Contains(m, want) {
			t.Errorf("metrics lack %s:\n%s", want, m)
		}
	}
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("BREW", "/", nil))
	if m := body(t, get(h, "/metrics")); !strings.Contains(m, `code="200",method="unknown"`) {
		t.Errorf("metrics lack a method that is none:\n%s", m)
	}
}

func TestWebCapacityAndLatencySpareTheHealthPath(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJournal(io.Discard)
		defer j.Close()
		h := newWeb("app", scenarios.Web{Capacity: 100, Latency: 30 * time.Millisecond}, j)
		begun := time.Now()
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() { get(h, "/") })
		}
		synctest.Wait()
		if r := get(h, "/health"); r.StatusCode != 200 || time.Since(begun) != 0 {
			t.Errorf("health: have %d after %s", r.StatusCode, time.Since(begun))
		}
		all.Wait()
		if have, want := time.Since(begun),
			49*10*time.Millisecond+30*time.Millisecond; have != want {
			t.Errorf("50 requests at 100/s: have %s, want %s", have, want)
		}
	})
}

func TestWebGivesUpOnAClientThatLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out sheet
		j := newJournal(&out)
		h := newWeb("app", scenarios.Web{Latency: time.Hour}, j)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil).WithContext(ctx))
		j.Close()
		if !strings.Contains(out.String(), " GET / 499 -\n") {
			t.Errorf("have %q", out.String())
		}
	})
}

// What a request brings is written to the spool, and nothing of it stays there; where it
// cannot be written the client gets an error, the log says why, and a request without a
// body is served.
func TestWebSpoolsBodies(t *testing.T) {
	dir := t.TempDir()
	var out sheet
	j := newJournal(&out)
	h := newWeb("app", scenarios.Web{Spool: dir}, j)
	post := func() int {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("POST", "/orders", strings.NewReader("an order")))
		return w.Code
	}
	if code := post(); code != 200 {
		t.Errorf("an order: have %d, want 200", code)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left in the spool: %v, %v", left, err)
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if code := post(); code != 500 {
		t.Errorf("an order, and no spool: have %d, want 500", code)
	}
	if r := get(h, "/"); r.StatusCode != 200 {
		t.Errorf("a page, and no spool: have %d, want 200", r.StatusCode)
	}
	j.Close()
	if log := out.String(); !strings.Contains(log, " request not written: open "+dir) ||
		!strings.Contains(log, ": no such file or directory\n") ||
		!strings.Contains(log, " POST /orders 500 ") {
		t.Errorf("the log: %q", log)
	}
}
