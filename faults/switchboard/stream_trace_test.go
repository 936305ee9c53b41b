//go:build linux

package switchboard

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/stormdrill/stormdrill/faults/link"
)

// Between nodes whose requests carry no traceparent, what a fault answered may all have
// been users'; once one of them does, those that do not are checks.
func TestUntracedLinkIsBlind(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(server.Close)
	s, at := linkTo(t, netip.MustParseAddrPort(server.Listener.Addr().String()), true)
	c := &http.Client{Transport: &http.Transport{}}
	defer c.CloseIdleConnections()
	bad := link.Rule{Name: "bad", Links: []string{"a -> b"},
		HTTPStatus: &link.HTTPStatus{Code: 503, Share: 1}}
	apply := func() {
		t.Helper()
		if _, err := s.apply(bad); err != nil {
			t.Fatal(err)
		}
	}
	apply()
	for range 3 {
		ask(t, c, "GET", "http://"+at+"/", "", false)
	}
	if have, _, _ := s.count("bad"); !have.Blind || !have.Untraced || have.Users != 3 ||
		have.Checks != 0 || have.First == 0 {
		t.Errorf("without a traceparent: %+v, want 3 that may be users'", have)
	}
	if _, err := s.lift("bad"); err != nil {
		t.Fatal(err)
	}
	ask(t, c, "GET", "http://"+at+"/", "", true)
	apply()
	ask(t, c, "GET", "http://"+at+"/", "", false)
	ask(t, c, "GET", "http://"+at+"/", "", true)
	if have, _, _ := s.count("bad"); have.Blind || have.Untraced || have.Users != 1 ||
		have.Checks != 1 {
		t.Errorf("with traceparents: %+v, want one user and one check", have)
	}
}

// Protocols on a link besides HTTP/1, in which no request can be met, are named.
func TestUnreadProtocols(t *testing.T) {
	for want, say := range map[string]string{
		"HTTP/2":               "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"WebSocket":            "GET / HTTP/1.1\r\nHost: b\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
		"an upgraded protocol": "GET / HTTP/1.1\r\nHost: b\r\nConnection: Upgrade\r\nUpgrade: tunnel\r\n\r\n",
	} {
		for _, staged := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, staged %v", want, staged),
				func(t *testing.T) { unread(t, staged, say, want) })
		}
	}
}

func unread(t *testing.T, staged bool, say, want string) {
	node, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer node.Close()
	go func() {
		c, err := node.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		r := bufio.NewReader(c)
		q, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		if to := q.Header.Get("Upgrade"); to != "" {
			fmt.Fprintf(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: %s\r\n\r\n",
				to)
		}
		fmt.Fprint(c, "done\n")
		_, _ = r.ReadByte()
	}()
	s, at := linkTo(t, netip.MustParseAddrPort(node.Addr().String()), staged)
	c, err := net.Dial("tcp4", at)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, say)
	for r := bufio.NewReader(c); ; {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if line == "done\n" {
			break
		}
	}
	rule := link.Rule{Name: "late", Links: []string{"a -> b"}, Latency: &link.Latency{Delay: 1}}
	if _, err := s.apply(rule); err != nil {
		t.Fatal(err)
	}
	if have, _, _ := s.count("late"); have.Unread != want {
		t.Errorf("have %+v, want %s", have, want)
	}
}
