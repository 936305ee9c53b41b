package carry

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// stdio is a stream as net/http has connections.
type stdio struct {
	in      io.Reader
	out     io.Writer
	ended   atomic.Bool // it could not be read on, or written to
	closing sync.Once
	closed  chan struct{}
}

func newStdio(in io.Reader, out io.Writer) *stdio {
	return &stdio{in: in, out: out, closed: make(chan struct{})}
}

func (c *stdio) Read(b []byte) (int, error) {
	n, err := c.in.Read(b)
	if err != nil {
		c.ended.Store(true)
	}
	return n, err
}

func (c *stdio) Write(b []byte) (int, error) {
	n, err := c.out.Write(b)
	if err != nil {
		c.ended.Store(true)
	}
	return n, err
}

// Close closes both directions, as far as they can be.
func (c *stdio) Close() (err error) {
	c.closing.Do(func() {
		close(c.closed)
		for _, end := range []any{c.out, c.in} {
			if x, ok := end.(io.Closer); ok {
				err = errors.Join(err, x.Close())
			}
		}
	})
	return err
}

// address is a stream's, which has none.
type address struct{}

func (address) Network() string { return "stdio" }
func (address) String() string  { return "stdio" }

func (c *stdio) LocalAddr() net.Addr  { return address{} }
func (c *stdio) RemoteAddr() net.Addr { return address{} }

// Deadlines are none: pings find a silent side.
func (c *stdio) SetDeadline(time.Time) error      { return nil }
func (c *stdio) SetReadDeadline(time.Time) error  { return nil }
func (c *stdio) SetWriteDeadline(time.Time) error { return nil }

// oneConn is a listener that gives one connection, and is over when that is.
type oneConn struct {
	*stdio
	given chan *stdio // holds it until it was taken
}

func once(c *stdio) oneConn {
	l := oneConn{c, make(chan *stdio, 1)}
	l.given <- c
	return l
}

func (l oneConn) Accept() (net.Conn, error) {
	select {
	case c := <-l.given:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l oneConn) Addr() net.Addr { return address{} }
