//go:build linux

package switchboard

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
)

// patience is how long a byte may take that nothing holds back.
const patience = 5 * time.Second

// serverOf serves a protocol of its own on real sockets, one connection after the other,
// and gives its address.
func serverOf(t *testing.T, serve func(net.Conn)) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); serve(c) }()
		}
	}()
	return netip.MustParseAddrPort(l.Addr().String())
}

// greeter is a server that sends first, as those of SMTP, MySQL, SSH and FTP do, and then
// answers one word.
func greeter(c net.Conn) {
	fmt.Fprint(c, "220 ready\r\n")
	word := make([]byte, 4)
	if _, err := io.ReadFull(c, word); err == nil {
		fmt.Fprintf(c, "250 %s\r\n", word)
	}
	_, _ = io.Copy(io.Discard, c)
}

// reverser is one whose client sends first, in a protocol without lines, as that of
// PostgreSQL: it answers four bytes with their reverse.
func reverser(c net.Conn) {
	b := make([]byte, 4)
	for {
		if _, err := io.ReadFull(c, b); err != nil {
			return
		}
		_, _ = c.Write([]byte{b[3], b[2], b[1], b[0]})
	}
}

func expect(t *testing.T, c net.Conn, want string) {
	t.Helper()
	got := make([]byte, len(want))
	_ = c.SetReadDeadline(time.Now().Add(patience))
	if n, err := io.ReadFull(c, got); err != nil || string(got) != want {
		t.Fatalf("have %q, %v, want %q", got[:n], err, want)
	}
}

// Whichever side sends first, and whatever it sends, the bytes go on at once, also on links
// whose requests a fault may answer; and what is met there is counted by connection, which
// cannot be attributed.
func TestEitherSideSendsFirst(t *testing.T) {
	for _, staged := range []bool{false, true} {
		t.Run(fmt.Sprintf("staged=%t", staged), func(t *testing.T) {
			s, at := linkTo(t, serverOf(t, greeter), staged)
			c := dial(t, at)
			expect(t, c, "220 ready\r\n")
			fmt.Fprint(c, "HELO")
			expect(t, c, "250 HELO\r\n")
			late(t, s, func() net.Conn { return dial(t, at) }, "220 ready\r\n", "")

			s, at = linkTo(t, serverOf(t, reverser), staged)
			c = dial(t, at)
			for _, word := range []string{"\x00\x00\x00\x08", "GET "} {
				fmt.Fprint(c, word)
				expect(t, c, string([]byte{word[3], word[2], word[1], word[0]}))
			}
			late(t, s, func() net.Conn { return dial(t, at) }, "\x08\x00\x00\x00",
				"\x00\x00\x00\x08")
		})
	}
}

func dial(t *testing.T, at string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// late checks that latency holds what the server says, once, and that a reset ends
// the connection.
func late(t *testing.T, s *streams, dial func() net.Conn, said, saying string) {
	t.Helper()
	const delay = 200 * time.Millisecond
	if _, err := s.apply(link.Rule{Name: "slow", Links: []string{"a -> b"},
		Latency: &link.Latency{Delay: delay}}); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	c := dial()
	fmt.Fprint(c, saying)
	expect(t, c, said)
	if took := time.Since(began); took < delay {
		t.Errorf("came after %s, want %s", took, delay)
	}
	if n, _, _ := s.count("slow"); n.Users != 1 || n.Total != 1 || !n.Blind {
		t.Errorf("one connection was slow, counted %+v", n)
	}
	_, _ = s.lift("slow")
	if _, err := s.apply(link.Rule{Name: "cut", Links: []string{"a -> b"},
		Reset: &link.Reset{}}); err != nil {
		t.Fatal(err)
	}
	_ = c.SetReadDeadline(time.Now().Add(patience))
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("a connection that stands: %v, want a reset", err)
	}
	fresh := dial() // it may receive a greeting, and is reset at its own first bytes
	fmt.Fprint(fresh, "\x00\x00\x00\x08")
	_ = fresh.SetReadDeadline(time.Now().Add(patience))
	if _, err := io.Copy(io.Discard, fresh); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("a new connection: %v, want a reset", err)
	}
	if n, _, _ := s.count("cut"); n.Total != 3 { // with the caller's
		t.Errorf("three connections were reset, counted %+v", n)
	}
	_, _ = s.lift("cut")
}

