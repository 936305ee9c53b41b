//go:build linux

package target

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"time"
)

// askAgain is how long a target waits for an answer before it asks the resolver again.
const askAgain = time.Second

// resolver is how targets ask for names: as Go does, each question for 5 s and then once
// more, but for that they say it again every second meanwhile. A packet that is lost,
// as on busy machines in an engine's own resolver, costs a second and not five; and an
// answer that comes late is one still, which it is not for Go with `timeout:1` in
// resolv.conf.
var resolver = &net.Resolver{PreferGo: true,
	Dial: asking((&net.Dialer{Control: staysNear}).DialContext, askAgain)}

// asking gives conversations with a resolver in which a question over UDP is said again.
func asking(dial dialler, every time.Duration) dialler {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		if u, ok := c.(*net.UDPConn); ok {
			return &question{UDPConn: u, every: every}, err
		}
		return c, err
	}
}

// question is a conversation over UDP in which what was said last is said again until
// the other side answers, or the deadline has come.
type question struct {
	*net.UDPConn
	every time.Duration
	until time.Time
	said  []byte
}

func (q *question) SetDeadline(t time.Time) error {
	q.until = t
	return q.UDPConn.SetDeadline(t)
}

func (q *question) Write(b []byte) (int, error) {
	q.said = bytes.Clone(b)
	return q.UDPConn.Write(b)
}

func (q *question) Read(b []byte) (int, error) {
	for {
		next := time.Now().Add(q.every)
		last := !q.until.IsZero() && !next.Before(q.until)
		if last {
			next = q.until
		}
		if err := q.SetReadDeadline(next); err != nil {
			return 0, err
		}
		n, err := q.UDPConn.Read(b)
		if last || !errors.Is(err, os.ErrDeadlineExceeded) {
			return n, err
		}
		if _, err := q.UDPConn.Write(q.said); err != nil {
			return 0, err
		}
	}
}
