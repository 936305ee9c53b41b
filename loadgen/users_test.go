//go:build linux

package loadgen

import (
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

var loopback = netip.MustParsePrefix("127.0.0.0/8")

const testRun = "00112233445566ff"

// usersOf makes users of one group on loopback.
func usersOf(t *testing.T, g load.Group) *users {
	t.Helper()
	if g.Rate == 0 {
		g.Rate = 1
	}
	g.Users = max(g.Users, 1)
	if g.Timeout == 0 {
		g.Timeout = 5 * time.Second
	}
	if len(g.Sources) == 0 {
		g.Sources = []netip.Addr{netip.MustParseAddr("127.0.0.1")}
	}
	u, err := newUsers(t.Context(), load.Spec{Run: testRun, Subnet: loopback, Groups: []load.Group{g}}, 0, wire.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(u.close)
	return u
}

func (u *users) one(seq uint64) load.Request {
	r := load.Request{Seq: seq, User: uint32(seq % uint64(u.spec.Users)), Due: u.now(), Sent: u.now()}
	u.send(&r)
	return r
}

// serveRaw accepts connections and hands each to f, then closes it.
func serveRaw(t *testing.T, f func(n int, c *net.TCPConn)) secret.Text {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for n := 0; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer c.Close()
				f(n, c.(*net.TCPConn))
			})
		}
	})
	t.Cleanup(func() { l.Close(); all.Wait() })
	return secret.Text("http://" + l.Addr().String() + "/")
}

// readHead reads one request without a body.
func readHead(c net.Conn) bool {
	var head strings.Builder
	b := make([]byte, 1)
	for !strings.HasSuffix(head.String(), "\r\n\r\n") {
		if _, err := c.Read(b); err != nil {
			return false
		}
		head.Write(b)
	}
	return true
}

func reset(c *net.TCPConn) { _ = c.SetLinger(0); _ = c.Close() }

// fullQueue listens and never accepts, with a queue that is full: further SYNs
// are dropped.
func fullQueue(t *testing.T) string {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(fd) })
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	at, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	address := fmt.Sprintf("127.0.0.1:%d", at.(*syscall.SockaddrInet4).Port)
	c, err := net.Dial("tcp4", address) // backlog 0: one handshake, then silence
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return "http://" + address + "/"
}

func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "http://" + l.Addr().String() + "/"
}