// A request reaches the node as it is written, half a head too: else a node that
// waits for headers no longer than so would never see a slow one.
func TestNothingIsHeldBack(t *testing.T) {
	got := make(chan string, 8)
	s, at := linkTo(t, serverOf(t, func(c net.Conn) {
		b := make([]byte, 64)
		for {
			n, err := c.Read(b)
			if err != nil {
				return
			}
			got <- string(b[:n])
		}
	}), false)
	c := dial(t, at)
	for _, part := range []string{"G", "ET / HTTP/1.1\r\n", "Host: a\r\n", "\r\nGET /two HT"} {
		fmt.Fprint(c, part)
		select {
		case have := <-got:
			if have != part {
				t.Errorf("the node has %q, want %q", have, part)
			}
		case <-time.After(patience):
			t.Fatalf("the node never had %q", part)
		}
	}
	if tr := s.traffic(); tr[0].Requests != 1 {
		t.Errorf("one whole request went over, counted %+v", tr)
	}
}

// Pipelined requests go on together, and each answer is matched to its request: the fault
// spares one of three.
func TestPipelinedAnswersAreToldApart(t *testing.T) {
	const three = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na" +
		"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nb\r\n0\r\n\r\n" +
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nc"
	s, at := linkTo(t, serverOf(t, func(c net.Conn) {
		in := bufio.NewReader(c)
		for range 3 {
			if _, err := http.ReadRequest(in); err != nil {
				return
			}
		}
		fmt.Fprint(c, three) // at once
		_, _ = io.Copy(io.Discard, c)
	}), false)
	if _, err := s.apply(link.Rule{Name: "slow", Links: []string{"a -> b"},
		Select:  link.Selection{Spare: []string{"/spared"}},
		Latency: &link.Latency{Delay: 50 * time.Millisecond}}); err != nil {
		t.Fatal(err)
	}
	c := dial(t, at)
	trace := "traceparent: 00-" + testRun + "0000000000000001-0000000000000001-01\r\n"
	fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: a\r\n%s\r\nGET /spared HTTP/1.1\r\nHost: a\r\n%s\r\nGET /check HTTP/1.1\r\nHost: a\r\n\r\n",
		trace, trace)
	expect(t, c, three)
	if n, _, _ := s.count("slow"); n.Users != 1 || n.Checks != 1 || n.Total != 2 || n.Blind {
		t.Errorf("one answer to a user and one to a check were slow, counted %+v", n)
	}
}

// A node that ends an idle connection ends the client's: it need not send a
// request to find out.
func TestIdleEndIsPassedOn(t *testing.T) {
	for _, staged := range []bool{false, true} {
		_, at := linkTo(t, serverOf(t, func(c net.Conn) {
			if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
				fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
			}
		}), staged)
		c := dial(t, at)
		fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		_ = c.SetReadDeadline(time.Now().Add(patience))
		if b, err := io.ReadAll(c); err != nil || !bytes.HasSuffix(b, []byte("\r\n\r\n")) {
			t.Errorf("staged=%t: have %q, %v, want the answer and the end", staged, b, err)
		}
	}
}

// After 101 both sides may say what they like.
func TestUpgraded(t *testing.T) {
	for _, staged := range []bool{false, true} {
		_, at := linkTo(t, serverOf(t, func(c net.Conn) {
			in := bufio.NewReader(c)
			if _, err := http.ReadRequest(in); err != nil {
				return
			}
			fmt.Fprint(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n!")
			_, _ = io.Copy(c, in)
		}), staged)
		c := dial(t, at)
		fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")
		expect(t, c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n!")
		fmt.Fprint(c, "GET no line")
		expect(t, c, "GET no line")
	}
}
