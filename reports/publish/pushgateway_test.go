package publish

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// asked is what a server on loopback was sent, and what it answers.
type asked struct {
	*httptest.Server
	requests []*http.Request
	bodies   []string
	status   int
}

func server(t *testing.T) *asked {
	t.Helper()
	a := &asked{status: http.StatusOK}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		a.requests, a.bodies = append(a.requests, r), append(a.bodies, string(b))
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, "so it is")
	}))
	t.Cleanup(a.Close)
	return a
}

func TestPushgateway(t *testing.T) {
	t.Setenv("PUSH_PASSWORD", "p%40ss%2Fword")
	a := server(t)
	to := Address(strings.Replace(a.URL, "http://", "http://user:${env:PUSH_PASSWORD}@", 1) + "/sub/")
	for scenario, path := range map[string]string{
		"bad-lb-node": "/sub/metrics/job/stormdrill/scenario/bad-lb-node",
		"a/b ü":       "/sub/metrics/job/stormdrill/scenario@base64/YS9iIMO8",
	} {
		a.requests, a.bodies = nil, nil
		if err := Pushgateway(t.Context(), to, "stormdrill", scenario, []byte("x 1\n")); err != nil {
			t.Fatal(err)
		}
		r := a.requests[0]
		user, password, _ := r.BasicAuth()
		if r.Method != http.MethodPut || r.URL.Path != path || a.bodies[0] != "x 1\n" ||
			r.Header.Get("Content-Type") != "text/plain; version=0.0.4" || user != "user" ||
			password != "p@ss/word" {
			t.Errorf("%s %s of %s:%s: %q", r.Method, r.URL, user, password, a.bodies)
		}
	}
	a.status = http.StatusBadRequest
	err := Pushgateway(t.Context(), to, "stormdrill", "x", nil)
	if err == nil || !strings.Contains(err.Error(), "400 Bad Request: so it is") ||
		strings.Contains(err.Error(), "word") {
		t.Errorf("have %v", err)
	}
	a.Close()
	if err := Pushgateway(t.Context(), to, "stormdrill", "x", nil); err == nil ||
		strings.Contains(err.Error(), "word") {
		t.Errorf("have %v", err)
	}
}

func TestAddress(t *testing.T) {
	for _, a := range []Address{"", "pushgateway:9091", "ftp://x", "http://", "http://${env:NOT_SET}@x"} {
		if a.Check() == nil {
			t.Errorf("%q is taken", a)
		}
	}
	if err := Address("https://x:1/y").Check(); err != nil {
		t.Error(err)
	}
}
