//go:build linux

package target

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/dns"
)

// A question that is lost is said again, soon, over the same socket, so that the
// answer to the first is taken however late it is; where there is none, the deadline
// counts, as for any program.
func TestNamesAreAskedForAgain(t *testing.T) {
	const every = 50 * time.Millisecond
	for _, c := range []struct {
		what   string
		within time.Duration
		answer func(asked int) bool // whether the question, so often asked, is answered
		late   time.Duration
		fails  bool
		least  int // questions
	}{
		{what: "the first is lost", within: 10 * time.Second,
			answer: func(n int) bool { return n == 2 }, least: 2},
		{what: "the answer is late", within: 10 * time.Second,
			answer: func(n int) bool { return n == 1 }, late: 5 * every / 2, least: 2},
		{what: "silence", within: 5 * every, answer: func(int) bool { return false }, fails: true,
			least: 2},
	} {
		t.Run(c.what, func(t *testing.T) {
			var asked atomic.Int64
			at := resolves(t, func(dns.Query) *dns.Answer {
				if !c.answer(int(asked.Add(1))) {
					return nil
				}
				time.Sleep(c.late)
				return &dns.Answer{Addresses: []netip.Addr{netip.MustParseAddr("198.18.2.2")},
					TTL: 1}
			})
			here := func(ctx context.Context, network, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, network, at)
			}
			ctx, cancel := context.WithTimeout(t.Context(), c.within)
			defer cancel()
			have, err := lookup((&net.Resolver{PreferGo: true,
				Dial: asking(here, every)}).LookupNetIP).addresses(ctx, "app.")
			if c.fails {
				if e := (*net.DNSError)(nil); !errors.As(err, &e) || !e.IsTimeout {
					t.Errorf("have %v, %v, want a time-out", have, err)
				}
			} else if err != nil || len(have) != 1 || have[0].String() != "198.18.2.2" {
				t.Errorf("have %v, %v", have, err)
			}
			if n := int(asked.Load()); n < c.least {
				t.Errorf("asked %d times, want %d at least", n, c.least)
			}
		})
	}
}

// resolves serves DNS on loopback.
func resolves(t *testing.T, answer dns.Handler) (at string) {
	t.Helper()
	for range 100 { // until a port is free for UDP and TCP
		if s, err := dns.Serve(netip.MustParseAddrPort("127.0.0.1:0"), answer); err == nil {
			t.Cleanup(func() { _ = s.Close() })
			return s.Addr().String()
		}
	}
	t.Fatal("no port is free for UDP and TCP")
	return ""
}
