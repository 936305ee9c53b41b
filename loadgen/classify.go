//go:build linux

package loadgen

import (
	"errors"
	"io"
	"net"
	"slices"
	"syscall"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// classify says how a request ended that failed with err after it had got to
// at. It goes by types and by the stage, never by an error's text.
func classify(err error, at stage) load.Class {
	var lookup *lookupError
	switch {
	case err == nil:
		return load.OK
	case errors.As(err, &lookup):
		return lookup.class
	case is(err, errOutside): // where a wrong address leads: nowhere, as without a route
		return load.Unreachable
	case local(err):
		return load.Local
	case timedOut(err):
		return timeoutClass(at)
	case at == reading:
		return load.Body
	case is(err, syscall.ECONNREFUSED):
		return load.Refused
	case is(err, syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.EHOSTDOWN):
		return load.Unreachable
	case is(err, syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE, io.EOF,
		io.ErrUnexpectedEOF, net.ErrClosed):
		return load.Reset
	case at == handshaking:
		return tlsClass(err)
	case at == waiting:
		return load.Reset // ended without a byte: net/http's own names for that are not exported
	default:
		return load.Protocol
	}
}

// timeoutClass is what the request was waiting for when its time was up.
func timeoutClass(at stage) load.Class {
	switch at {
	case resolving:
		return load.DNSTimeout
	case asking, dialing:
		return load.DialTimeout
	default:
		return load.Timeout
	}
}

// local reports an error that is this node's own fault: no descriptors, ports
// or memory, a packet its own rules forbade, or a resolver outside the subnet.
func local(err error) bool {
	return is(err, errOutside, syscall.EMFILE, syscall.ENFILE, syscall.EADDRNOTAVAIL,
		syscall.EADDRINUSE,
		syscall.ENOBUFS, syscall.ENOMEM, syscall.EPERM, syscall.EACCES)
}

func timedOut(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout()
}

func is(err error, any ...error) bool {
	return slices.ContainsFunc(any, func(e error) bool { return errors.Is(err, e) })
}
