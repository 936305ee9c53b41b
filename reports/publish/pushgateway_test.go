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
		"订单演练":        "/sub/metrics/job/stormdrill/scenario@base64/6K6i5Y2V5ryU57uD",
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

// What is sent on is sent whole, or it is not said to be sent: a proxy that has http asked
// for by https answers 301, and a page that is there says nothing of the metrics.
func TestRedirect(t *testing.T) {
	for status, want := range map[int]string{http.StatusMovedPermanently: "301", http.StatusFound: "302",
		http.StatusPermanentRedirect: "", http.StatusTemporaryRedirect: ""} {
		a := server(t)
		first := httptest.NewServer(http.RedirectHandler(a.URL+"/there", status))
		defer first.Close()
		err := Pushgateway(t.Context(), Address(first.URL), "stormdrill", "x", []byte("x 1\n"))
		if want == "" && (err != nil || len(a.bodies) != 1 || a.bodies[0] != "x 1\n") ||
			want != "" && (err == nil || !strings.Contains(err.Error(), want) || len(a.bodies) > 0) {
			t.Errorf("%d: %v, sent %q", status, err, a.bodies)
		}
	}
	loop := server(t)
	loop.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, loop.URL, http.StatusTemporaryRedirect)
	})
	if err := Pushgateway(t.Context(), Address(loop.URL), "stormdrill", "x", nil); err == nil {
		t.Error("sent to nothing, round and round")
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
