//go:build linux

package switchboard

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
)

// desk is the client as the HTTP stage sees it: what he says is read from him
// himself, what is said to him goes through the throat, and so where faults want it.
type desk struct {
	*net.TCPConn
	throat *throat
}

// Write says something to him.
func (d desk) Write(b []byte) (int, error) { return d.throat.Write(b) }

// ReadFrom keeps io.Copy from going round the throat.
func (d desk) ReadFrom(r io.Reader) (int64, error) { return io.Copy(d.throat, r) }

// Close ends what is said to him. He is left when he has heard it all.
func (d desk) Close() error { return d.throat.Close() }

// throat is a source of Toxiproxy's that needs no connection of its own: what is
// written to it goes straight into the pipeline. As long as no fault shapes answers,
// and nothing is under way in there, it goes past it, straight to the client: four
// goroutines less, and no copy.
type throat struct {
	flow  *flow
	start func(*throat) // starts the pipeline
	open  chan struct{} // closed when it is there
	into  io.Writer
	shut  chan struct{}
	under atomic.Int64 // bytes in the pipeline that the client has not got

	mu    sync.Mutex // held under a write: the pipeline must not end there
	ended bool
}

func newThroat(f *flow, start func(*throat)) *throat {
	return &throat{flow: f, start: start, open: make(chan struct{}), shut: make(chan struct{})}
}

// WriteTo is how Toxiproxy copies a source; it returns when the throat is closed.
func (t *throat) WriteTo(pipeline io.Writer) (int64, error) {
	t.into = pipeline
	close(t.open)
	<-t.shut
	return 0, nil // whom nobody counts for
}

// Read is never called where WriteTo can be.
func (t *throat) Read([]byte) (int, error) { return 0, io.EOF }

// Write waits while the client, or the pipeline, takes nothing.
func (t *throat) Write(b []byte) (int, error) {
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
func (t *throat) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.ended:
	case t.into == nil:
		_ = mouth{t.flow, t}.Close()
	default:
		close(t.shut)
	}
	t.ended = true
	return nil
}
