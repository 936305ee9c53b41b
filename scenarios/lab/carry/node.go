package carry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// dialWithin is how long a dial may take. The caller on the other side may have given up
// long before.
const dialWithin = 30 * time.Second

// Serve is the node's side: it dials what it is asked for, where the spec has it, until in
// ends, the other side is silent, or ctx ends; then all connections are over.
func Serve(ctx context.Context, in io.Reader, out io.Writer, s Spec) error {
	if _, err := io.WriteString(out, hello); err != nil {
		return err
	}
	c := newStdio(in, out)
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	// Without keep-alive, as the connections of other nodes: see loadgen.
	n := node{s, net.Dialer{Timeout: dialWithin, KeepAlive: -1,
		Control: func(_, address string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(address)
			if err != nil || !s.Subnet.Contains(to.Addr()) {
				return fmt.Errorf("%s is outside the drill's subnet", address)
			}
			return nil
		}}}
	server := &http.Server{Handler: n, Protocols: protocol(), ErrorLog: log.New(io.Discard, "", 0),
		HTTP2: &http.HTTP2Config{
			MaxReadFrameSize:              16 << 10, // as much is read of a connection at once
			MaxConcurrentStreams:          2 * Most, // those that are being reset count, too
			MaxReceiveBufferPerStream:     mostUp,
			MaxReceiveBufferPerConnection: Most * mostUp,
			SendPingTimeout:               quietFor,
			PingTimeout:                   silentFor,
		}}
	if err := server.Serve(once(c)); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// node answers the other side.
type node struct {
	spec   Spec
	dialer net.Dialer
}

// ServeHTTP takes a connection where it is to lead, and back what comes from there. Its end
// without an error is the other side's end; an error is a reset.
func (n node) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	to, known := n.spec.Ports[r.Host]
	if r.Method != http.MethodConnect || !known {
		http.Error(w, r.Host+" is not published", http.StatusNotFound)
		return
	}
	conn, err := n.dialer.DialContext(r.Context(), "tcp", to.String())
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	tcp := conn.(*net.TCPConn)
	defer func() { _ = tcp.Close() }()
	defer context.AfterFunc(r.Context(), func() { reset(tcp) })()
	control := http.NewResponseController(w)
	w.WriteHeader(http.StatusOK)
	if control.Flush() != nil {
		reset(tcp)
		return
	}
	go func() { // the body ends when this call does
		if _, err := io.Copy(tcp, r.Body); err != nil {
			reset(tcp)
			return
		}
		_ = tcp.CloseWrite() // fails on a connection that is gone already
	}()
	if err := flushed(w, control, tcp); err != nil {
		reset(tcp)
		panic(http.ErrAbortHandler)
	}
}

// flushed copies what comes, as it comes.
func flushed(w io.Writer, control *http.ResponseController, from io.Reader) error {
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		if n > 0 {
			if _, err := w.Write(b[:n]); err != nil {
				return err
			}
			if err := control.Flush(); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// reset ends a connection so that the other side learns that it broke off.
func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // fails on a connection that is gone already
	}
	_ = c.Close()
}
