//go:build linux && drill

package loadgen

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/dns"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// A load node whose resolver listens where a switchboard's does; port 53 needs root.
func TestNamesOnPort53(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(s.Close)
	asked := make(chan dns.Type, 100)
	server, err := dns.Serve(netip.MustParseAddrPort("127.0.5.53:53"),
		func(q dns.Query) *dns.Answer {
			asked <- q.Type
			if q.Name == "shop." {
				return holds(1, "127.0.0.1")
			}
			return &dns.Answer{Code: dns.NameError}
		})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })

	n := &node{life: t.Context(), server: wire.NewServer(io.Discard), now: wire.Now}
	t.Cleanup(n.close)
	port := s.URL[strings.LastIndex(s.URL, ":"):]
	spec := load.Spec{Run: testRun, Subnet: loopback, Resolver: netip.MustParseAddr("127.0.5.53")}
	if _, err := n.prepare(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	if q := <-asked; q != dns.PTR {
		t.Errorf("prepare asked for %s: only a reverse name may be asked for", q)
	}
	for host, want := range map[string]string{"shop": "200", "shpo": "nxdomain"} {
		a, err := n.knock(t.Context(), load.Check{Timeout: time.Second,
			HTTP: &load.HTTPProbe{URL: secret.Text("http://" + host + port)}})
		if err != nil {
			t.Fatal(err)
		}
		expectAnswer(t, a, want == "200", true, want)
	}
}
