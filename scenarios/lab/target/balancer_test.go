//go:build linux

package target

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stormdrill/stormdrill/scenarios"
)

func three() zone {
	return zone{
		"app":   {"198.18.2.4", "198.18.2.2", "198.18.2.3"},
		"app-1": {"198.18.2.2"}, "app-2": {"198.18.2.3"}, "app-3": {"198.18.2.4"},
	}
}

// testBalancer follows a zone until the test ends.
func testBalancer(t *testing.T, cfg scenarios.Balancer, resolve lookup, question ask) *balancer {
	t.Helper()
	j := newJournal(io.Discard)
	cfg.Backend = "app:8080"
	b, err := newBalancer(cfg, resolve, nil, "", j)
	if err != nil {
		t.Fatal(err)
	}
	b.question = question
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = b.follow(ctx)
	}()
	t.Cleanup(func() { cancel(); <-done; j.Close() })
	synctest.Wait()
	return b
}

// turns gives how many of n requests each server gets.
func turns(b *balancer, n int) map[string]int {
	have := map[string]int{}
	for range n {
		name := "none"
		if s := b.next(); s != nil {
			name = s.name
		}
		have[name]++
	}
	return have
}

func TestBalancerIsEvenAndTakesOutWhoIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := scenarios.Balancer{Passive: &scenarios.Eject{Errors: 1, For: time.Minute}}
		b := testBalancer(t, cfg, three().lookup, nil)
		for _, c := range []struct {
			down string
			want map[string]int
		}{
			{"", map[string]int{"app-1": 100, "app-2": 100, "app-3": 100}},
			{"app-2", map[string]int{"app-1": 150, "app-3": 150}},
			{"app-1", map[string]int{"app-3": 300}},
			{"app-3", map[string]int{"none": 300}},
		} {
			for _, s := range b.servers {
				if s.name == c.down {
					s.served(false)
				}
			}
			if have := turns(b, 300); !maps.Equal(have, c.want) {
				t.Errorf("with %s down too: have %v, want %v", c.down, have, c.want)
			}
		}
	})
}

// Down after the second bad answer: between (fall−1) and fall intervals after
// the fault, whatever the phase; up again likewise.
func TestBalancerChecks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bad atomic.Bool
		question := func(_ context.Context, address string) (bool, string) {
			if bad.Load() && address == "198.18.2.3:8080" {
				return false, "503"
			}
			return true, "200"
		}
		cfg := scenarios.Balancer{Check: &scenarios.Health{Interval: 500 * time.Millisecond,
			Fall: 2, Rise: 2}}
		b := testBalancer(t, cfg, three().lookup, question)
		time.Sleep(3 * time.Second)
		for _, fault := range []bool{true, false} {
			bad.Store(fault)
			begun := time.Now()
			for b.states()[1].Up == fault && time.Since(begun) < time.Minute {
				time.Sleep(time.Millisecond)
			}
			if took := time.Since(begun); took < 500*time.Millisecond ||
				took > 1001*time.Millisecond {
				t.Errorf("fault %t: noticed after %s, want 0.5 s to 1 s", fault, took)
			}
			for i, s := range b.states() {
				if wantUp := i != 1 || !fault; s.Up != wantUp ||
					s.Name != fmt.Sprintf("app-%d", i+1) {
					t.Errorf("fault %t: have %+v", fault, s)
				}
			}
		}
		if have, want := b.states()[1].Why, "check: 200, 2 in a row"; have != want {
			t.Errorf("why: have %q, want %q", have, want)
		}
	})
}

