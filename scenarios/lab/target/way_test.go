//go:build linux

package target

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/stormdrill/stormdrill/faults/authority"
	"github.com/stormdrill/stormdrill/scenarios"
)

// secured is a server with a certificate, and how a balancer asks it.
func secured(t *testing.T, p authority.Pair) (addr netip.AddrPort, cfg scenarios.Balancer) {
	t.Helper()
	c, err := p.TLS()
	if err != nil {
		t.Fatal(err)
	}
	app := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter,
		*http.Request) {
	}))
	app.Config.ErrorLog = log.New(io.Discard, "", 0) // clients break handshakes off
	app.TLS = &tls.Config{Certificates: []tls.Certificate{c}}
	app.StartTLS()
	t.Cleanup(app.Close)
	addr = netip.MustParseAddrPort(app.Listener.Addr().String())
	return addr, scenarios.Balancer{Backend: fmt.Sprintf("https://app:%d", addr.Port()),
		PerRequest: true}
}

func newAuthority(t *testing.T) authority.Pair {
	t.Helper()
	ca, err := authority.New("drill")
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

// By TLS a balancer takes a server that shows a certificate for the backend's name
// by the drill's authority, and no other; its checks, with a path or without, find
// the same, and say what was wrong.
func TestBalancerVerifiesItsServers(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	j := newJournal(io.Discard)
	defer j.Close()
	for _, c := range []struct {
		by    authority.Pair
		valid authority.Validity
		name  string
		want  string // empty: it is taken
	}{
		{ca, authority.Current(), "app", ""},
		{ca, authority.Expired(), "app", "certificate expired"},
		{ca, authority.Current(), "shop", "certificate for another host"},
		{other, authority.Current(), "app", "certificate by an unknown authority"},
	} {
		own, err := c.by.Issue(c.valid, c.name)
		if err != nil {
			t.Fatal(err)
		}
		addr, cfg := secured(t, own)
		for _, path := range []string{"", "/health"} {
			cfg.Check = &scenarios.Health{Path: path}
			b, err := newBalancer(cfg, zone{"app": {addr.Addr().String()}}.lookup,
				(&net.Dialer{}).DialContext, ca.Certificate, j)
			if err != nil {
				t.Fatal(err)
			}
			if good, found := b.question(t.Context(), addr.String()); good != (c.want == "") ||
				c.want != "" && found != c.want {
				t.Errorf("check %q of a server with %q: good %v, %q", path, c.want, good, found)
			}
		}
		wantVerified(t, addr, cfg, ca.Certificate, c.want)
	}
}

// wantVerified sends a request through a balancer.
func wantVerified(t *testing.T, addr netip.AddrPort, cfg scenarios.Balancer, ca, want string) {
	t.Helper()
	cfg.Check = nil
	j := newJournal(io.Discard)
	t.Cleanup(j.Close)
	b, err := newBalancer(cfg, zone{"app": {addr.Addr().String()}}.lookup,
		(&net.Dialer{}).DialContext, ca, j)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.quit)
	front := httptest.NewServer(newProxy("lb", b, j))
	t.Cleanup(front.Close)
	a := fetch(t, front.URL)
	text, _ := io.ReadAll(a.Body)
	if want == "" && a.StatusCode != 200 || want != "" &&
		(a.StatusCode != 502 || string(text) != "app: "+want+"\n") {
		t.Errorf("a server with %q: have %d, %q", want, a.StatusCode, text)
	}
}

// Without an authority to trust, a balancer sends no question.
func TestBalancerWithoutAuthority(t *testing.T) {
	if _, err := newBalancer(scenarios.Balancer{Backend: "https://app:8443"}, zone{}.lookup, nil,
		"", nil); err == nil {
		t.Error("it trusts no authority, and would ask")
	}
}
