package loadgen

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// serveNames is a DNS server on UDP and TCP of one loopback port.
func serveNames(t *testing.T, answer func(w dns.ResponseWriter, q *dns.Msg)) netip.AddrPort {
	t.Helper()
	udp, tcp := listenBoth(t)
	for _, s := range []*dns.Server{{PacketConn: udp}, {Listener: tcp}} {
		s.Handler = dns.HandlerFunc(answer)
		ready, done := make(chan struct{}), make(chan error, 1)
		s.NotifyStartedFunc = func() { close(ready) }
		go func() { done <- s.ActivateAndServe() }()
		<-ready
		t.Cleanup(func() { _ = s.Shutdown(); <-done })
	}
	return netip.MustParseAddrPort(udp.LocalAddr().String())
}

// listenBoth takes a port that is free for UDP and for TCP.
func listenBoth(t *testing.T) (net.PacketConn, net.Listener) {
	t.Helper()
	for range 100 {
		udp, err := net.ListenPacket("udp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		if tcp, err := net.Listen("tcp4", udp.LocalAddr().String()); err == nil {
			return udp, tcp
		}
		_ = udp.Close()
	}
	t.Fatal("no port is free for both")
	return nil, nil
}

func record(name string, ttl uint32, ip string) dns.RR {
	return &dns.A{Hdr: dns.RR_Header{Name: name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: ttl}, A: net.ParseIP(ip)}
}

func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

func TestClassesOfLookups(t *testing.T) {
	at := serveNames(t, func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg).SetReply(q)
		switch strings.TrimSuffix(q.Question[0].Name, ".") {
		case "good":
			m.Answer = []dns.RR{record("good.", 1, "127.0.0.1")}
		case "absent":
			m.Rcode = dns.RcodeNameError
		case "broken":
			m.Rcode = dns.RcodeServerFailure
		case "denied":
			m.Rcode = dns.RcodeRefused
		case "odd":
			m.Rcode = dns.RcodeNotImplemented
		case "silent":
			return
		case "long":
			if w.LocalAddr().Network() == "udp" {
				m.Truncated = true
			} else {
				m.Answer = []dns.RR{record("long.", 1, "127.0.0.1")}
			}
		}
		_ = w.WriteMsg(m)
	})
	live := newRoad(netip.MustParseAddr("127.0.3.3"), loopback, at)
	for host, want := range map[string]Class{
		"good": OK, "long": OK, "127.0.0.9": OK, "absent": NXDomain, "broken": ServFail, "denied": DNSRefused,
		"odd": DNSOther, "empty": DNSOther, "silent": DNSTimeout,
	} {
		_, err := live.names.lookup(soon(t), host)
		if have := classify(err, resolving); have != want {
			t.Errorf("%s: %s (%v), want %s", host, have, err, want)
		}
	}
	outside := newRoad(netip.Addr{}, netip.MustParsePrefix("198.18.0.0/22"), at)
	if _, err := outside.names.lookup(soon(t), "good"); classify(err, resolving) != Local {
		t.Errorf("a resolver outside the subnet was asked: %v", err)
	}
}

func TestSilentResolverIsADNSTimeoutOfTheRequest(t *testing.T) {
	at := serveNames(t, func(dns.ResponseWriter, *dns.Msg) {})
	u := usersOf(t, Group{URL: "http://shop/", Timeout: 200 * time.Millisecond})
	u.pools[0].road = newRoad(netip.Addr{}, loopback, at)
	if r := u.one(0); r.Class != DNSTimeout || !r.Lookup.Tried() || r.Lookup.OK() || r.Lookup.Took() < 150*time.Millisecond || r.Handshake.Tried() {
		t.Errorf("%+v", r)
	}
}

func TestResolverAsksFromItsSourceAndHonoursTTL(t *testing.T) {
	var asked atomic.Int64
	at := serveNames(t, func(w dns.ResponseWriter, q *dns.Msg) {
		asked.Add(1)
		if from := w.RemoteAddr().String(); !strings.HasPrefix(from, "127.0.3.3:") {
			t.Errorf("asked from %s", from)
		}
		m := new(dns.Msg).SetReply(q)
		m.Answer = []dns.RR{record("app.", 2, "127.1.0.1"), record("app.", 1, "127.1.0.2")}
		_ = w.WriteMsg(m)
	})
	r := newRoad(netip.MustParseAddr("127.0.3.3"), loopback, at).names
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
	if want := []string{"127.1.0.2", "127.1.0.1", "127.1.0.2", "127.1.0.1"}; !slices.Equal(have, want) {
		t.Errorf("addresses in turn: %v, want %v", have, want)
	}
}

func TestFailedLookupIsAskedAgain(t *testing.T) {
	var asked atomic.Int64
	at := serveNames(t, func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg).SetRcode(q, dns.RcodeNameError)
		if asked.Add(1) > 1 {
			m = new(dns.Msg).SetReply(q)
			m.Answer = []dns.RR{record("app.", 60, "127.0.0.1")}
		}
		_ = w.WriteMsg(m)
	})
	r := newRoad(netip.Addr{}, loopback, at).names
	if _, err := r.lookup(soon(t), "app"); classify(err, resolving) != NXDomain {
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
	}{{0, []int64{1, 2, 3}}, {2 * time.Second, []int64{1, 1, 2}}, {500 * time.Millisecond, []int64{1, 2, 3}}} {
		var asked atomic.Int64
		at := serveNames(t, func(w dns.ResponseWriter, q *dns.Msg) {
			asked.Add(1)
			m := new(dns.Msg).SetReply(q)
			m.Answer = []dns.RR{record("app.", 1, "127.0.0.1")}
			_ = w.WriteMsg(m)
		})
		r := newRoad(netip.Addr{}, loopback, at).names
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
