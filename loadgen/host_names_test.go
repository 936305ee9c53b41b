//go:build linux

package loadgen

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"

	"github.com/stormdrill/stormdrill/faults/authority"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/dns"
	"github.com/stormdrill/stormdrill/loadgen/load"
)

// What a node with a Chinese name is called on the wire.
const written, onTheWire = "数据库.内网", "xn--dxty1ibyb.xn--v6q792i"

// Users and checks ask for a name as it is on the wire, by DNS, TLS and HTTP, and know the
// node that answers as people write it.
func TestNamesOfOtherScripts(t *testing.T) {
	ca, err := authority.New("test")
	if err != nil {
		t.Fatal(err)
	}
	pair, err := ca.Issue(authority.Current(), onTheWire)
	if err != nil {
		t.Fatal(err)
	}
	own, err := pair.TLS()
	if err != nil {
		t.Fatal(err)
	}
	at := serveNames(t, func(q dns.Query) *dns.Answer {
		if q.Name != onTheWire+"." {
			return &dns.Answer{Code: dns.NameError}
		}
		return holds(1, "127.0.0.1")
	})
	var host, sni string
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter,
		r *http.Request) {
		host, sni = r.Host, r.TLS.ServerName
		w.Header().Set(NodeHeader, onTheWire)
	}))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{own}}
	s.StartTLS()
	t.Cleanup(s.Close)
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	url := "https://" + written + ":" + port + "/"
	r := newDialer(netip.MustParseAddr("127.0.8.8"), loopback, at)
	trust, err := trusting(ca.Certificate, "")
	if err != nil {
		t.Fatal(err)
	}

	u := usersOf(t, load.Group{URL: secret.Text(url), CA: ca.Certificate})
	u.pools[0].dialer = r
	one := u.one(0)
	wantNames := func(what string) {
		t.Helper()
		if host != onTheWire+":"+port || sni != onTheWire {
			t.Errorf("%s asked for %q, by TLS for %q", what, host, sni)
		}
		host, sni = "", ""
	}
	wantNames("a user")
	if one.Class != load.OK || one.Node != written {
		t.Errorf("a user: %+v", one)
	}

	page, err := newHTTPAsker(&load.HTTPProbe{URL: secret.Text(url)}, r, trust)
	if err != nil {
		t.Fatal(err)
	}
	if a := page.Ask(t.Context()); !a.Good {
		t.Errorf("a check by HTTP: %+v", a)
	}
	wantNames("a check by HTTP")

	var asked []string
	h := health.NewServer()
	_, port, err = net.SplitHostPort(grpcServer(t,
		func(s *grpc.Server) { healthpb.RegisterHealthServer(s, h) },
		grpc.Creds(credentials.NewTLS(s.TLS)),
		grpc.UnaryInterceptor(func(ctx context.Context, in any, _ *grpc.UnaryServerInfo,
			handle grpc.UnaryHandler) (any, error) {
			md, _ := metadata.FromIncomingContext(ctx)
			asked = md.Get(":authority")
			return handle(ctx, in)
		})))
	if err != nil {
		t.Fatal(err)
	}
	service := newGRPCAsker(&load.GRPCProbe{Address: written + ":" + port, TLS: true}, r, trust)
	if a := service.Ask(t.Context()); !a.Good || len(asked) != 1 ||
		asked[0] != onTheWire+":"+port {
		t.Errorf("a check by gRPC asked for %q: %+v", asked, a)
	}
}

// A header that names no host is kept as it came.
func TestNodeOfAHeader(t *testing.T) {
	for header, want := range map[string]string{"app-2": "app-2", onTheWire: written,
		"节点 1": "节点 1", "": ""} {
		if have := nodeOf(header); have != want {
			t.Errorf("%q names %q, want %q", header, have, want)
		}
	}
}