func TestBalancerFollowsItsName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var answer atomic.Pointer[zone]
		z := three()
		answer.Store(&z)
		resolve := func(ctx context.Context, network, host string) ([]netip.Addr, error) {
			z := answer.Load()
			if z == nil {
				return nil, errors.New("server misbehaving")
			}
			return z.lookup(ctx, network, host)
		}
		cfg := scenarios.Balancer{Passive: &scenarios.Eject{Errors: 1, For: time.Hour}}
		b := testBalancer(t, cfg, resolve, nil)
		names := func() (all []string) {
			time.Sleep(resolveEvery + time.Millisecond)
			synctest.Wait()
			for _, s := range b.states() {
				all = append(all, s.Name)
			}
			return all
		}
		b.servers[0].served(false) // app-1 is out
		answer.Store(nil)
		if have := names(); len(have) != 3 {
			t.Errorf("a resolver that fails emptied the list: have %v", have)
		}
		answer.Store(&zone{"app": {"198.18.2.3", "198.18.2.2"}, "app-1": {"198.18.2.2"},
			"app-2": {"198.18.2.3"}})
		if have := names(); !slices.Equal(have, []string{"app-1", "app-2"}) {
			t.Errorf("have %v", have)
		}
		if b.states()[0].Up {
			t.Error("app-1 was forgiven because app-3 left")
		}
	})
}

// A balancer first asks each server at a phase of its own, which is the same for the
// same seed: what a run was drawn from is known, its checks included.
func TestChecksArePhasedByTheSeed(t *testing.T) {
	b := &balancer{cfg: withDefaults(scenarios.Balancer{Check: &scenarios.Health{}}), node: "lb",
		seed: 7}
	again := &balancer{cfg: b.cfg, node: "lb", seed: 7}
	met := map[time.Duration]string{}
	for _, server := range []string{"app-1", "app-2", "app-3"} {
		for _, of := range []*balancer{b, {cfg: b.cfg, node: "lb", seed: 8}, {cfg: b.cfg, node: "lb-2", seed: 7}} {
			asked := fmt.Sprintf("%s asking %s, seed %d", of.node, server, of.seed)
			d := of.phase(server)
			if d < 0 || d >= 2*time.Second || met[d] != "" {
				t.Errorf("%s: %s, as %q", asked, d, met[d])
			}
			met[d] = asked
		}
		if have, want := again.phase(server), b.phase(server); have != want {
			t.Errorf("%s: %s, then %s", server, want, have)
		}
	}
}

// A balancer counts its requests as a web target does, and by server, whose states it
// exposes; what asks its users' ports for /metrics is passed on.
func TestBalancerShowsMetrics(t *testing.T) {
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bad" {
			w.WriteHeader(http.StatusInternalServerError)
		}
		_, _ = io.WriteString(w, "of the server")
	}))
	defer app.Close()
	addr := netip.MustParseAddrPort(app.Listener.Addr().String())
	dial, err := newDial()
	if err != nil {
		t.Fatal(err)
	}
	j := newJournal(io.Discard)
	defer j.Close()
	b, err := newBalancer(scenarios.Balancer{Backend: fmt.Sprintf("app:%d", addr.Port())},
		zone{"app": {addr.Addr().String()}}.lookup, dial, "", j)
	if err != nil {
		t.Fatal(err)
	}
	p := newProxy("lb", b, j)
	get(p, "/") // no server is known yet
	if err := b.refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer b.quit()
	if have := body(t, get(p, "/metrics")); have != "of the server" {
		t.Errorf("a user's request for /metrics got %q", have)
	}
	get(p, "/bad")
	name := b.states()[0].Name
	have := body(t, get(statePage("lb", b, p.metrics.page), "/metrics"))
	for _, want := range []string{
		`http_requests_total{code="200",method="get",node="lb"} 1`,
		`http_requests_total{code="500",method="get",node="lb"} 1`,
		`http_requests_total{code="503",method="get",node="lb"} 1`,
		`http_request_duration_seconds_count{code="200",method="get",node="lb"} 1`,
		`http_backend_requests_total{code="500",node="lb",server="` + name + `"} 1`,
		`http_backend_requests_total{code="503",node="lb",server="none"} 1`,
		`http_backend_up{node="lb",server="` + name + `"} 1`,
	} {
		if !strings.Contains(have, want+"\n") {
			t.Errorf("metrics lack %s:\n%s", want, have)
		}
	}
}
