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
)

// dialError is what net.Dial wraps a system call's error in.
func dialError(e syscall.Errno) error {
	return fmt.Errorf("transport: %w", &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", e)})
}

// What is hard to provoke on loopback; the rest is tested on real connections.
func TestClassify(t *testing.T) {
	for _, c := range []struct {
		err  error
		at   stage
		want Class
	}{
		{nil, reading, OK},
		{dialError(syscall.EMFILE), dialing, Local},
		{dialError(syscall.ENFILE), resolving, Local},
		{dialError(syscall.EADDRNOTAVAIL), dialing, Local},
		{dialError(syscall.EPERM), dialing, Local},
		{dialError(syscall.EHOSTUNREACH), dialing, Unreachable},
		{dialError(syscall.ENETUNREACH), dialing, Unreachable},
		{dialError(syscall.ETIMEDOUT), dialing, DialTimeout},
		{dialError(syscall.ETIMEDOUT), waiting, Timeout},
		{dialError(syscall.ECONNREFUSED), dialing, Refused},
		{dialError(syscall.EPIPE), waiting, Reset},
		{context.DeadlineExceeded, asking, DialTimeout},
		{context.DeadlineExceeded, resolving, DNSTimeout},
		{context.DeadlineExceeded, handshaking, Timeout},
		{context.DeadlineExceeded, reading, Timeout},
		{io.ErrUnexpectedEOF, reading, Body},
		{dialError(syscall.ECONNRESET), reading, Body},
		{io.EOF, handshaking, Reset},
		{errors.New("certificate of another name"), handshaking, TLS},
		{&lookupError{"shop.", ServFail, nil}, resolving, ServFail},
		{&lookupError{"shop.", lookupClass(dialError(syscall.EMFILE)), nil}, resolving, Local},
		{&lookupError{"shop.", lookupClass(dialError(syscall.ECONNREFUSED)), nil}, resolving, DNSOther},
	} {
		if have := classify(c.err, c.at); have != c.want {
			t.Errorf("%v at stage %d: %s, want %s", c.err, c.at, have, c.want)
		}
	}
}
