package labtest

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/lab"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

// Publish holds a lab to what is true of each lab with a published port. start gives the lab and
// the port, which leads to a target that answers HTTP with its name.
func Publish(t *testing.T, start func(t *testing.T) (lab.Lab, plan.Published)) {
	t.Helper()
	l, port := start(t)
	answers := func() error {
		t.Helper()
		near, far := net.Pipe()
		carried := make(chan error, 1)
		go func() {
			carried <- l.Carry(t.Context(), port, far)
			_ = far.Close()
		}()
		defer near.Close()
		go func() {
			_, _ = io.WriteString(near, "GET / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n")
		}()
		said, err := io.ReadAll(near)
		if err == nil && len(said) > 0 &&
			!strings.Contains(string(said), "X-Stormdrill-Node: "+port.Node) {
			t.Errorf("have %q", said)
		}
		return <-carried
	}
	must(t, answers())
	must(t, l.Kill(t.Context(), port.Node))
	if err := answers(); err == nil {
		t.Error("a dead target was reached")
	}
	must(t, l.Start(t.Context(), port.Node))
	for err := answers(); err != nil; err = answers() { // it may not serve yet
		time.Sleep(100 * time.Millisecond)
	}
	other := port
	other.Port++
	near, far := net.Pipe()
	defer near.Close()
	if err := l.Carry(t.Context(), other, far); err == nil {
		t.Error("a port was reached that is not published")
	}
	wantNoLoss(t, l)
	closeTwice(t, l)
	if err := answers(); err == nil {
		t.Error("a target was reached after the close")
	}
}
