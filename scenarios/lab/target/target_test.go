//go:build linux

package target

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/scenarios"
)

// served is a proxy in front of one backend, as clients see it.
func served(t *testing.T, backend http.Handler, cfg scenarios.Balancer, out io.Writer) (url string,
	b *balancer) {
	t.Helper()
	app := httptest.NewServer(backend)
	t.Cleanup(app.Close)
	addr := netip.MustParseAddrPort(app.Listener.Addr().String())
	dial, err := newDial()
	if err != nil {
		t.Fatal(err)
	}
	j := newJournal(out)
	t.Cleanup(j.Close)
	cfg.Backend = fmt.Sprintf("app:%d", addr.Port())
	b, err = newBalancer(cfg, zone{"app": {addr.Addr().String()}}.lookup, dial, "", j)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.quit)
	front := httptest.NewServer(newProxy("lb", b, j))
	t.Cleanup(front.Close)
	return front.URL, b
}

func fetch(t *testing.T, url string, header ...string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	a, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Body.Close() })
	return a
}

func TestProxyLeavesRequestAndAnswerAlone(t *testing.T) {
	var came *http.Request
	url, _ := served(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		came = r
		w.Header().Set("X-Stormdrill-Fault", "bad-node")
		w.WriteHeader(503)
	}), scenarios.Balancer{}, io.Discard)
	trace := "00-0123456789abcdef0000000000000007-0000000000000007-01"
	a := fetch(t, url+"/account?id=7", "Traceparent", trace, "X-Forwarded-For", "10.1.1.1")
	if a.StatusCode != 503 || a.Header.Get("X-Stormdrill-Fault") != "bad-node" ||
		a.Header.Get(NodeHeader) != "" {
		t.Errorf("answer: have %d, %v: an injected 503 must stay one", a.StatusCode, a.Header)
	}
	if came.Header.Get("Traceparent") != trace || came.URL.RequestURI() != "/account?id=7" ||
		came.Header.Get("X-Forwarded-For") != "10.1.1.1, 127.0.0.1" || "http://"+came.Host != url {
		t.Errorf("request: have %s %s %v", came.Host, came.URL, came.Header)
	}
}

func TestProxyAnswersForAServerThatIsGone(t *testing.T) {
	var out sheet
	url, b := served(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		c, _, _ := w.(http.Hijacker).Hijack()
		_ = c.Close()
	}), scenarios.Balancer{Passive: &scenarios.Eject{Errors: 2, For: time.Hour}}, &out)
	for i, want := range []int{502, 502, 503} {
		if a := fetch(t, url); a.StatusCode != want || a.Header.Get(NodeHeader) != "lb" {
			t.Errorf("request %d: have %d from %q, want %d from lb", i, a.StatusCode,
				a.Header.Get(NodeHeader), want)
		}
	}
	if s := b.states()[0]; s.Up || s.Why != "ejected: 2 failed requests in a row" {
		t.Errorf("have %+v", s)
	}
}

func TestProxyCountsABodyThatBreaksOff(t *testing.T) {
	url, b := served(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "half")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}), scenarios.Balancer{Passive: &scenarios.Eject{Errors: 1, For: time.Hour}}, io.Discard)
	if a, err := http.Get(url); err == nil { // it may break off before the status or after
		if _, err := io.ReadAll(a.Body); err == nil {
			t.Error("half an answer reached the client as a whole one")
		}
		_ = a.Body.Close()
	}
	if b.states()[0].Up {
		t.Error("the server got away with it")
	}
}

// The address refused is a loopback listener's, so that no packet leaves even
// where the guard is broken.
func TestDialNeverLeavesTheNetwork(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	for network, want := range map[string]bool{"127.0.0.0/8": true, "198.18.0.0/22": false} {
		c, err := dialWithinNetworks([]netip.Prefix{netip.MustParsePrefix(network)})(t.Context(),
			"tcp4", l.Addr().String())
		if have := err == nil; have != want {
			t.Errorf("within %s: have %v, want reached %t", network, err, want)
		}
		if err == nil {
			_ = c.Close()
		}
	}
}

// freePort is one that nothing listens on.
func freePort(t *testing.T) uint16 {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return netip.MustParseAddrPort(l.Addr().String()).Port()
}

func TestRunFinishesWhatIsUnderWay(t *testing.T) {
	var out sheet
	var spec Spec
	port := freePort(t)
	text := fmt.Sprintf(`{"node":"app-1","ports":[%d,%d],"web":{"latency":300000000,"body":"1kB","capacity":"200/s"}}`,
		port, freePort(t))
	if err := json.Unmarshal([]byte(text), &spec); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, spec, &out) }()
	for _, p := range spec.Ports {
		knock(t, p)
	}
	got := make(chan int, 1)
	go func() { got <- fetch(t, fmt.Sprintf("http://127.0.0.1:%d/slow", port)).StatusCode }()
	time.Sleep(100 * time.Millisecond) // the request is under way
	cancel()
	if code := <-got; code != 200 {
		t.Errorf("the request under way got %d", code)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if !strings.Contains(out.String(), " GET /slow 200 -\n") {
		t.Errorf("log: have %q", out.String())
	}
}

// knock waits until a port is listened on.
func knock(t *testing.T, port uint16) {
	t.Helper()
	for {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			_ = c.Close()
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestRunSaysWhatIsWrong(t *testing.T) {
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	taken := netip.MustParseAddrPort(l.Addr().String()).Port()
	lb := &scenarios.Balancer{Backend: "app:8080", State: taken}
	for _, c := range []struct {
		want string
		spec Spec
	}{
		{"no port to serve", Spec{Node: "app", Web: &scenarios.Web{}}},
		{"want exactly one of web, lb, kv", Spec{Node: "app", Ports: []uint16{1}}},
		{"address already in use", Spec{Node: "app", Ports: []uint16{taken},
			Web: &scenarios.Web{}}},
		{"no port to serve requests on", Spec{Node: "lb", Ports: []uint16{taken}, LB: lb}},
		{"missing port", Spec{Node: "lb", Ports: []uint16{taken},
			LB: &scenarios.Balancer{Backend: "app"}}},
	} {
		err := Run(t.Context(), c.spec, io.Discard)
		if err == nil || !strings.Contains(err.Error(), c.want) ||
			!strings.HasPrefix(err.Error(), "target "+c.spec.Node) {
			t.Errorf("have %v, want %q", err, c.want)
		}
	}
}
