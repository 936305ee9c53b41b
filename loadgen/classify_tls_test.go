//go:build linux

package loadgen

import (
	"crypto/tls"
	"net"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/faults/authority"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
)

// serveTLS serves handshakes on loopback with a certificate for some names.
func serveTLS(t *testing.T, ca authority.Pair, v authority.Validity, config *tls.Config,
	names ...string) string {
	t.Helper()
	own, err := ca.Issue(v, names...)
	if err != nil {
		t.Fatal(err)
	}
	c, err := own.TLS()
	if err != nil {
		t.Fatal(err)
	}
	config.Certificates = []tls.Certificate{c}
	url := serveRaw(t, func(_ int, c *net.TCPConn) { _ = tls.Server(c, config).Handshake() })
	return strings.Replace(string(url), "http:", "https:", 1)
}

// Real handshakes, each wrong in its own way, told apart by users and checks alike;
// an unknown authority is among the classes of TestClassesOfRequests.
func TestTLSClasses(t *testing.T) {
	ca, err := authority.New("drill")
	if err != nil {
		t.Fatal(err)
	}
	old := &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	for _, c := range []struct {
		url  string
		want load.Class
	}{
		{serveTLS(t, ca, authority.Expired(), &tls.Config{}, "app"), load.TLSExpired},
		{serveTLS(t, ca, authority.Current(), &tls.Config{}, "another-host.invalid"), load.TLSHost},
		{serveTLS(t, ca, authority.Current(), old, "app"), load.TLSVersion},
	} {
		s := load.Spec{Subnet: loopback, Authority: ca.Certificate}
		p, err := newProbe(load.Check{HTTP: &load.HTTPProbe{URL: secret.Text(c.url)}}, s)
		if err != nil {
			t.Fatal(err)
		}
		if r := p.Ask(t.Context()); r.Good || r.Detail != c.want.String() {
			t.Errorf("a check: %+v, want %s", r, c.want)
		}
		if r := usersOf(t, load.Group{URL: secret.Text(c.url),
			CA: ca.Certificate}).one(0); r.Class != c.want {
			t.Errorf("a user: %s, want %s", r.Class, c.want)
		}
	}
}
