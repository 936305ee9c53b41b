//go:build linux

package loadgen

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// dialError is what net.Dial wraps a system call's error in.
func dialError(e syscall.Errno) error {
	return fmt.Errorf("transport: %w", &net.OpError{Op: "dial", Net: "tcp",
		Err: os.NewSyscallError("connect", e)})
}

// What is hard to provoke on loopback; the rest is tested on real connections.
func TestClassify(t *testing.T) {
	for _, c := range []struct {
		err  error
		at   stage
		want load.Class
	}{
		{nil, reading, load.OK},
		{dialError(syscall.EMFILE), dialing, load.Local},
		{dialError(syscall.ENFILE), resolving, load.Local},
		{dialError(syscall.EADDRNOTAVAIL), dialing, load.Local},
		{dialError(syscall.EPERM), dialing, load.Local},
		{dialError(syscall.EHOSTUNREACH), dialing, load.Unreachable},
		{dialError(syscall.ENETUNREACH), dialing, load.Unreachable},
		{dialError(syscall.ETIMEDOUT), dialing, load.DialTimeout},
		{dialError(syscall.ETIMEDOUT), waiting, load.Timeout},
		{dialError(syscall.ECONNREFUSED), dialing, load.Refused},
		{dialError(syscall.EPIPE), waiting, load.Reset},
		{context.DeadlineExceeded, asking, load.DialTimeout},
		{context.DeadlineExceeded, resolving, load.DNSTimeout},
		{context.DeadlineExceeded, handshaking, load.Timeout},
		{context.DeadlineExceeded, reading, load.Timeout},
		{io.ErrUnexpectedEOF, reading, load.Body},
		{dialError(syscall.ECONNRESET), reading, load.Body},
		{io.EOF, handshaking, load.Reset},
		{errors.New("certificate of another name"), handshaking, load.TLS},
		{&lookupError{"shop.", load.ServFail, nil}, resolving, load.ServFail},
		{&lookupError{"shop.", lookupClass(dialError(syscall.EMFILE)), nil}, resolving, load.Local},
		{&lookupError{"shop.", lookupClass(dialError(syscall.ECONNREFUSED)), nil}, resolving,
			load.DNSOther},
	} {
		if have := classify(c.err, c.at); have != c.want {
			t.Errorf("%v at stage %d: %s, want %s", c.err, c.at, have, c.want)
		}
	}
}
