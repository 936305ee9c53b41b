//go:build linux

package switchboard

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// clientConn is the client's connection as the HTTP stage sees it: requests are read from
// it, and answers go through the answer pipe, and so where faults want them.
type clientConn struct {
	*net.TCPConn
	answers *answerPipe
}

// Write answers the client.
func (d clientConn) Write(b []byte) (int, error) { return d.answers.Write(b) }

// ReadFrom keeps io.Copy from going round the answer pipe.
func (d clientConn) ReadFrom(r io.Reader) (int64, error) { return io.Copy(d.answers, r) }

// SetWriteDeadline does nothing: TLS sets one as it closes, and an answer that is held by then
// has still to go.
func (d clientConn) SetWriteDeadline(time.Time) error { return nil }

// Close ends the answers. The connection is closed once the client has all of them.
func (d clientConn) Close() error { return d.answers.Close() }

// answers is a source of Toxiproxy's that needs no connection of its own: what is
// written to it goes straight into the pipeline. As long as no fault shapes answers,
// and nothing is under way in there, it goes past it, straight to the client: four
// goroutines less, and no copy.
type answerPipe struct {
	flow  *flow
	start func(*answerPipe) // starts the pipeline
	open  chan struct{}     // closed when it is there
	into  io.Writer
	shut  chan struct{}
	under atomic.Int64 // bytes in the pipeline that the client has not got

	mu    sync.Mutex // held under a write: the pipeline must not end there
	ended bool
}

func newAnswerPipe(f *flow, start func(*answerPipe)) *answerPipe {
	return &answerPipe{flow: f, start: start, open: make(chan struct{}), shut: make(chan struct{})}
}

// WriteTo is how Toxiproxy copies a source; it returns when the pipe is closed.
func (t *answerPipe) WriteTo(pipeline io.Writer) (int64, error) {
	t.into = pipeline
	close(t.open)
	<-t.shut
	return 0, nil // nothing counts there
}

// Read is never called where WriteTo can be.
func (t *answerPipe) Read([]byte) (int, error) { return 0, io.EOF }

// Write waits while the client, or the pipeline, takes nothing.
func (t *answerPipe) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return 0, net.ErrClosed
	}
	if t.under.Load() == 0 && !t.flow.faults.shape() {
		t.flow.pass(len(b))
		return t.flow.client.Write(b)
	}
	if t.into == nil {
		t.start(t)
		<-t.open
	}
	t.under.Add(int64(len(b)))
	return t.into.Write(b)
}

// Close ends the pipeline behind what was written, and so the flow.
func (t *answerPipe) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.ended:
	case t.into == nil:
		_ = pipeSink{t.flow, t}.Close()
	default:
		close(t.shut)
	}
	t.ended = true
	return nil
}
