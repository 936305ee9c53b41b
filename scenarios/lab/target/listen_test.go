//go:build linux

package target

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"testing"
	"time"
)

// A web target of two connections serves two; the next ones' handshakes are the
// kernel's, until its queue is full too. One that goes makes room for one.
func TestConnections(t *testing.T) {
	l, err := listen(0, 2)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	ok := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	go func() {
		ended <- serveAll(ctx, map[net.Listener]http.Handler{l: ok}, service{headerTimeout: time.Minute})
	}()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	dial := func(patience time.Duration) (net.Conn, error) {
		return net.DialTimeout("tcp", "127.0.0.1:"+port, patience)
	}
	var held []net.Conn
	for range 2 + shortQueue + 1 {
		c, err := dial(aMinute)
		if err != nil {
			t.Fatalf("connection %d: %v", len(held)+1, err)
		}
		defer c.Close()
		if held = append(held, c); len(held) <= 2 && !replies(t, c, aMinute) {
			t.Fatalf("connection %d is not served", len(held))
		}
	}
	var late net.Error
	if c, err := dial(aMoment); !errors.As(err, &late) || !late.Timeout() {
		t.Errorf("beyond the queue: have %v, %v, want a time-out", c, err)
	}
	if replies(t, held[2], aMoment) {
		t.Error("a third is served while two are open")
	}
	_ = held[0].Close()
	if !replies(t, held[2], aMinute) {
		t.Error("the third is not served when the first has gone")
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// How long is waited for what does not come, and for what does: on a busy machine late.
const (
	aMoment = 500 * time.Millisecond
	aMinute = time.Minute
)

// replies asks on a connection, and reports whether an answer comes in time.
func replies(t *testing.T, c net.Conn, in time.Duration) bool {
	t.Helper()
	fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	_ = c.SetReadDeadline(time.Now().Add(in))
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
		return false
	}
	return r.Body.Close() == nil
}
