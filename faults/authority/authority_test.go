package authority

import (
	"crypto/x509"
	"errors"
	"testing"
)

// verify checks a certificate against an authority, for a name, now.
func verify(t *testing.T, ca, p Pair, name string) error {
	t.Helper()
	c, err := p.TLS()
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(ca.Certificate)) {
		t.Fatal("the authority's certificate is none")
	}
	_, err = c.Leaf.Verify(x509.VerifyOptions{DNSName: name, Roots: roots})
	return err
}

func issue(t *testing.T, ca Pair, v Validity) Pair {
	t.Helper()
	p, err := ca.Issue(v, "app", "app-1")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestIssue(t *testing.T) {
	ca, err := New("drill")
	if err != nil {
		t.Fatal(err)
	}
	other, err := New("drill")
	if err != nil {
		t.Fatal(err)
	}
	good := issue(t, ca, Current())
	for _, name := range []string{"app", "app-1"} {
		if err := verify(t, ca, good, name); err != nil {
			t.Errorf("for %s: %v", name, err)
		}
	}
	var host x509.HostnameError
	if err := verify(t, ca, good, "app-2"); !errors.As(err, &host) {
		t.Errorf("for another name: %v", err)
	}
	var unknown x509.UnknownAuthorityError
	if err := verify(t, other, good, "app"); !errors.As(err, &unknown) {
		t.Errorf("by an authority of the same name: %v", err)
	}
	var invalid x509.CertificateInvalidError
	if err := verify(t, ca, issue(t, ca, Expired()), "app"); !errors.As(err, &invalid) ||
		invalid.Reason != x509.Expired {
		t.Errorf("expired: %v", err)
	}
}

func TestIssueWithoutKey(t *testing.T) {
	if _, err := (Pair{}).Issue(Current(), "app"); err == nil {
		t.Error("signed by no authority")
	}
}

// A certificate by an intermediate authority is good to clients that are shown both, and to
// none that are shown the one alone.
func TestIntermediate(t *testing.T) {
	ca, err := New("drill")
	if err != nil {
		t.Fatal(err)
	}
	between, err := ca.Intermediate("between")
	if err != nil {
		t.Fatal(err)
	}
	p := issue(t, between, Current())
	var unknown x509.UnknownAuthorityError
	if err := verify(t, ca, p, "app"); !errors.As(err, &unknown) {
		t.Errorf("alone: %v", err)
	}
	c, err := p.TLS()
	if err != nil {
		t.Fatal(err)
	}
	roots, others := x509.NewCertPool(), x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(ca.Certificate))
	others.AppendCertsFromPEM([]byte(between.Certificate))
	if _, err := c.Leaf.Verify(x509.VerifyOptions{DNSName: "app", Roots: roots,
		Intermediates: others}); err != nil {
		t.Errorf("with the one between: %v", err)
	}
}