func TestClassesOfRequests(t *testing.T) {
	status := func(code int) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(NodeHeader, "app-2")
			w.WriteHeader(code)
		}))
		t.Cleanup(s.Close)
		return s.URL
	}
	hang := func(before string) string {
		return string(serveRaw(t, func(_ int, c *net.TCPConn) {
			readHead(c)
			fmt.Fprint(c, before)
			_, _ = io.Copy(io.Discard, c) // until the client gives up
		}))
	}
	const short = time.Second
	tlsServer := httptest.NewTLSServer(http.NotFoundHandler())
	tlsServer.Config.ErrorLog = quiet
	t.Cleanup(tlsServer.Close)
	for _, c := range []struct {
		name     string
		group    load.Group
		class    load.Class
		status   uint16
		attempts uint8
	}{
		{"ok", load.Group{URL: secret.Text(status(200))}, load.OK, 200, 1},
		{"redirect is not followed, and not good", load.Group{URL: secret.Text(status(302))}, load.Status, 302, 1},
		{"expected redirect", load.Group{URL: secret.Text(status(302)), Expect: load.Expect{Status: []int{302}}}, load.OK, 302, 1},
		{"bad status", load.Group{URL: secret.Text(status(503))}, load.Status, 503, 1},
		{"expected 503", load.Group{URL: secret.Text(status(503)), Expect: load.Expect{Status: []int{503}}}, load.OK, 503, 1},
		{"unexpected 200", load.Group{URL: secret.Text(status(200)), Expect: load.Expect{Status: []int{201}}}, load.Status, 200, 1},
		{"refused", load.Group{URL: secret.Text(closedPort(t))}, load.Refused, 0, 0},
		{"dial time-out", load.Group{URL: secret.Text(fullQueue(t)), Timeout: short}, load.DialTimeout, 0, 0},
		{"reset", load.Group{URL: serveRaw(t, func(_ int, c *net.TCPConn) { readHead(c); reset(c) })}, load.Reset, 0, 1},
		{"closed without an answer", load.Group{URL: serveRaw(t, func(_ int, c *net.TCPConn) { readHead(c) })}, load.Reset, 0, 1},
		{"closed inside the head", load.Group{URL: serveRaw(t, func(_ int, c *net.TCPConn) {
			readHead(c)
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nServer: x\r\n")
		})}, load.Reset, 0, 1},
		{"no answer in time", load.Group{URL: secret.Text(hang("")), Timeout: short}, load.Timeout, 0, 1},
		{"no whole body in time", load.Group{URL: secret.Text(hang("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")), Timeout: short}, load.Timeout, 200, 1},
		{"body cut by FIN", load.Group{URL: serveRaw(t, func(_ int, c *net.TCPConn) {
			readHead(c)
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")
		})}, load.Body, 200, 1},
		{"body cut by RST", load.Group{URL: serveRaw(t, func(_ int, c *net.TCPConn) {
			readHead(c)
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")
			time.Sleep(50 * time.Millisecond) // let the head be read
			reset(c)
		})}, load.Body, 200, 1},
		{"not HTTP", load.Group{URL: serveRaw(t, func(_ int, c *net.TCPConn) {
			readHead(c)
			fmt.Fprint(c, "SSH-2.0-OpenSSH_9.6\r\n\r\n")
		})}, load.Protocol, 0, 1},
		{"unknown authority", load.Group{URL: secret.Text(tlsServer.URL)}, load.TLSAuthority, 0, 0},
		{"no TLS there", load.Group{URL: secret.Text(strings.Replace(status(200), "http:", "https:", 1))}, load.TLS, 0, 0},
		{"silent handshake", load.Group{URL: secret.Text(strings.Replace(hang(""), "http:", "https:", 1)), Timeout: short}, load.Timeout, 0, 0},
		{"outside the subnet", load.Group{URL: "http://192.0.2.1:80/"}, load.Unreachable, 0, 0},
		{"address not ours", load.Group{URL: secret.Text(status(200)), Sources: []netip.Addr{netip.MustParseAddr("192.0.2.7")}}, load.Local, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := usersOf(t, c.group).one(0)
			if r.Class != c.class || r.Status != c.status || r.Attempts != c.attempts {
				t.Errorf("class %s, status %d, %d attempts; want %s, %d, %d", r.Class, r.Status, r.Attempts, c.class, c.status, c.attempts)
			}
			if r.Done <= r.Sent || r.Reused || r.Unsent {
				t.Errorf("%+v", r)
			}
			dialled := r.Class != load.Local && r.Class != load.Unreachable // which is the one outside: no SYN is sent
			connected := dialled && r.Class != load.Refused && r.Class != load.DialTimeout
			if r.Lookup.Tried() || r.Handshake.Tried() != dialled || r.Handshake.OK() != connected {
				t.Errorf("a handshake: tried %v, completed %v; want %v, %v", r.Handshake.Tried(), r.Handshake.OK(), dialled, connected)
			}
			secure := connected && strings.HasPrefix(string(c.group.URL), "https:")
			if r.TLS.Tried() != secure || r.TLS.OK() {
				t.Errorf("TLS: tried %v, completed %v; want %v, and no completion", r.TLS.Tried(), r.TLS.OK(), secure)
			}
		})
	}
}

func TestTrustedCA(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(s.Close)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	u := usersOf(t, load.Group{URL: secret.Text(s.URL), CA: string(ca)})
	first, second := u.one(0), u.one(1)
	if first.Class != load.OK || second.Class != load.OK || first.Reused || !second.Reused {
		t.Errorf("first %+v\nsecond %+v", first, second)
	}
	if !first.TLS.OK() || !first.Handshake.OK() || second.TLS.Tried() || second.Handshake.Tried() {
		t.Errorf("a pooled connection has no steps: first %+v\nsecond %+v", first, second)
	}
}

