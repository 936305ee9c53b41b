//go:build linux

package loadgen

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"

	"github.com/stormdrill/stormdrill/loadgen/expect"
)

// stage is how far a request got. Together with the error it gives the class.
type stage int32

const (
	asking      stage = iota // for a connection
	resolving                // a name
	dialing                  // SYN sent
	handshaking              // TLS
	waiting                  // connected: for the first byte of the answer
	answering                // its head is coming
	reading                  // its body is coming
)

// trace is one request on its way. A transport's dial goes on when the request
// that wanted it has given up; the trace travels along in the context and ends it.
type trace struct {
	ctx      context.Context // of the request, with its deadline
	at       atomic.Int32
	attempts atomic.Uint32
	wrote    func() // called for each attempt; nil: none
	reused   atomic.Bool

	mu     sync.Mutex
	conn   net.Conn // the latest dialled
	undone bool
	steps  [parts]underWay
}

// answer is what came back; its body is valid until the next request.
type answer = expect.Answer

type shotKey struct{}

// newTrace begins a request within ctx, which has to have a deadline.
func newTrace(ctx context.Context) (*trace, context.Context) {
	s := &trace{}
	s.ctx = context.WithValue(ctx, shotKey{}, s)
	return s, httptrace.WithClientTrace(s.ctx, &httptrace.ClientTrace{
		GotConn: func(i httptrace.GotConnInfo) {
			s.reused.Store(i.Reused)
			s.reached(waiting)
		},
		TLSHandshakeStart: func() {
			s.reached(handshaking)
			s.begins(tlsHandshake)
		},
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			s.ends(tlsHandshake, err)
			if err == nil {
				s.reached(waiting)
			}
		},
		WroteRequest: func(i httptrace.WroteRequestInfo) {
			if i.Err == nil {
				s.written()
			}
		},
		GotFirstResponseByte: func() { s.reached(answering) },
	})
}

// written counts an attempt.
func (s *trace) written() {
	s.attempts.Add(1)
	if s.wrote != nil {
		s.wrote()
	}
}

func shotOf(ctx context.Context) *trace { return ctx.Value(shotKey{}).(*trace) }

func (s *trace) reached(at stage) { s.at.Store(int32(at)) }

func (s *trace) stage() stage { return stage(s.at.Load()) }

// connected keeps the connection, to be closed if the request fails; it is
// closed at once where it already has.
func (s *trace) connected(c net.Conn) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.undone {
		_ = c.Close()
		return net.ErrClosed
	}
	s.conn = c
	return nil
}

// undo closes what a failed request leaves behind.
func (s *trace) undo() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.undone = true
	if s.conn != nil {
		_ = s.conn.Close()
	}
}

// do sends req, which carries the trace's context, and reads the whole answer
// into sink.
func (s *trace) do(via http.RoundTripper, req *http.Request, sink io.Writer) (a answer, err error) {
	defer func() {
		if err != nil {
			s.undo()
		}
	}()
	resp, err := via.RoundTrip(req)
	if err != nil {
		return a, err
	}
	s.reached(reading)
	a = answer{Status: resp.StatusCode, Header: resp.Header}
	_, err = io.Copy(sink, resp.Body)
	if end := resp.Body.Close(); err == nil && end != nil {
		err = end
	}
	if err != nil {
		return a, fmt.Errorf("body: %w", err)
	}
	return a, nil
}
