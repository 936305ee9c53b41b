//go:build linux

package switchboard

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"syscall"
	"testing"
)

// failing is a listener whose next accepts fail.
type failing struct {
	net.Listener
	with []error
}

func (f *failing) Accept() (net.Conn, error) {
	if len(f.with) == 0 {
		return f.Listener.Accept()
	}
	err := f.with[0]
	f.with = f.with[1:]
	return nil, &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept4", err)}
}

// A link goes on after an accept that failed, for want of descriptors or because
// the client was gone, and says so once for each time; it ends when it is closed.
func TestAcceptFailsAndGoesOn(t *testing.T) {
	var reported []string
	s, _ := linkTo(t, serverOf(t, greeter), false)
	of := s.links["a -> b"].listener
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().String()
	d := &linkListener{server: of.server, proxy: of.proxy, toxic: of.toxic, stage: of.stage,
		faults: of.faults, origin: of.origin,
		refused: func(err error) { reported = append(reported, err.Error()) },
		listener: &failing{l, []error{syscall.EMFILE, syscall.EMFILE, syscall.ENFILE,
			syscall.ECONNABORTED}}, flows: map[*flow]bool{}}
	d.ctx, d.stop = context.WithCancel(t.Context())
	d.busy.Go(d.serve)
	for range 2 {
		expect(t, dial(t, at), "220 ready\r\n")
	}
	d.close() // it waits
	if _, err := net.Dial("tcp", at); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("after the end: %v, want a refusal", err)
	}
	want := []string{fmt.Sprintf("accept tcp: accept4: %v", syscall.EMFILE)}
	if !slices.Equal(reported, want) {
		t.Errorf("reported %q, want %q", reported, want)
	}
}
