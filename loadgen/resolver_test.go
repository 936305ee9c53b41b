//go:build linux

package loadgen

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/dns"
	"github.com/stormdrill/stormdrill/loadgen/load"
)

// serveNames is a DNS server on UDP and TCP of one loopback port.
func serveNames(t *testing.T, answer dns.Handler) netip.AddrPort {
	t.Helper()
	for range 100 { // until a port is free for both
		if s, err := dns.Serve(netip.MustParseAddrPort("127.0.0.1:0"), answer); err == nil {
			t.Cleanup(func() { _ = s.Close() })
			return s.Addr()
		}
	}
	t.Fatal("no port is free for UDP and TCP")
	return netip.AddrPort{}
}

// holds is an answer of some addresses that hold for ttl seconds.
func holds(ttl uint32, ips ...string) *dns.Answer {
	a := &dns.Answer{TTL: ttl}
	for _, ip := range ips {
		a.Addresses = append(a.Addresses, netip.MustParseAddr(ip))
	}
	return a
}

// soon is a context for an answer that comes: a minute is for a broken program, not a slow
// machine.
func soon(t *testing.T) context.Context { return within(t, time.Minute) }

func within(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func TestClassesOfLookups(t *testing.T) {
	at := serveNames(t, func(q dns.Query) *dns.Answer {
		switch strings.TrimSuffix(q.Name, ".") {
		case "good":
			return holds(1, "127.0.0.1")
		case "absent":
			return &dns.Answer{Code: dns.NameError}
		case "broken":
			return &dns.Answer{Code: dns.ServerFailure}
		case "denied":
			return &dns.Answer{Code: dns.Refused}
		case "odd":
			return &dns.Answer{Code: dns.NotImplemented}
		case "silent":
			return nil
		case "long":
			if q.UDP {
				return &dns.Answer{Truncated: true}
			}
			return holds(1, "127.0.0.1")
		}
		return &dns.Answer{}
	})
	live := newDialer(netip.MustParseAddr("127.0.3.3"), loopback, at)
	for host, want := range map[string]load.Class{
		"good": load.OK, "long": load.OK, "127.0.0.9": load.OK, "absent": load.NXDomain, "broken": load.ServFail, "denied": load.DNSRefused,
		"odd": load.DNSOther, "empty": load.DNSOther, "silent": load.DNSTimeout,
	} {
		ctx := soon(t)
		if want == load.DNSTimeout {
			ctx = within(t, 300*time.Millisecond)
		}
		_, err := live.names.lookup(ctx, host)
		if have := classify(err, resolving); have != want {
			t.Errorf("%s: %s (%v), want %s", host, have, err, want)
		}
	}
	outside := newDialer(netip.Addr{}, netip.MustParsePrefix("198.18.0.0/22"), at)
	if _, err := outside.names.lookup(soon(t), "good"); classify(err, resolving) != load.Local {
		t.Errorf("a resolver outside the subnet was asked: %v", err)
	}
}

func TestSilentResolverIsADNSTimeoutOfTheRequest(t *testing.T) {
	at := serveNames(t, func(dns.Query) *dns.Answer { return nil })
	u := usersOf(t, load.Group{URL: "http://shop/", Timeout: 200 * time.Millisecond})
	u.pools[0].dialer = newDialer(netip.Addr{}, loopback, at)
	if r := u.one(0); r.Class != load.DNSTimeout || !r.Lookup.Tried() || r.Lookup.OK() ||
		r.Lookup.Took() < 150*time.Millisecond || r.Handshake.Tried() {
		t.Errorf("%+v", r)
	}
}

func TestResolverAsksFromItsSourceAndHonoursTTL(t *testing.T) {
	var asked atomic.Int64
	at := serveNames(t, func(q dns.Query) *dns.Answer {
		asked.Add(1)
		if from := q.From.String(); !strings.HasPrefix(from, "127.0.3.3:") {
			t.Errorf("asked from %s", from)
		}
		return holds(1, "127.1.0.1", "127.1.0.2")
	})
	r := newDialer(netip.MustParseAddr("127.0.3.3"), loopback, at).names
	now := time.Now()
	r.now = func() time.Time { return now }
	for _, step := range []struct {
		after time.Duration
		asked int64
	}{{0, 1}, {0, 1}, {999 * time.Millisecond, 1}, {time.Millisecond, 2}} {
		now = now.Add(step.after)
		if _, err := r.lookup(soon(t), "app"); err != nil {
			t.Fatal(err)
		}
		if n := asked.Load(); n != step.asked {
			t.Errorf("asked %d times, want %d", n, step.asked)
		}
	}
	var have []string
	for range 4 {
		ip, err := r.lookup(soon(t), "APP.")
		if err != nil {
			t.Fatal(err)
		}
		have = append(have, ip.String())
	}
	if want := []string{"127.1.0.2", "127.1.0.1", "127.1.0.2", "127.1.0.1"}; !slices.Equal(have,
		want) {
		t.Errorf("addresses in turn: %v, want %v", have, want)
	}
}

// A question without an answer is asked once more; the first answer counts, to whichever
// of the two.
func TestSilentLookupIsAskedAgain(t *testing.T) {
	answered, again := make(chan struct{}), make(chan struct{})
	close(answered)
	var never chan struct{}
	for name, c := range map[string]struct {
		after    [2]<-chan struct{} // when the first and the second are answered
		patience time.Duration      // long enough for a slow machine, where an answer comes
		class    load.Class
		asked    int64
	}{
		"at once":            {[2]<-chan struct{}{answered, never}, time.Minute, load.OK, 1},
		"once asked again":   {[2]<-chan struct{}{again, never}, 2 * time.Second, load.OK, 2},
		"the second at once": {[2]<-chan struct{}{never, answered}, 2 * time.Second, load.OK, 2},
		"neither": {[2]<-chan struct{}{never, never}, 200 * time.Millisecond,
			load.DNSTimeout, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int64
			over := make(chan struct{})
			at := serveNames(t, func(dns.Query) *dns.Answer {
				n := asked.Add(1)
				if n == 2 && c.after[0] == again {
					close(again)
				}
				select {
				case <-c.after[min(n, 2)-1]:
				case <-over:
				}
				return holds(60, "127.0.0.1")
			})
			defer close(over)
			r := newDialer(netip.Addr{}, loopback, at).names
			r.Timeout = c.patience
			began := time.Now()
			_, err := r.lookup(t.Context(), "app")
			least := time.Duration(c.asked-1) * c.patience
			if c.class != load.OK {
				least += c.patience
			}
			if took := time.Since(began); classify(err, resolving) != c.class || took < least {
				t.Errorf("%v after %s", err, took)
			}
			if n := asked.Load(); n != c.asked {
				t.Errorf("asked %d times", n)
			}
		})
	}
}