// net/http silently replays an idempotent request on a dead pooled connection;
// this server resets a connection at its second request.
func TestReplayIsCounted(t *testing.T) {
	url := serveRaw(t, func(n int, c *net.TCPConn) {
		for i := 0; readHead(c); i++ {
			if n == 0 && i == 1 {
				reset(c)
				return
			}
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		}
	})
	u := usersOf(t, load.Group{URL: secret.Text(url)})
	first, second := u.one(0), u.one(1)
	if first.Attempts != 1 || second.Attempts != 2 || second.Class != load.OK || second.Reused {
		t.Errorf("first %+v\nsecond %+v", first, second)
	}
}

func TestResetOnPooledConnectionIsCounted(t *testing.T) {
	url := serveRaw(t, func(_ int, c *net.TCPConn) {
		for i := 0; readHead(c); i++ {
			if i == 1 {
				reset(c)
				return
			}
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		}
	})
	u := usersOf(t, load.Group{URL: secret.Text(url), Method: http.MethodPost}) // never replayed
	_, second := u.one(0), u.one(1)
	if second.Class != load.Reset || !second.Reused {
		t.Errorf("%+v", second)
	}
}

func TestRequestOnTheWire(t *testing.T) {
	type seen struct {
		*http.Request
		body string
	}
	got := make(chan seen, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got <- seen{r, string(b)}
		w.Header().Set(NodeHeader, "app-3")
		w.Header().Set(InjectedHeader, "%E6%8B%92%E7%BB%9D")
	}))
	t.Cleanup(s.Close)
	u := usersOf(t, load.Group{URL: secret.Text(s.URL + "/account?x=1"), Method: http.MethodPut, Body: "pay", Users: 3,
		Headers: map[string]secret.Text{"host": "shop.example", "X-Tier": "gold"}})
	r := u.one(0xabc)
	if r.Class != load.Status || r.Status != 200 || r.Node != "app-3" || !r.Injected || r.Fault != "拒绝" { // a fault's answer is no good one
		t.Errorf("%+v", r)
	}
	q := <-got
	want := "00-" + testRun + "0000000000000abc-0001000000000abc-01"
	if have := q.Header.Get("Traceparent"); have != want {
		t.Errorf("traceparent %s, want %s", have, want)
	}
	if q.Method != "PUT" || q.RequestURI != "/account?x=1" || q.Host != "shop.example" || q.body != "pay" ||
		q.Header.Get("X-Tier") != "gold" || q.ContentLength != 3 {
		t.Errorf("%+v", q)
	}
	for name := range q.Header {
		if strings.HasPrefix(name, "X-Vegeta") || name == "Accept-Encoding" {
			t.Errorf("header %s went on the wire", name)
		}
	}
}

func TestProxyVariablesNeverApply(t *testing.T) {
	t.Setenv("HTTP_PROXY", closedPort(t))
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(s.Close)
	if r := usersOf(t, load.Group{URL: secret.Text(s.URL)}).one(0); r.Class != load.OK {
		t.Errorf("%+v", r)
	}
}

func TestUsersKeepToTheirSource(t *testing.T) {
	got := make(chan string, 100)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got <- r.RemoteAddr }))
	t.Cleanup(s.Close)
	var sources []netip.Addr
	for i := range 4 {
		sources = append(sources, netip.MustParseAddr(fmt.Sprintf("127.0.9.%d", i+1)))
	}
	u := usersOf(t, load.Group{URL: secret.Text(s.URL), Users: 6, Sources: sources})
	for seq := range uint64(24) {
		u.one(seq)
		from := netip.MustParseAddrPort(<-got).Addr()
		if want := sources[seq%6%4]; from != want {
			t.Errorf("request %d of user %d came from %s, want %s", seq, seq%6, from, want)
		}
	}
}

func TestLateDialIsClosed(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	s, _ := newTrace(ctx)
	s.undo()
	a, b := net.Pipe()
	defer b.Close()
	if err := s.connected(a); err == nil {
		t.Error("a connection was taken for a request that had failed")
	}
	if _, err := a.Write([]byte{1}); err == nil {
		t.Error("the connection of a failed request stays open")
	}
}
