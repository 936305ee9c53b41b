//go:build drill

package loadgen

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// A load node whose resolver listens where a switchboard's does; port 53 needs root.
func TestNamesOnPort53(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(s.Close)
	asked := make(chan uint16, 100)
	server := &dns.Server{Addr: "127.0.5.53:53", Net: "udp", Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		asked <- q.Question[0].Qtype
		m := new(dns.Msg).SetRcode(q, dns.RcodeNameError)
		if q.Question[0].Name == "shop." {
			m = new(dns.Msg).SetReply(q)
			m.Answer = []dns.RR{record("shop.", 1, "127.0.0.1")}
		}
		_ = w.WriteMsg(m)
	})}
	ready, done := make(chan struct{}), make(chan error, 1)
	server.NotifyStartedFunc = func() { close(ready) }
	go func() { done <- server.ListenAndServe() }()
	select {
	case <-ready:
	case err := <-done:
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Shutdown(); <-done })

	n := &node{life: t.Context(), server: wire.NewServer(io.Discard), now: wire.Now}
	t.Cleanup(n.close)
	port := s.URL[strings.LastIndex(s.URL, ":"):]
	spec := Spec{Run: testRun, Subnet: loopback, Resolver: netip.MustParseAddr("127.0.5.53")}
	if _, err := n.prepare(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	if q := <-asked; q != dns.TypePTR {
		t.Errorf("prepare asked for type %d: only a reverse name is nobody's mistake", q)
	}
	for host, want := range map[string]string{"shop": "200", "shpo": "nxdomain"} {
		a, err := n.knock(t.Context(), Check{Timeout: time.Second, HTTP: &HTTPProbe{URL: "http://" + host + port}})
		if err != nil {
			t.Fatal(err)
		}
		expectAnswer(t, a, want == "200", true, want)
	}
}
