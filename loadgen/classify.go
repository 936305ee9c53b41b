package loadgen

import (
	"errors"
	"io"
	"net"
	"slices"
	"syscall"
)

// classify says how a request ended that failed with err after it had got to
// at. It goes by types and by the stage, never by an error's text.
func classify(err error, at stage) Class {
	var lookup *lookupError
	switch {
	case err == nil:
		return OK
	case errors.As(err, &lookup):
		return lookup.class
	case is(err, errOutside): // where a wrong address leads: nowhere, as without a route
		return Unreachable
	case local(err):
		return Local
	case timedOut(err):
		return timeoutClass(at)
	case at == reading:
		return Body
	case is(err, syscall.ECONNREFUSED):
		return Refused
	case is(err, syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.EHOSTDOWN):
		return Unreachable
	case is(err, syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed):
		return Reset
	case at == handshaking:
		return tlsClass(err)
	case at == waiting:
		return Reset // ended without a byte: net/http's own names for that are not exported
	default:
		return Protocol
	}
}

// timeoutClass is what the request was waiting for when its time was up.
func timeoutClass(at stage) Class {
	switch at {
	case resolving:
		return DNSTimeout
	case asking, dialing:
		return DialTimeout
	default:
		return Timeout
	}
}

// local reports an error that is this node's own fault: no descriptors, ports
// or memory, a packet its own rules forbade, or a resolver outside the subnet.
func local(err error) bool {
	return is(err, errOutside, syscall.EMFILE, syscall.ENFILE, syscall.EADDRNOTAVAIL, syscall.EADDRINUSE,
		syscall.ENOBUFS, syscall.ENOMEM, syscall.EPERM, syscall.EACCES)
}

func timedOut(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout()
}

func is(err error, any ...error) bool {
	return slices.ContainsFunc(any, func(e error) bool { return errors.Is(err, e) })
}
