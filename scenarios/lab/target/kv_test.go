//go:build linux

package target

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stormdrill/stormdrill/scenarios"
)

// inMemory leads requests to a handler; nil: the node is dead.
type inMemory struct {
	mu sync.Mutex
	h  http.Handler
}

func (m *inMemory) set(h http.Handler) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.h = h
}

func (m *inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	m.mu.Lock()
	h := m.h
	m.mu.Unlock()
	if h == nil {
		return nil, io.ErrUnexpectedEOF
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result(), nil
}

// pairs are two nodes, each reached by the other over a line of its own.
type pairs struct {
	toFirst, toSecond inMemory
}

// node starts a node of a pair; peer leads to the other.
func node(ctx context.Context, name string, cfg scenarios.KV, peer *inMemory, leads bool) *kv {
	j := newJournal(io.Discard)
	context.AfterFunc(ctx, j.Close)
	s := newStore(j, cfg.Lag)
	if leads {
		s.lead(1)
	}
	f := follower{cfg: cfg, store: s, base: "http://peer", client: &http.Client{Transport: peer}}
	go func() { _ = f.run(ctx) }()
	return &kv{node: name, cfg: cfg, store: s, lines: j, metrics: newMetrics(name)}
}

func put(h http.Handler, id string) int {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("PUT", "/write?id="+id, nil))
	return w.Code
}

var quick = scenarios.KV{Lag: 500 * time.Millisecond, Interval: 200 * time.Millisecond, Fall: 3}

// Writes of the last lag are lost with the active one; the standby takes over after Fall
// failed questions; a node that comes back joins as a standby and has it all.
func TestPairFailsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var p pairs
		first, die := context.WithCancel(ctx)
		a := node(first, "db-1", quick, &p.toSecond, true)
		p.toFirst.set(a)
		b := node(ctx, "db-2", quick, &p.toFirst, false)
		p.toSecond.set(b)
		if c := put(b, "x"); c != http.StatusServiceUnavailable {
			t.Errorf("a standby took a write: %d", c)
		}
		put(a, "old")
		time.Sleep(time.Second)
		put(a, "young")
		time.Sleep(300 * time.Millisecond)
		die()
		p.toFirst.set(nil)
		time.Sleep(time.Second)
		for path, want := range map[string]int{"/active": 200, "/read?id=old": 200, "/read?id=young": 404} {
			if have := get(b, path).StatusCode; have != want {
				t.Errorf("after the loss, %s: have %d, want %d", path, have, want)
			}
		}
		a = node(ctx, "db-1", quick, &p.toSecond, false)
		p.toFirst.set(a)
		put(b, "new")
		time.Sleep(time.Second)
		if have := body(t, get(a, "/state")); !strings.Contains(have,
			`"role":"standby","epoch":2,"position":2`) {
			t.Errorf("the node that came back: %s", have)
		}
	})
}

// An active node that slept while the other took over does not act as one, steps
// down and begins anew.
func TestPairHasOneActive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var p pairs
		b := node(ctx, "db-2", quick, &p.toFirst, false)
		b.store.lead(2)
		p.toSecond.set(b)
		a := node(ctx, "db-1", quick, &p.toSecond, false)
		a.store.lead(1)
		a.store.mu.Lock()
		a.store.beat = time.Now().Add(-time.Second)
		a.store.mu.Unlock()
		if c := put(a, "x"); c != http.StatusServiceUnavailable {
			t.Errorf("it woke and took a write: %d", c)
		}
		p.toFirst.set(a)
		time.Sleep(time.Second)
		if c := get(a, "/active").StatusCode; c != http.StatusServiceUnavailable {
			t.Errorf("two are active: %d", c)
		}
		if c := get(b, "/active").StatusCode; c != http.StatusOK {
			t.Errorf("none is active: %d", c)
		}
	})
}

// In sync, what is acknowledged is with the standby; a lost standby is waited
// for no longer than Fall intervals.
func TestPairInSync(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		cfg := scenarios.KV{Sync: true, Interval: 200 * time.Millisecond, Fall: 3}
		var p pairs
		a := node(ctx, "db-1", cfg, &p.toSecond, true)
		p.toFirst.set(a)
		second, die := context.WithCancel(ctx)
		b := node(second, "db-2", cfg, &p.toFirst, false)
		p.toSecond.set(b)
		time.Sleep(time.Second)
		if c := put(a, "x"); c != 200 || !b.store.holds("x") {
			t.Errorf("acknowledged with %d, the standby has it: %v", c, b.store.holds("x"))
		}
		die()
		time.Sleep(100 * time.Millisecond)
		begun := time.Now()
		if c, took := put(a, "y"), time.Since(begun); c != 200 || took > 600*time.Millisecond {
			t.Errorf("alone: %d after %s", c, took)
		}
	})
}

func TestPairRefusesBadIDs(t *testing.T) {
	j := newJournal(io.Discard)
	defer j.Close()
	s := newStore(j, 0)
	s.lead(1)
	k := &kv{node: "db-1", cfg: quick, store: s, lines: j, metrics: newMetrics("db-1")}
	for _, id := range []string{"", "a%0Ab", strings.Repeat("x", 201)} {
		if c := put(k, id); c != http.StatusBadRequest {
			t.Errorf("id %.10q: have %d", id, c)
		}
	}
	put(k, "x")
	put(k, "x")
	if have := body(t, get(k, "/state")); !strings.Contains(have, `"position":1`) {
		t.Errorf("one id written twice: %s", have)
	}
}

func TestPeerOfAPair(t *testing.T) {
	for node, want := range map[string]string{"kv-1": "kv-2", "kv-2": "kv-1",
		"kv-1.internal.corp": "kv-2.internal.corp", "库-2.内网": "库-1.内网", "kv-3": "", "kv": "",
		"kv.corp-1": ""} {
		if have, err := peerOf(node); have != want || (err == nil) != (want != "") {
			t.Errorf("the other of %s: %q, %v, want %q", node, have, err, want)
		}
	}
}
