//go:build linux

package loadgen

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

func TestRamped(t *testing.T) {
	p := Ramped(100, 2*time.Second)
	for n, want := range map[uint64]time.Duration{0: 0, 25: time.Second, 100: 2 * time.Second, 200: 3 * time.Second} {
		if have := p(n); have < want-time.Microsecond || have > want+time.Microsecond {
			t.Errorf("hit %d: have %s, want %s", n, have, want)
		}
	}
	for n := range uint64(300) {
		if p(n+1) < p(n) {
			t.Fatalf("hit %d is due before hit %d", n+1, n)
		}
	}
	if have := p.Count(time.Second); have != 26 {
		t.Errorf("within the first second: %d, want 26", have)
	}
}

// A mix deals its parts by weight, exactly over each round, and not in lumps.
func TestMix(t *testing.T) {
	g := load.Group{Mix: []load.Part{{Path: "/asset", Weight: 92}, {Path: "/login", Weight: 8}}}
	seen := map[string]int{}
	row, longest := 0, 0
	for n := range uint64(1000) {
		path := pathOf(g, n)
		seen[path]++
		if row++; path == "/login" {
			row = 0
		}
		longest = max(longest, row)
	}
	if seen["/asset"] != 920 || seen["/login"] != 80 {
		t.Errorf("dealt %v, want 920 and 80", seen)
	}
	if longest > 40 {
		t.Errorf("%d in a row of one kind", longest)
	}
	if p := pathOf((load.Group{}), 3); p != "" {
		t.Errorf("no mix: path %q", p)
	}
}

// A flood reaches its target with the mix it was given, without a trace of the
// run, is counted, ends, and comes again.
func TestFlood(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]int{}
	traced := false
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen[r.URL.Path]++
		traced = traced || r.Header.Get("Traceparent") != ""
	}))
	defer s.Close()
	var emitted []string
	f := loosed(t, s.URL+"/", load.Group{Rate: 500,
		Mix: []load.Part{{Path: "/a", Weight: 3}, {Path: "/b/c", Weight: 1}}}, func(event string,
		body any) error {
		mu.Lock()
		defer mu.Unlock()
		emitted = append(emitted, fmt.Sprint(event, " ", body))
		return nil
	})
	for range 2 {
		before := f.read()
		if _, err := f.begin(); err != nil {
			t.Fatal(err)
		}
		for f.read().Answered < before.Answered+40 {
			time.Sleep(5 * time.Millisecond)
		}
		if _, err := f.end(); err != nil {
			t.Fatal(err)
		}
	}
	d, err := f.end()
	if err != nil || d.Active || d.Answered > d.Sent || d.First == 0 || d.Last < d.First {
		t.Errorf("have %+v, %v", d, err)
	}
	mu.Lock()
	defer mu.Unlock()
	if !slices.Equal(emitted, []string{"flooding attack"}) {
		t.Errorf("emitted %q", emitted)
	}
	// What was cut off may have arrived or not.
	if saw := uint64(seen["/a"] + seen["/b/c"]); traced || saw < d.Answered || saw > d.Sent ||
		seen["/b/c"] == 0 {
		t.Errorf("the target saw %v, traced %v; sent %d, answered %d", seen, traced, d.Sent,
			d.Answered)
	}
}

// A flood whose deadline passes is ended by the load node, and so is one that is loose
// when the conversation ends.
func TestFloodEndsByItself(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer s.Close()
	n := &node{life: t.Context(), server: wire.NewServer(io.Discard), now: wire.Now}
	f := loosed(t, s.URL, load.Group{Rate: 500}, func(string, any) error { return nil })
	n.floods = map[string]floodSource{"attack": f}
	began := wire.Now()
	if _, err := n.let(t.Context(), load.Let{Name: "attack",
		For: 300 * time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	for f.read().Active {
		time.Sleep(5 * time.Millisecond)
	}
	if lasted := time.Duration(wire.Now() - began); lasted < 300*time.Millisecond {
		t.Errorf("ended after %s, want at least 300ms", lasted)
	}
	if _, err := n.let(t.Context(), load.Let{Name: "attack", For: time.Hour}); err != nil {
		t.Fatal(err)
	}
	n.close()
	if d := f.read(); d.Active {
		t.Errorf("after the end: %+v", d)
	}
}

// loosed is a flood towards this machine, ready to begin.
func loosed(t *testing.T, url string, g load.Group, emit func(string, any) error) *flood {
	t.Helper()
	local := netip.MustParseAddr("127.0.0.1")
	g.Name, g.URL, g.Method, g.Users, g.Sources = "attack", secret.Text(url), "GET", 1,
		[]netip.Addr{local}
	g.Timeout, g.Slow = time.Minute, time.Minute
	return newFlood(t.Context(), load.Spec{Run: "00112233aabbccdd",
		Subnet: netip.PrefixFrom(local, 8).Masked()}, g, wire.Now, emit)
}

// The end does not wait for answers: requests that hang are cut off, their
// connections are reset, and none reaches the target afterwards.
func TestFloodEndsAtOnce(t *testing.T) {
	var came, left atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		came.Add(1)
		<-r.Context().Done() // the client's connection is gone
		left.Add(1)
	}))
	defer s.Close()
	f := loosed(t, s.URL, load.Group{Rate: 200}, func(string, any) error { return nil })
	if d, err := f.end(); err != nil || d.Active {
		t.Errorf("ended before it began: %+v, %v", d, err)
	}
	if _, err := f.begin(); err != nil {
		t.Fatal(err)
	}
	for came.Load() < 20 {
		time.Sleep(5 * time.Millisecond)
	}
	if _, err := f.begin(); err == nil {
		t.Error("let loose twice at once")
	}
	d, err := f.end()
	if took := time.Duration(d.At - d.Since); err != nil || d.Active || took >= time.Minute { // their time-out
		t.Errorf("have %+v, %v, after %s", d, err, took)
	}
	eventually(t, "all are let go", func() bool { return left.Load() == came.Load() })
	reached := came.Load()
	time.Sleep(100 * time.Millisecond)
	if left.Load() != reached || came.Load() != reached || uint64(reached) > d.Sent ||
		d.Answered != 0 {
		t.Errorf("%d came, %d were let go, %d after the end; counted %+v", reached, left.Load(),
			came.Load()-reached, d)
	}
}
