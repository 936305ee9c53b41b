//go:build linux

package loadgen

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"math"
	"net"
	"net/http"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// http1Conn does HTTP/1.1 on one connection at a time, on the goroutine that asks: no other
// has to be woken to write or to read, which is half of what a request costs with
// net/http's Transport. To a server it is the same client: what is sent, when a request is
// sent again, and what ends a connection are as there.
//
// Having the connection to itself is also what makes an age limit sound: the request that
// takes one has its age, and nothing else writes on it, so an old one is closed between two
// requests, never under one.
type http1Conn struct {
	dialer   *dialer
	template *requestTemplate
	tls      *tls.Config
	life     context.Context // when it ends, the connection does
	aged     func() int64    // until when a connection that begins now may be used, ns; 0: for ever

	conn  net.Conn // nil: none
	until int64    // ns; the connection is too old from then on; 0: never
	in    *bufio.Reader
	out   []byte      // what the last request was written into
	ready func() bool // whether there is something to read, or the end
	loose func() bool // from life
	head  int         // bytes that may still be read of a head
	body  bodyReader  // of the last answer
}

// mostHead bounds the head of an answer, bytes, as net/http does.
const mostHead = 10 << 20

// mostAtOnce is how long a body may be that is written before anything is read;
// every socket takes that much.
const mostAtOnce = 16 << 10

// mostInterim is how many 1xx answers may come before the real one.
const mostInterim = 5

var (
	errHead    = fmt.Errorf("head of more than %d bytes", mostHead)
	errInterim = fmt.Errorf("more than %d answers before the final one", mostInterim)
)

func (l *http1Conn) old(now int64) bool { return l.until != 0 && now >= l.until }

// dead reports whether an idle connection has ended. Nothing comes on it unasked,
// so whatever there is to read is its end.
func (l *http1Conn) dead() bool { return l.conn != nil && l.ready() }

// ask sends a request, and reads the whole answer, until a deadline.
//
// A request on a connection that stood already, which ends before the first byte
// of an answer, is sent again on a new one, if it is idempotent or nothing of it
// had been written: servers close idle connections as they please.
func (l *http1Conn) ask(s *trace, q query, end time.Time) (answer, error) {
	for {
		if err := l.connect(s, end); err != nil {
			return answer{}, err
		}
		a, again, err := l.exchange(s, q)
		if err == nil {
			return a, nil
		}
		if l.close(); !again || !s.reused.Load() || timedOut(err) {
			return a, err
		}
	}
}

// connect makes sure of a connection: the one there is, unless it has ended, or a
// new one.
func (l *http1Conn) connect(s *trace, end time.Time) error {
	if l.conn != nil {
		if !l.ready() && l.conn.SetDeadline(end) == nil {
			s.reused.Store(true)
			s.reached(waiting)
			return nil
		}
		l.close()
	}
	ctx, cancel := context.WithDeadline(l.life, end)
	defer cancel()
	s.ctx = ctx
	conn, err := l.dialer.reach(s, l.template.address)
	if err != nil {
		return err
	}
	if l.conn = conn; l.template.secure {
		l.conn, err = l.secured(s, conn)
	}
	if err == nil {
		err = l.conn.SetDeadline(end)
	}
	if err != nil {
		_ = conn.Close()
		l.conn = nil
		return err
	}
	l.loose = context.AfterFunc(l.life, func() { _ = conn.Close() })
	l.ready, l.until = readable(conn), l.aged()
	l.in.Reset(l)
	s.reused.Store(false)
	s.reached(waiting)
	return nil
}

func (l *http1Conn) secured(s *trace, conn net.Conn) (net.Conn, error) {
	c := l.tls.Clone()
	c.ServerName = l.template.host
	secure := tls.Client(conn, c)
	s.reached(handshaking)
	s.begins(tlsHandshake)
	err := secure.HandshakeContext(s.ctx)
	s.ends(tlsHandshake, err)
	return secure, err
}

