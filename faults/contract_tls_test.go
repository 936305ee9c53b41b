//go:build drill

package faults_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/authority"
	"github.com/stormdrill/stormdrill/faults/link"
)

// What a client's own stack makes of a handshake.
const (
	expired  = "expired"
	strange  = "wrong host"
	unknown  = "unknown authority"
	outdated = "protocol version"
)

// protocolVersion is the alert's number (RFC 8446, 6.2).
const protocolVersion tls.AlertError = 70

func newAuthority(t testing.TB) authority.Pair {
	t.Helper()
	ca, err := authority.New("contract")
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

// secured makes the client's side of a handshake.
func secured(c net.Conn, a attempt) (net.Conn, error) {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(a.CA))
	s := tls.Client(c, &tls.Config{RootCAs: roots, ServerName: "app"})
	_ = c.SetDeadline(time.Now().Add(a.Timeout))
	if err := s.Handshake(); err != nil {
		_ = c.Close()
		return nil, err
	}
	return s, nil
}

// insecure names what was wrong with a handshake.
func insecure(err error) string {
	var (
		invalid   x509.CertificateInvalidError
		host      x509.HostnameError
		authority x509.UnknownAuthorityError
		remote    *net.OpError
	)
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return expired
	case errors.As(err, &host):
		return strange
	case errors.As(err, &authority):
		return unknown
	case errors.As(err, &remote) && remote.Err.Error() == protocolVersion.Error():
		return outdated
	}
	return err.Error()
}

// ran is what came of a program.
type ran struct {
	Exit   int    `json:"exit"`
	Output string `json:"output"`
}

// runProgram runs a program in the node's network, with nothing to read.
func runProgram(ctx context.Context, args []string) (ran, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, args[0], args[1:]...)
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return ran{}, err
	}
	return ran{c.ProcessState.ExitCode(), string(out)}, nil
}

// spawn starts a program that serves until the node ends.
func (p *player) spawn(args []string) error {
	c := exec.Command(args[0], args[1:]...)
	p.peers = append(p.peers, c)
	return c.Start()
}

func (p *player) stop() {
	for _, c := range p.peers {
		_ = c.Process.Kill()
		_ = c.Wait()
	}
	p.peers = nil
}

const (
	opensslPort = 8443
	opensslPath = "shoppers -> app:8443"
)

// peers is a lab whose app is OpenSSL's own server.
type peers struct {
	*lab
	dir string
}

func newPeers(t *testing.T) peers { return newPeersOn(t, func(*link.Spec) {}) }

func newPeersOn(t *testing.T, with func(*link.Spec)) peers {
	t.Helper()
	s := specFor(&faults.TLS{})
	s.Links[0].ID, s.Links[0].Port = opensslPath, opensslPort
	with(&s)
	s.Authority = newAuthority(t)
	p := peers{newLab(t, s), t.TempDir()}
	own, err := s.Authority.Issue(authority.Current(), "app")
	p.must(err)
	p.call(p.app, "spawn", []string{"openssl", "s_server", "-quiet", "-www", "-accept",
		fmt.Sprint(opensslPort),
		"-cert", p.file("own.pem", own.Certificate), "-key", p.file("own.key", own.Key)}, nil)
	p.file("ca.pem", s.Authority.Certificate)
	p.wantSoon()
	return p
}

func (p peers) file(name, text string) string {
	path := filepath.Join(p.dir, name)
	if text != "" {
		p.must(os.WriteFile(path, []byte(text), 0o600))
	}
	return path
}

// wantSoon waits until the server listens.
func (p peers) wantSoon() {
	p.t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		got := p.curl()
		if got.Exit == 0 {
			return
		}
		if time.Now().After(end) {
			p.t.Fatalf("OpenSSL's server does not answer: %+v", got)
		}
	}
}

func (p peers) client(args ...string) (out ran) {
	p.t.Helper()
	p.call(p.lab.client, "run", args, &out)
	return out
}

