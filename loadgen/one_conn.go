//go:build linux

package loadgen

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"sync/atomic"

	"github.com/stormdrill/stormdrill/loadgen/hostname"
)

// once connects to host:port, by TLS where there is an authority to trust. The client that gets
// the connection does not make one of its own: how far this one gets, and what fails, is
// reported as of all checks.
func (r *dialer) once(ctx context.Context, s *trace, address string, trust *tls.Config) (*oneConn,
	error) {
	c, err := r.dial(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if trust == nil {
		return &oneConn{Conn: c}, nil
	}
	s.reached(handshaking)
	trust = trust.Clone()
	trust.ServerName, _, _ = net.SplitHostPort(hostname.Address(address))
	secured := tls.Client(c, trust)
	if err := secured.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	return &oneConn{Conn: secured}, nil
}

// oneConn is a connection that a client of a protocol of its own may have once, and notes
// what breaks it.
type oneConn struct {
	net.Conn
	given atomic.Bool

	mu  sync.Mutex
	err error
}

var errGiven = errors.New("the connection was used already")

// take gives the connection.
func (c *oneConn) take() (net.Conn, error) {
	if c.given.Swap(true) {
		return nil, errGiven
	}
	return c, nil
}

func (c *oneConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.note(err)
	return n, err
}

func (c *oneConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.note(err)
	return n, err
}

func (c *oneConn) note(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = err
	}
}

// why is what broke it; nil: nothing did.
func (c *oneConn) why() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}
