//go:build linux

package loadgen

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// tlsClass is what was wrong with a TLS handshake.
func tlsClass(err error) load.Class {
	var (
		invalid x509.CertificateInvalidError
		host    x509.HostnameError
		unknown x509.UnknownAuthorityError
	)
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return load.TLSExpired
	case errors.As(err, &host):
		return load.TLSHost
	case errors.As(err, &unknown):
		return load.TLSAuthority
	case alerted(err, protocolVersion):
		return load.TLSVersion
	}
	return load.TLS
}

// protocolVersion is the alert of a server that has no version in common with
// its client (RFC 8446, 6.2).
const protocolVersion tls.AlertError = 70

// alerted reports whether the server sent an alert. Its type in crypto/tls is not exported,
// but has an exported twin with the same text.
func alerted(err error, alert tls.AlertError) bool {
	var remote *net.OpError
	return errors.As(err, &remote) && remote.Op == "remote error" &&
		remote.Err.Error() == alert.Error()
}