// readable asks the kernel whether there is something to read on a connection, its
// end included, without reading it.
func readable(conn net.Conn) func() bool {
	raw, err := conn.(syscall.Conn).SyscallConn()
	if err != nil {
		return func() bool { return true }
	}
	polled := make([]unix.PollFd, 1)
	n := 0
	poll := func(fd uintptr) {
		polled[0] = unix.PollFd{Fd: int32(fd), Events: unix.POLLIN | unix.POLLRDHUP}
		// a signal says nothing about the connection; Go sends itself many
		for err := error(unix.EINTR); err == unix.EINTR; {
			n, err = unix.Poll(polled, 0)
		}
	}
	return func() bool { return raw.Control(poll) != nil || n != 0 }
}

// exchange sends the request on the connection and reads the answer. again says
// that it may be sent once more if it failed on a connection that stood already.
func (l *http1Conn) exchange(s *trace, q query) (a answer, again bool, err error) {
	short := len(q.body) <= mostAtOnce
	if short {
		q.head = append(q.head, q.body...)
	}
	if n, err := l.conn.Write(q.head); err != nil {
		return a, n == 0, err
	}
	var rest chan error
	if short {
		s.written()
	} else {
		rest = l.pour(s, q.body)
	}
	resp, again, err := l.answer(s)
	if resp != nil {
		a = answer{Status: resp.StatusCode, Header: resp.Header, Body: l.body.kept,
			Long: l.body.long}
	}
	if whole := l.settle(rest); err != nil {
		return a, again, err
	} else if !whole || resp.Close || l.template.closes ||
		resp.StatusCode == http.StatusSwitchingProtocols || l.in.Buffered() > 0 {
		l.close()
	}
	return a, false, nil
}

// pour writes a long body while the answer is being read: a server need not read
// all of it.
func (l *http1Conn) pour(s *trace, body []byte) chan error {
	done := make(chan error, 1)
	go func() {
		_, err := l.conn.Write(body)
		if err == nil {
			s.written()
		}
		done <- err
	}()
	return done
}

// settle ends what is still being written, and reports whether all of it was.
func (l *http1Conn) settle(rest chan error) bool {
	if rest == nil {
		return true
	}
	select {
	case err := <-rest:
		return err == nil
	default:
		// fails on a connection on which no write goes on either
		_ = l.conn.SetWriteDeadline(time.Now())
		return <-rest == nil
	}
}

// answer reads a whole one; what there is of it comes with an error, too.
func (l *http1Conn) answer(s *trace) (resp *http.Response, again bool, err error) {
	l.head = mostHead
	if _, err := l.in.Peek(1); err != nil {
		return nil, l.template.replays, err
	}
	s.reached(answering)
	if resp, err = l.final(); err != nil {
		return nil, false, err
	}
	l.head = math.MaxInt
	s.reached(reading)
	err = l.body.read(resp.Body, l.template.expect.Reads())
	if end := resp.Body.Close(); err == nil {
		err = end
	}
	if err != nil {
		return resp, false, fmt.Errorf("body: %w", err)
	}
	return resp, false, nil
}

// final reads the head of the answer that no other follows.
func (l *http1Conn) final() (*http.Response, error) {
	for range mostInterim + 1 {
		resp, err := http.ReadResponse(l.in, l.template.proto)
		if err != nil {
			return nil, err
		}
		if resp.StatusCode >= 200 || resp.StatusCode == http.StatusSwitchingProtocols {
			return resp, nil
		}
	}
	return nil, errInterim
}

// Read reads from the connection, of a head no more than there may be.
func (l *http1Conn) Read(b []byte) (int, error) {
	if l.head <= 0 {
		return 0, errHead
	}
	n, err := l.conn.Read(b[:min(len(b), l.head)])
	l.head -= n
	return n, err
}

// close closes the connection, if there is one.
func (l *http1Conn) close() {
	if l.conn == nil {
		return
	}
	l.loose()
	_ = l.conn.Close()
	l.conn, l.until = nil, 0
}
