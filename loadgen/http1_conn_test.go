//go:build linux

package loadgen

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
)

const nothing = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

// A server that closes an idle connection does no harm: the next request goes out
// once, on a new one, though it could not be sent twice.
func TestIdleConnectionThatEnded(t *testing.T) {
	for how, end := range map[string]func(*net.TCPConn){
		"closed": func(c *net.TCPConn) { _ = c.Close() },
		"reset":  reset,
		"with a last word": func(c *net.TCPConn) {
			fmt.Fprint(c, "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n")
			_ = c.Close()
		},
	} {
		t.Run(how, func(t *testing.T) {
			ended := make(chan bool)
			u := usersOf(t, load.Group{Method: http.MethodPost, URL: serveRaw(t, func(n int, c *net.TCPConn) {
				for readHead(c) {
					fmt.Fprint(c, nothing)
					if n == 0 {
						end(c)
						ended <- true
						return
					}
				}
			})})
			u.one(0)
			<-ended
			kept := u.pools[0].idle[0]
			eventually(t, "the end is noticed", func() bool { return kept.conn == nil || kept.dead() })
			if r := u.one(1); r.Class != load.OK || r.Reused || r.Attempts != 1 {
				t.Errorf("%+v", r)
			}
		})
	}
}

// A signal that comes while a connection is asked after is no answer. Go sends
// itself many on a busy machine; a group that lost its connection by one met faults
// that only new ones meet.
func TestSignalsEndNoConnection(t *testing.T) {
	u := usersOf(t, load.Group{URL: serveRaw(t, func(_ int, c *net.TCPConn) {
		for readHead(c) {
			fmt.Fprint(c, nothing)
		}
	})})
	u.one(0)
	kept := u.pools[0].idle[0]
	ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer stop()
	runtime.LockOSThread() // which is the one that is sent signals
	defer runtime.UnlockOSThread()
	thread := unix.Gettid()
	go func() {
		for ctx.Err() == nil {
			_ = unix.Tgkill(unix.Getpid(), thread, unix.SIGURG)
		}
	}()
	for n := 0; ctx.Err() == nil; n++ {
		if kept.dead() {
			t.Fatalf("taken for dead when it was asked after for the %d. time", n+1)
		}
	}
}

// What a server has closed is closed here too, without a request that wants it.
func TestReap(t *testing.T) {
	left := make(chan error, 1)
	u := usersOf(t, load.Group{URL: serveRaw(t, func(_ int, c *net.TCPConn) {
		readHead(c)
		fmt.Fprint(c, nothing)
		_ = c.CloseWrite()
		_, err := c.Read(make([]byte, 1))
		left <- err
	})})
	u.one(0)
	eventually(t, "the end is noticed", u.pools[0].idle[0].dead)
	u.reap()
	if err := <-left; err != io.EOF || len(u.pools[0].idle) > 0 {
		t.Errorf("the server saw %v, %d connections are kept", err, len(u.pools[0].idle))
	}
}

// Which answers leave a connection behind that can be used again.
func TestConnectionAfterAnAnswer(t *testing.T) {
	for answer, reused := range map[string]bool{
		nothing: true,
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + nothing:    true,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nTrailer: x\r\n\r\n": true,
		"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n":                                   true,
		"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n":                        false,
		"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n":                                             false,
		nothing + nothing: false, // no request was sent twice
	} {
		u := usersOf(t, load.Group{Expect: load.Expect{Status: []int{200, 304}}, URL: serveRaw(t, func(_ int, c *net.TCPConn) {
			for readHead(c) {
				fmt.Fprint(c, answer)
			}
		})})
		if first, second := u.one(0), u.one(1); first.Class != load.OK || second.Class != load.OK || second.Attempts != 1 || second.Reused != reused {
			t.Errorf("after %q: %+v, then %+v", answer, first, second)
		}
	}
}

// A body without a length ends with its connection.
func TestBodyUntilTheEnd(t *testing.T) {
	u := usersOf(t, load.Group{URL: serveRaw(t, func(_ int, c *net.TCPConn) {
		readHead(c)
		fmt.Fprint(c, "HTTP/1.1 200 OK\r\n\r\nabc")
	})})
	if first, second := u.one(0), u.one(1); first.Class != load.OK || second.Class != load.OK || second.Reused {
		t.Errorf("%+v, then %+v", first, second)
	}
}

// A HEAD's answer has a length and no body.
func TestHead(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "7") }))
	t.Cleanup(s.Close)
	u := usersOf(t, load.Group{URL: secret.Text(s.URL), Method: http.MethodHead})
	if first, second := u.one(0), u.one(1); first.Class != load.OK || second.Class != load.OK || !second.Reused {
		t.Errorf("%+v, then %+v", first, second)
	}
}

func TestHeadWithoutEnd(t *testing.T) {
	u := usersOf(t, load.Group{URL: serveRaw(t, func(_ int, c *net.TCPConn) {
		readHead(c)
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n")
		for line := "X-Padding: " + strings.Repeat("x", 1<<16) + "\r\n"; ; {
			if _, err := io.WriteString(c, line); err != nil {
				return
			}
		}
	})})
	if r := u.one(0); r.Class != load.Protocol || r.Status != 0 {
		t.Errorf("%+v", r)
	}
}

// Long bodies go out while the answer comes in: whole, or as far as the server
// wants them.
func TestLongBody(t *testing.T) {
	const size = 4 << 20
	read := make(chan int64, 1)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		read <- n
	}))
	t.Cleanup(s.Close)
	body := strings.Repeat("x", size)
	u := usersOf(t, load.Group{URL: secret.Text(s.URL), Method: http.MethodPost, Body: secret.Text(body)})
	for seq := range uint64(2) {
		if r := u.one(seq); r.Class != load.OK || r.Attempts != 1 || r.Reused != (seq == 1) {
			t.Errorf("%+v", r)
		}
		if n := <-read; n != size {
			t.Errorf("%d bytes came, want %d", n, size)
		}
	}
	u = usersOf(t, load.Group{Method: http.MethodPost, Body: secret.Text(body), URL: serveRaw(t, func(_ int, c *net.TCPConn) {
		readHead(c)
		fmt.Fprint(c, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
		_, _ = io.Copy(io.Discard, c)
	})})
	if r := u.one(0); r.Class != load.Status || r.Status != 413 {
		t.Errorf("%+v", r)
	}
}

// Requests in flight end with the node's life.
func TestRequestEndsWithLife(t *testing.T) {
	came := make(chan bool, 1)
	url := serveRaw(t, func(_ int, c *net.TCPConn) {
		readHead(c)
		came <- true
		_, _ = io.Copy(io.Discard, c)
	})
	u := usersOf(t, load.Group{URL: secret.Text(url)})
	ended := make(chan load.Request)
	life, end := context.WithCancel(t.Context())
	u.pools[0].life = life
	go func() { ended <- u.one(0) }()
	<-came
	end()
	if r := <-ended; r.Class == load.OK || r.Class == load.Timeout {
		t.Errorf("%+v", r)
	}
}
