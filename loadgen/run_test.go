//go:build linux

package loadgen

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// received is what a load node sent.
type received struct {
	mu       sync.Mutex
	requests []load.Request
	answers  []load.Answer
	usage    []load.Usage
}

func (h *received) event(t *testing.T, name string, body json.RawMessage) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var err error
	switch name {
	case "requests":
		var b load.Block
		if err = json.Unmarshal(body, &b); err == nil {
			var rs []load.Request
			rs, err = load.DecodeBlock(b)
			h.requests = append(h.requests, rs...)
		}
	case "answer":
		var a load.Answer
		err = json.Unmarshal(body, &a)
		h.answers = append(h.answers, a)
	case "usage":
		var u load.Usage
		err = json.Unmarshal(body, &u)
		h.usage = append(h.usage, u)
	}
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// await waits until so many answers have come; a busy machine takes its time.
func (h *received) await(t *testing.T, answers int) {
	t.Helper()
	for n := 0; n < answers; time.Sleep(10 * time.Millisecond) {
		if t.Context().Err() != nil {
			t.Fatalf("%d answers", n)
		}
		h.mu.Lock()
		n = len(h.answers)
		h.mu.Unlock()
	}
}

// startNode runs a load node and gives the CLI's end of the conversation.
func startNode(t *testing.T) (*wire.Peer, *received) {
	t.Helper()
	in, cmds := io.Pipe()
	events, out := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := Run(context.Background(), in, out)
		out.Close()
		ended <- err
	}()
	h := &received{}
	p := wire.NewPeer(events, cmds, func(name string, body json.RawMessage) { h.event(t, name, body) })
	t.Cleanup(func() {
		p.Close()
		if err := <-ended; err != nil {
			t.Errorf("node: %v", err)
		}
		<-p.Done()
	})
	return p, h
}

func TestLoadNodeFromPrepareToStop(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(NodeHeader, "web-1")
		if r.URL.Path == "/bad" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(s.Close)
	p, h := startNode(t)
	source := netip.MustParseAddr("127.0.7.1")
	check := load.Check{Name: "probe", Source: source, Every: 50 * time.Millisecond, Timeout: time.Minute, HTTP: &load.HTTPProbe{URL: secret.Text(s.URL + "/bad")}}
	spec := load.Spec{Run: testRun, Subnet: loopback,
		Groups: []load.Group{
			{Name: "a", URL: secret.Text(s.URL), Method: "GET", Rate: 200, Users: 10, Timeout: time.Minute, Sources: []netip.Addr{source}},
			{Name: "b", URL: secret.Text(s.URL + "/bad"), Method: "GET", Rate: 50, Users: 10, Timeout: time.Minute, Sources: []netip.Addr{source}, PerRequest: true},
		},
		Checks: []load.Check{check}}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	must := func(name string, in, out any) {
		t.Helper()
		if err := p.Call(ctx, name, in, out); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Call(ctx, "start", load.Start{Load: true}, nil); err == nil {
		t.Error("started unprepared")
	}
	must("prepare", spec, nil)
	var busy load.Pressure
	if must("machine", nil, &busy); busy.Cores < 1 {
		t.Errorf("machine: %+v", busy)
	}
	var a load.Answer
	must("knock", load.Check{Source: source, HTTP: &load.HTTPProbe{URL: secret.Text(s.URL)}}, &a)
	if !a.Good || !a.Known {
		t.Errorf("knock: %+v", a)
	}
	var at load.Started
	must("start", load.Start{Load: true, Checks: true}, &at)
	time.Sleep(1200 * time.Millisecond)
	h.await(t, 20)
	must("stop", nil, nil)
	ended := wire.Now()

	h.mu.Lock()
	defer h.mu.Unlock()
	good, bad, first := 0, 0, int64(math.MaxInt64)
	for _, r := range h.requests {
		first = min(first, r.Due)
		switch {
		case r.Unsent:
		case r.Class == load.OK && r.Status == 200 && r.Node == "web-1":
			good++
		case r.Class == load.Status && r.Status == 503 && !r.Reused:
			bad++
		default:
			t.Errorf("%+v", r)
		}
	}
	if first != (at.At+500)/1000*1000 {
		t.Errorf("first due at %d, said to be at %d", first, at.At)
	}
	seconds := time.Duration(ended - at.At).Seconds()
	if n := len(h.requests); float64(n) > seconds*250+2 || n < 250 || good < 3*bad {
		t.Errorf("%d requests in %.3f s, %d good, %d bad", n, seconds, good, bad)
	}
	if len(h.usage) < 4 { // one second's and the last of each group
		t.Errorf("%d usage events", len(h.usage))
	}
	var due uint64
	last := map[string]load.Usage{}
	for _, u := range h.usage {
		last[u.Group] = u
	}
	for _, u := range last {
		due += u.Due
		if u.Descriptors == 0 || u.InFlight != 0 || u.Sent+u.Unsent != u.Due {
			t.Errorf("%+v", u)
		}
	}
	if due != uint64(len(h.requests)) {
		t.Errorf("%d due, %d recorded", due, len(h.requests))
	}
	if len(h.answers) < 20 || h.answers[0].Check != "probe" || h.answers[0].Good || !h.answers[0].Known {
		t.Errorf("%d answers", len(h.answers))
	}
}

func TestPrepareRefusesWhatCannotBe(t *testing.T) {
	good := load.Group{Name: "g", URL: "http://127.0.0.1/", Rate: 1, Users: 1, Timeout: time.Second, Sources: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}
	with := func(change func(*load.Group)) load.Spec {
		g := good
		change(&g)
		return load.Spec{Run: testRun, Subnet: loopback, Groups: []load.Group{g}}
	}
	for name, s := range map[string]load.Spec{
		"no run":     {Subnet: loopback},
		"no subnet":  {Run: testRun},
		"rate 0":     with(func(g *load.Group) { g.Rate = 0 }),
		"rate NaN":   with(func(g *load.Group) { g.Rate = math.NaN() }),
		"no users":   with(func(g *load.Group) { g.Users = 0 }),
		"no timeout": with(func(g *load.Group) { g.Timeout = 0 }),
		"no source":  with(func(g *load.Group) { g.Sources = nil }),
		"bad CA":     with(func(g *load.Group) { g.CA = "nonsense" }),
		"bad URL":    with(func(g *load.Group) { g.URL = "http://%" }),
		"no every":   {Run: testRun, Subnet: loopback, Checks: []load.Check{{TCP: &load.TCPProbe{Address: "127.0.0.1:1"}}}},
	} {
		n := &node{life: t.Context(), server: wire.NewServer(io.Discard), now: wire.Now}
		if _, err := n.prepare(t.Context(), s); err == nil {
			t.Errorf("%s: no error", name)
		}
		n.close()
	}
}

// When the CLI dies in the middle of the load, the node goes at once.
func TestNodeEndsWithItsStdin(t *testing.T) {
	hung := serveRaw(t, func(_ int, c *net.TCPConn) { _, _ = io.Copy(io.Discard, c) })
	p, _ := startNode(t)
	spec := load.Spec{Run: testRun, Subnet: loopback, Groups: []load.Group{{Name: "g", URL: secret.Text(hung), Rate: 100, Users: 1,
		Timeout: time.Hour, Sources: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}}}
	if err := p.Call(t.Context(), "prepare", spec, nil); err != nil {
		t.Fatal(err)
	}
	if err := p.Call(t.Context(), "start", load.Start{Load: true}, nil); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond) // the cleanup closes stdin: requests of an hour must not hold it up
}
