//go:build linux

package target

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"

	"github.com/stormdrill/stormdrill/loadgen/hostname"
)

// way is how a balancer reaches its servers.
type way struct {
	dial dialler
	tls  *tls.Config // nil: in plain HTTP
}

// trusting is the way by TLS to servers that have to show a certificate for a
// host by an authority (PEM).
func (w way) trusting(ca, host string) (way, error) {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(ca)) {
		return w, errors.New("its servers speak TLS, and it has no authority to trust")
	}
	w.tls = &tls.Config{RootCAs: roots, ServerName: hostname.Wire(host)}
	return w, nil
}

func (w way) scheme() string {
	if w.tls != nil {
		return "https"
	}
	return "http"
}

// connect opens a connection, to the end of its last handshake.
func (w way) connect(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := w.dial(ctx, network, address)
	if err != nil || w.tls == nil {
		return conn, err
	}
	s := tls.Client(conn, w.tls)
	if err := s.HandshakeContext(ctx); err != nil {
		_ = conn.Close() // the handshake's error says it all
		return nil, err
	}
	return s, nil
}

// untrusted says what is wrong with a certificate; empty: it is not that.
func untrusted(err error) string {
	var (
		invalid x509.CertificateInvalidError
		host    x509.HostnameError
		unknown x509.UnknownAuthorityError
	)
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "certificate expired"
	case errors.As(err, &host):
		return "certificate for another host"
	case errors.As(err, &unknown):
		return "certificate by an unknown authority"
	}
	return ""
}