// curl asks from a user's address.
func (p peers) curl(more ...string) ran {
	to := fmt.Sprintf("app:%d:%s", opensslPort, userLink.Addr())
	return p.client(append([]string{"curl", "-sS", "--noproxy", "*", "--max-time", "2", "--resolve",
		to, "--interface", userAddr.String(),
		"--cacert", p.file("ca.pem", ""), fmt.Sprintf("https://app:%d/", opensslPort)}, more...)...)
}

// openssl asks from the node's first address, a check's.
func (p peers) openssl(more ...string) ran {
	return p.client(append([]string{"timeout", "3", "openssl", "s_client", "-connect",
		netip.AddrPortFrom(userLink.Addr(), opensslPort).String(),
		"-servername", "app", "-verify_hostname", "app", "-CAfile",
		p.file("ca.pem", "")}, more...)...)
}

// What curl and OpenSSL, of today's versions and before OpenSSL's own server, say of each mode: the words
// that are found in the field.
func TestTLSPeers(t *testing.T) {
	t.Parallel()
	p := newPeers(t)
	for _, c := range []struct {
		as            string
		exit          int
		curl, openssl string
	}{
		{"expired", 60, "certificate has expired",
			"Verify return code: 10 (certificate has expired)"},
		{"wrong-host", 60, "no alternative certificate subject name matches target host name 'app'",
			"Verify return code: 62 (hostname mismatch)"},
		{"unknown-authority", 60, "unable to get local issuer certificate",
			"Verify return code: 21 (unable to verify the first certificate)"},
		{"incomplete-chain", 60, "unable to get local issuer certificate",
			"Verify return code: 21 (unable to verify the first certificate)"},
		{"old-version", 35, "alert protocol version", "alert protocol version"},
		{"no-answer", 28, "timed out", ""},
	} {
		t.Run(c.as, func(t *testing.T) {
			p.t = t
			name := "as " + c.as
			p.apply(link.Rule{Name: name, Links: []string{opensslPath}, TLS: &link.TLS{As: c.as}})
			if got := p.curl("--tlsv1.2"); got.Exit != c.exit ||
				!strings.Contains(got.Output, c.curl) {
				t.Errorf("curl: %+v, want exit %d and %q", got, c.exit, c.curl)
			}
			if got := p.openssl("-min_protocol", "TLSv1.2"); !strings.Contains(got.Output,
				c.openssl) || c.as == "no-answer" && got.Exit != 124 {
				t.Errorf("openssl: %+v, want %q", got, c.openssl)
			}
			if n := p.count(name); n.Users != 1 || n.Checks != 1 {
				t.Errorf("counted %+v, want curl as a user, OpenSSL as a check", n)
			}
			p.lift(name)
			p.clean()
			if got := p.curl(); got.Exit != 0 {
				t.Errorf("curl after the lift: %+v", got)
			}
			if got := p.openssl(); !strings.Contains(got.Output, "Verify return code: 0 (ok)") {
				t.Errorf("openssl after the lift: %+v", got)
			}
		})
	}
}

// Of an incomplete chain one certificate is shown, whose issuer is not the drill's authority.
func TestTLSPeersSeeOneOfTheChain(t *testing.T) {
	t.Parallel()
	p := newPeers(t)
	p.apply(link.Rule{Name: "short", Links: []string{opensslPath},
		TLS: &link.TLS{As: link.IncompleteChain}})
	got := p.openssl("-showcerts")
	if n := strings.Count(got.Output, "BEGIN CERTIFICATE"); n != 1 ||
		!strings.Contains(got.Output, "CN = An intermediate authority") {
		t.Errorf("openssl: %+v, want one certificate, by an intermediate authority", got)
	}
	p.lift("short")
	if got := p.openssl("-showcerts"); strings.Contains(got.Output, "intermediate") {
		t.Errorf("openssl after the lift: %+v", got)
	}
	p.clean()
}

