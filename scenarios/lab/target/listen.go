//go:build linux

package target

import (
	"errors"
	"fmt"
	"net"
	"strconv"

	"golang.org/x/net/netutil"
	"golang.org/x/sys/unix"
)

// shortQueue is how many connections the kernel completes for a server that
// accepts no more: one more than this, then SYNs are dropped. Servers ask for
// 100 and more; here it is short, so that a drill gets to the end of it.
const shortQueue = 16

// listen listens on a port; where connections is above zero, only so many are
// accepted at a time.
func listen(port uint16, connections int) (net.Listener, error) {
	l, err := net.Listen("tcp", ":"+strconv.Itoa(int(port)))
	if err != nil || connections <= 0 {
		return l, err
	}
	if err := shorten(l.(*net.TCPListener)); err != nil {
		_ = l.Close() // nothing was served on it
		return nil, fmt.Errorf("listen queue of port %d: %w", port, err)
	}
	return netutil.LimitListener(l, connections), nil
}

// shorten makes the kernel's queue short: to listen again changes its length.
func shorten(l *net.TCPListener) error {
	raw, err := l.SyscallConn()
	if err != nil {
		return err
	}
	var again error
	err = raw.Control(func(fd uintptr) { again = unix.Listen(int(fd), shortQueue) })
	return errors.Join(err, again)
}
