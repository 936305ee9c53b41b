//go:build linux

package switchboard

import (
	"io"
	"net"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
)

// uplink is a connection to the node on which requests are narrowed: on a link where each is
// whole before it goes on, so that it is known which request's bytes go by.
type uplink struct {
	net.Conn
	flow *flow
	of   *transaction // of which bytes are written
	line pace
}

// narrow is the mode that narrows what is written now; nil: none does.
func (u *uplink) narrow() *mode {
	m := u.flow.faults[placeBandwidth].Load()
	if m == nil || !(*link.Bandwidth)(m.Bandwidth).Up() || !u.of.selected(m) {
		return nil
	}
	return m
}

// Write lets bytes through one after the other, each for as long as the line takes for it.
func (u *uplink) Write(b []byte) (written int, err error) {
	for len(b) > 0 && err == nil {
		n := len(b)
		if m := u.narrow(); m != nil && m.touch(u.of) {
			n, err = u.wait(m, n)
		}
		if err == nil {
			n, err = u.Conn.Write(b[:n])
			written, b = written+n, b[n:]
		}
	}
	return written, err
}

// wait waits until the line has carried some of n bytes, and says how many; a lift ends it.
func (u *uplink) wait(m *mode, n int) (int, error) {
	b := (*bandwidthKind)(m.Bandwidth)
	n = min(n, b.portion())
	come := time.NewTimer(time.Until(b.carry(u.line.under(m), time.Now(), n)))
	defer come.Stop()
	select {
	case <-come.C:
	case <-m.over:
	case <-u.flow.over.Done():
		return 0, net.ErrClosed
	}
	return n, nil
}

// ReadFrom reads as much at once as io.Copy does.
func (u *uplink) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{u}, r)
}
