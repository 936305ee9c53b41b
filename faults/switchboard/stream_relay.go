//go:build linux

package switchboard

import (
	"io"
	"net"
)

// relay carries bytes on, and lets a reader have them as they go by: what Read
// gave goes on when it is called again, so it is known what it is before the
// other side has it, and nothing is held while one waits for more.
type relay struct {
	from net.Conn
	to   io.Writer
	held []byte // read, and not yet carried on
}

// Read carries on what it gave last, then waits for more.
func (r *relay) Read(b []byte) (int, error) {
	if err := r.flush(); err != nil {
		return 0, err
	}
	n, err := r.from.Read(b)
	r.held = append(r.held, b[:n]...)
	return n, err
}

func (r *relay) flush() error { return r.passOn(len(r.held)) }

// passOn carries on the first n bytes that it holds.
func (r *relay) passOn(n int) error {
	if n == 0 {
		return nil
	}
	_, err := r.to.Write(r.held[:n])
	r.held = r.held[:copy(r.held, r.held[n:])]
	return err
}

// rest carries on what is still to come, unread.
func (r *relay) rest() {
	if r.flush() == nil {
		_, _ = io.Copy(r.to, r.from)
	}
}