func TestFailedLookupIsAskedAgain(t *testing.T) {
	var asked atomic.Int64
	at := serveNames(t, func(dns.Query) *dns.Answer {
		if asked.Add(1) > 1 {
			return holds(60, "127.0.0.1")
		}
		return &dns.Answer{Code: dns.NameError}
	})
	r := newDialer(netip.Addr{}, loopback, at).names
	if _, err := r.lookup(soon(t), "app"); classify(err, resolving) != load.NXDomain {
		t.Fatal(err)
	}
	if _, err := r.lookup(soon(t), "app"); err != nil {
		t.Errorf("a failure was remembered: %v", err)
	}
}

func TestNamesAreKeptAsLongAsTheMachineSays(t *testing.T) {
	for _, c := range []struct {
		atLeast time.Duration
		asked   []int64 // after 0 s, 1 s and 2 s of answers that hold for 1 s
	}{{0, []int64{1, 2, 3}}, {2 * time.Second, []int64{1, 1, 2}}, {500 * time.Millisecond,
		[]int64{1, 2, 3}}} {
		var asked atomic.Int64
		at := serveNames(t, func(dns.Query) *dns.Answer {
			asked.Add(1)
			return holds(1, "127.0.0.1")
		})
		r := newDialer(netip.Addr{}, loopback, at).names
		now := time.Now()
		r.now, r.atLeast = func() time.Time { return now }, &c.atLeast
		for _, want := range c.asked {
			if _, err := r.lookup(soon(t), "app"); err != nil {
				t.Fatal(err)
			}
			if n := asked.Load(); n != want {
				t.Errorf("kept for %s: asked %d times, want %d", c.atLeast, n, want)
			}
			now = now.Add(time.Second)
		}
	}
}
