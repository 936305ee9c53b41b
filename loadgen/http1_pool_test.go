//go:build linux

package loadgen

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

var quiet = log.New(io.Discard, "", 0)

// counting serves and counts connections, now open and ever.
func counting(t *testing.T) (url string, open, ever *atomic.Int64) {
	open, ever = new(atomic.Int64), new(atomic.Int64)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			open.Add(1)
			ever.Add(1)
		case http.StateClosed:
			open.Add(-1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	return s.URL, open, ever
}

func TestConnectionPerRequest(t *testing.T) {
	url, _, ever := counting(t)
	u := usersOf(t, load.Group{URL: secret.Text(url), PerRequest: true})
	for seq := range uint64(5) {
		if r := u.one(seq); r.Reused || r.Class != load.OK {
			t.Errorf("%+v", r)
		}
	}
	if n := ever.Load(); n != 5 {
		t.Errorf("%d connections for 5 requests", n)
	}
}

// clock is a clock that a test sets.
type clock struct{ atomic.Int64 }

func TestOldConnectionIsNotReused(t *testing.T) {
	url, open, ever := counting(t)
	u := usersOf(t, load.Group{URL: secret.Text(url), Live: 10 * time.Second})
	var at clock
	at.Store(1)
	u.pools[0].now = at.Load
	for _, step := range []struct {
		after  time.Duration
		reused bool
	}{{0, false}, {5 * time.Second, true}, {3999 * time.Millisecond,
		true}, {2100 * time.Millisecond, false}, {time.Second, true}} {
		at.Add(int64(step.after))
		if r := u.one(0); r.Reused != step.reused || r.Class != load.OK {
			t.Errorf("after %s: %+v", step.after, r)
		}
	}
	if n := ever.Load(); n != 2 {
		t.Errorf("%d connections, want 2", n)
	}
	at.Add(int64(12 * time.Second))
	u.sweep() // closed at that age also while no request needs it
	eventually(t, "the aged idle connection is closed", func() bool { return open.Load() == 0 })
}

// A short life under load: connections really end, and no request pays for it.
func TestConnectionLifeCostsNoErrors(t *testing.T) {
	url, open, ever := counting(t)
	u := usersOf(t, load.Group{URL: secret.Text(url), Live: 20 * time.Millisecond,
		Method: http.MethodPost})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for end := wire.Now() + int64(400*time.Millisecond); wire.Now() < end; {
				if r := u.one(0); r.Class != load.OK || r.Attempts != 1 {
					t.Errorf("%+v", r)
					return
				}
			}
		})
	}
	all.Wait()
	if n := ever.Load(); n < 16 {
		t.Errorf("only %d connections", n)
	}
	u.close()
	eventually(t, "all connections are closed", func() bool { return open.Load() == 0 })
}

func TestStaggerIsTenPercent(t *testing.T) {
	low, high := time.Hour, time.Duration(0)
	for range 1000 {
		d := stagger(10 * time.Second)
		low, high = min(low, d), max(high, d)
	}
	if low < 9*time.Second || low > 9200*time.Millisecond || high > 11*time.Second ||
		high < 10800*time.Millisecond {
		t.Errorf("10 s became %s to %s", low, high)
	}
}

// eventually waits for what another goroutine is about to do; a minute is
// for a broken program, not a slow machine.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}
