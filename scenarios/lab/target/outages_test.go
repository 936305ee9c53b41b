//go:build linux

package target

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/quantity"
	"github.com/stormdrill/stormdrill/scenarios"
)

// asUser asks as a user does: the request carries a trace.
func asUser(h http.Handler) *http.Response {
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Traceparent", "00-0123456789abcdef0000000000000001-0001000000000001-01")
	h.ServeHTTP(w, r)
	return w.Result()
}

// The n-th outage begins After + n·Every after the first user's request and lasts
// For, but for the jitter at either end, which the seed draws.
func TestOutagesComeWhenTheyAreDrawn(t *testing.T) {
	cfg := scenarios.Outages{Every: 10 * time.Second, For: 3 * time.Second, Jitter: time.Second,
		Count: 50, As: scenarios.Fail503}
	o := newOutages(&cfg, "app", 7, nil)
	drawn := map[time.Duration]bool{}
	for n := range 50 {
		from, to := o.span(n)
		least := time.Duration(n+1) * cfg.Every
		if from < least || from >= least+cfg.Jitter || to-from < cfg.For ||
			to-from >= cfg.For+cfg.Jitter {
			t.Errorf("outage %d: from %s to %s", n, from, to)
		}
		if o.on(from-1) || !o.on(from) || !o.on(to-1) || o.on(to) {
			t.Errorf("outage %d is not on from %s until before %s", n, from, to)
		}
		drawn[from-least], drawn[to-from] = true, true
	}
	if len(drawn) != 100 {
		t.Errorf("%d different jitters, want 100", len(drawn))
	}
	if from, _ := o.span(50); o.on(from) {
		t.Error("there is one more than were wanted")
	}
	for what, other := range map[string]*outages{"seed": newOutages(&cfg, "app", 8, nil), "node": newOutages(&cfg, "app-2", 7, nil)} {
		a, _ := o.span(0)
		if b, _ := other.span(0); a == b {
			t.Errorf("another %s draws the same", what)
		}
	}
	again := newOutages(&cfg, "app", 7, nil)
	if a, b := o.cfg.After, again.cfg.After; a != b || a != cfg.Every {
		t.Errorf("the first comes after %s and %s, want %s", a, b, cfg.Every)
	}
}

// A check does not set the clock going, a user's request does; the log has the instants.
func TestOutagesAreCountedFromTheFirstUser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out sheet
		j := newJournal(&out)
		o := newOutages(&scenarios.Outages{Every: 4 * time.Second, For: time.Second, Count: 1,
			As: scenarios.Fail503}, "app", 1, j)
		o.now = func() int64 { return time.Now().UnixNano() }
		ended := make(chan error)
		go func() { ended <- o.run(t.Context()) }()
		wants := func(user, want bool) {
			t.Helper()
			r := httptest.NewRequest("GET", "/", nil)
			if user {
				r.Header.Set("Traceparent", "00-1-1-01")
			}
			if hit := o.hits(o.now(), r); hit != want {
				t.Errorf("hit %v, want %v", hit, want)
			}
		}
		wants(false, false)
		time.Sleep(time.Hour)
		wants(false, false)
		wants(true, false)
		first := o.now()
		time.Sleep(4 * time.Second)
		wants(true, true)
		wants(false, true)
		time.Sleep(time.Second)
		wants(true, false)
		if err := <-ended; err != nil {
			t.Error(err)
		}
		j.Close()
		want := fmt.Sprintf("%d outages: counted from here, the first request of a user\n"+
			"%d outage 1 begins: 503 for 100%% of requests; told 0s late\n"+
			"%d outage 1 ends: 503 for 100%% of requests; told 0s late\n", first,
			first+int64(4*time.Second), first+int64(5*time.Second))
		if out.String() != want {
			t.Errorf("have\n%swant\n%s", out.String(), want)
		}
	})
}

// What a client meets, over plain connections and TLS, and what the log says of it.
func TestWaysOfFailing(t *testing.T) {
	for _, secure := range []bool{false, true} {
		for as, c := range map[scenarios.Failing]struct {
			status int
			err    error
			logged string
		}{
			scenarios.FailReset: {0, syscall.ECONNRESET, " GET / 444 "},
			scenarios.Fail503:   {503, nil, " GET / 503 "},
			scenarios.FailHang:  {0, context.DeadlineExceeded, " GET / 499 "},
			scenarios.FailSlow:  {200, nil, " GET / 200 "},
		} {
			var out sheet
			j := newJournal(&out)
			h := newWeb("app", scenarios.Web{}, j)
			h.outages = newOutages(&scenarios.Outages{Every: time.Hour, After: 1, For: time.Minute,
				As: as, Delay: 300 * time.Millisecond}, "app", 1, j)
			served := make(chan struct{}, 2)
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter,
				r *http.Request) {
				h.ServeHTTP(w, r)
				served <- struct{}{}
			}))
			if secure {
				s.TLS = &tls.Config{NextProtos: []string{"http/1.1"}}
				s.StartTLS()
			} else {
				s.Start()
			}
			if r := asUser(h); r.StatusCode != 200 {
				t.Fatalf("the first request of all: have %d", r.StatusCode)
			}
			if r := get(h, "/health"); r.StatusCode != 200 {
				t.Errorf("the health path is not spared: have %d", r.StatusCode)
			}
			patience := aMinute
			if as == scenarios.FailHang {
				patience = aMoment
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			begun := time.Now()
			req, _ := http.NewRequestWithContext(ctx, "GET", s.URL, nil)
			r, err := s.Client().Do(req)
			status := 0
			if err == nil {
				status = r.StatusCode
				_, _ = io.Copy(io.Discard, r.Body)
				_ = r.Body.Close()
			}
			if status != c.status || !errors.Is(err, c.err) {
				t.Errorf("%s, TLS %v: have %d and %v, want %d and %v", as, secure, status, err,
					c.status, c.err)
			}
			if as == scenarios.FailSlow && time.Since(begun) < 300*time.Millisecond {
				t.Errorf("slow: have an answer after %s", time.Since(begun))
			}
			<-served
			cancel()
			s.Close()
			j.Close()
			if !strings.Contains(out.String(), c.logged) {
				t.Errorf("%s, TLS %v: logged %q, want %q in it", as, secure, out.String(), c.logged)
			}
		}
	}
}

// A share is of requests, one by one.
func TestOutagesHitTheirShare(t *testing.T) {
	share := quantity.Share(0.3)
	o := newOutages(&scenarios.Outages{Every: time.Hour, For: time.Minute, As: scenarios.Fail503,
		Share: &share}, "app", 1, nil)
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Traceparent", "00-1-1-01")
	o.hits(1, r)
	from, _ := o.span(0)
	const n = 100_000
	hit := 0
	for range n {
		if o.hits(1+int64(from), r) {
			hit++
		}
	}
	if hit < n*29/100 || hit > n*31/100 {
		t.Errorf("%d of %d requests were hit, want 30%%", hit, n)
	}
}