// A client that takes what it is shown reaches the node.
func TestTLSPeersThatTakeIt(t *testing.T) {
	t.Parallel()
	p := newPeers(t)
	p.apply(link.Rule{Name: "stale", Links: []string{opensslPath}, TLS: &link.TLS{As: "expired"}})
	if got := p.curl("--insecure"); got.Exit != 0 || !strings.Contains(got.Output, "s_server") {
		t.Errorf("curl --insecure: %+v, want the page of OpenSSL's server", got)
	}
	p.lift("stale")
	p.apply(link.Rule{Name: "old", Links: []string{opensslPath}, TLS: &link.TLS{As: "old-version"}})
	if got := p.openssl("-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"); !strings.Contains(got.Output,
		"Protocol  : TLSv1.1") ||
		!strings.Contains(got.Output, "Verify return code: 0 (ok)") {
		t.Errorf("openssl of old: %+v, want TLS 1.1, and a good certificate", got)
	}
	p.lift("old")
	p.clean()
}

// A client that waits for an answer until the lift gets it.
func TestTLSHeldUntilTheLift(t *testing.T) {
	t.Parallel()
	s := specFor(&faults.TLS{})
	s.Authority = newAuthority(t)
	l := newLab(t, s)
	l.apply(link.Rule{Name: "silent", Links: []string{userPath}, TLS: &link.TLS{As: "no-answer"}})
	a := users(3)
	a.CA, a.Timeout = s.Authority.Certificate, long
	lifted := make(chan time.Time, 1)
	go func() {
		soon(func() bool { c, err := l.Count(t.Context(), "silent"); return err != nil || c.Users == 3 })
		time.Sleep(200 * time.Millisecond) // no client is answered meanwhile
		lifted <- time.Now()
		_, _ = l.Lift(context.WithoutCancel(t.Context()), "silent")
	}()
	all, answered := l.try(a), time.Now()
	if at := <-lifted; answered.Before(at) {
		t.Errorf("answered %s before the lift", at.Sub(answered))
	}
	for _, o := range all {
		if o.Status != 200 {
			t.Errorf("%+v, want an answer after the lift", o)
		}
	}
	if c := l.count("silent"); c.Users != 3 || c.Active {
		t.Errorf("counted %+v, want three", c)
	}
	l.clean()
}

// A check that goes by the users' link is distinguished from them by its address.
func TestTLSCountsChecksApart(t *testing.T) {
	t.Parallel()
	s := specFor(&faults.TLS{})
	s.Authority = newAuthority(t)
	l := newLab(t, s)
	in, err := (&faults.TLS{Link: userPath, As: "expired"}).Bind("stale",
		faults.Site{Links: s.Links[:1], Switchboard: l})
	l.must(err)
	_, err = in.Inject(t.Context())
	l.must(err)
	a := from(checkAddr, userLink, 3)
	a.CA, a.Timeout = s.Authority.Certificate, long
	l.wantAll(a, expired)
	if c := l.proof(in); c.Users != 0 || c.Checks != 3 || c.Total != 3 || c.First != 0 {
		t.Errorf("checks alone: %+v", c)
	}
	_, err = in.Lift(t.Context())
	l.must(err)
	l.clean()
}

// Where TLS ends in the link and begins anew, requests are told apart by their
// traceparent and path, and a connection that stood meets the fault too.
func TestTLSOpened(t *testing.T) {
	t.Parallel()
	s := spec(true)
	s.Links[0].Opened, s.Links[1].Opened = true, true
	s.Authority = newAuthority(t)
	l := newLab(t, s)
	l.keep()
	known := from(lbAddr, lbLink, 1) // a user's came by that link before
	known.CA, known.Timeout, known.Trace = s.Authority.Certificate, long, run
	l.wantAll(known, "")
	l.apply(link.Rule{Name: "bad", Links: []string{userPath, lbPath},
		HTTPStatus: &link.HTTPStatus{Code: 503, Share: 1}})
	var o outcome
	if l.call(l.client, "again", nil, &o); o.Status != 503 || o.Fault != "bad" {
		t.Errorf("kept connection: %+v, want the fault's 503", o)
	}
	a := from(lbAddr, lbLink, 4) // a check's: no trace
	a.CA, a.Timeout = s.Authority.Certificate, long
	l.wantAll(a, "")
	a.N, a.Trace = 3, run
	l.wantAll(a, "")
	if c := l.count("bad"); c.Users != 4 || c.Checks != 4 || c.Blind {
		t.Errorf("counted %+v, want the kept connection's and three as users', four as checks'", c)
	}
	l.lift("bad")
	l.wantKept("after the lift")
	l.apply(link.Rule{Name: "spared", Links: []string{userPath, lbPath},
		Select: link.Selection{Spare: []string{"/"}}, Stall: &link.Stall{}})
	l.wantKept("beside a fault that spares its path")
	l.lift("spared")
	l.clean()
}

// An opened link shows a good certificate for the node's names, unless a tls rule
// has it show another; and a node that makes no handshake lets none be made.
func TestTLSOpenedPeers(t *testing.T) {
	t.Parallel()
	p := newPeersOn(t, func(s *link.Spec) { s.Links[0].Opened = true })
	if got := p.openssl(); !strings.Contains(got.Output, "Verify return code: 0 (ok)") {
		t.Errorf("openssl: %+v", got)
	}
	p.apply(link.Rule{Name: "bad", Links: []string{opensslPath},
		HTTPStatus: &link.HTTPStatus{Code: 503, Share: 1}})
	if got := p.curl("-w", "%{http_code} %{http_version}"); got.Exit != 0 ||
		!strings.Contains(got.Output, "503 1.1") {
		t.Errorf("curl: %+v, want the fault's 503 by HTTP/1.1", got)
	}
	p.apply(link.Rule{Name: "stale", Links: []string{opensslPath}, TLS: &link.TLS{As: "expired"}})
	if got := p.curl(); got.Exit != 60 {
		t.Errorf("curl: %+v, want an expired certificate", got)
	}
	if got := p.curl("--insecure", "-w", "%{http_code}"); got.Exit != 0 ||
		!strings.Contains(got.Output, "503") {
		t.Errorf("curl --insecure: %+v, want the other fault's 503", got)
	}
	p.lift("stale")
	p.lift("bad")
	p.call(p.app, "stop", nil, nil)
	if got := p.curl(); got.Exit == 0 || got.Exit == 28 {
		t.Errorf("curl, and the server is gone: %+v, want no handshake, at once", got)
	}
	p.clean()
}

// Between nodes, the source of a connection cannot be read off its bytes: then the count
// says so, and calls nothing a check's.
func TestTLSBetweenNodesIsUnattributed(t *testing.T) {
	t.Parallel()
	s := specFor(&faults.TLS{})
	s.Authority = newAuthority(t)
	l := newLab(t, s)
	a := from(lbAddr, lbLink, 3)
	a.CA, a.Timeout = s.Authority.Certificate, long
	for how, r := range map[string]link.Rule{
		expired: {Name: "stale", TLS: &link.TLS{As: "expired"}},
		ended:   {Name: "cut", LimitData: &link.LimitData{Bytes: 1500}},
		reset:   {Name: "torn", Reset: &link.Reset{}},
	} {
		r.Links = []string{lbPath}
		l.apply(r)
		l.wantAll(a, how)
		if c := l.count(r.Name); c.Users != 3 || c.Total != 3 || !c.Blind || c.First == 0 {
			t.Errorf("%s: counted %+v, want three that cannot be attributed", r.Name, c)
		}
		l.lift(r.Name)
	}
	l.clean()
}
