package switchboard

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"
)

// stage is the HTTP stage of one link: it stands between Toxiproxy and the
// node, passes requests and answers on byte by byte, and answers some itself.
// One connection of a client is one connection to the node. An upstream that
// cannot be reached, or breaks off, closes the client's connection: the stage
// never answers 502 on its own account.
type stage struct {
	users  string // what traceparents of users' requests begin with
	node   netip.AddrPort
	papers *papers

	connections, requests atomic.Uint64
}

// dialWithin bounds the stage's dial to the node: the kernel's own limit is
// over two minutes, and every client behind it would be held that long.
const dialWithin = 10 * time.Second

// serve carries one connection.
func (g *stage) serve(f *flow, client net.Conn) {
	defer client.Close()
	d := net.Dialer{Timeout: dialWithin}
	node, err := d.DialContext(f.over, "tcp", g.node.String())
	if err != nil {
		return
	}
	part := func() {
		if f.rst.Load() { // by an RST to both ends
			_ = node.(*net.TCPConn).SetLinger(0)
		}
		_ = client.Close()
		_ = node.Close()
	}
	defer part()
	defer context.AfterFunc(f.over, part)()
	c := &exchange{
		stage: g, flow: f, client: &spout{Conn: client}, node: node,
		from: bufio.NewReaderSize(client, maxHead), back: bufio.NewReaderSize(node, maxHead),
	}
	if first, err := c.from.Peek(1); err == nil && first[0] == tlsHandshake {
		c.secure()
		return
	}
	for c.one() {
	}
}

// spout counts what is written to the client: so answers know their places.
type spout struct {
	net.Conn
	bytes int64
}

// Write writes and counts.
func (s *spout) Write(b []byte) (int, error) {
	n, err := s.Conn.Write(b)
	s.bytes += int64(n)
	return n, err
}

// exchange is one connection's requests, one after the other: a pipelined
// request waits for the answer to the one before it, so answers keep their order.
type exchange struct {
	stage      *stage
	flow       *flow
	client     *spout
	node       net.Conn
	from, back *bufio.Reader
}

// one carries one request and its answer; false ends the connection.
func (c *exchange) one() bool {
	head, err := readHead(c.from)
	if err != nil {
		if len(head) > 0 {
			c.other(head)
		}
		return false
	}
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(string(head))))
	if err != nil || r.Method == http.MethodConnect {
		c.other(head)
		return false
	}
	c.stage.requests.Add(1)
	users := strings.HasPrefix(r.Header.Get("traceparent"), c.stage.users)
	if !c.flow.ask(c.client.bytes, r.URL.Path, users) {
		return false
	}
	if m := c.flow.faults.status(); m != nil && m.draws(r.URL.Path) {
		return c.answer(r, m, users)
	}
	return c.pass(r, head)
}

// answer answers in the node's stead. What it counts, it has written: a client
// that went away before is not counted as answered.
func (c *exchange) answer(r *http.Request, m *mode, users bool) bool {
	if r.Header.Get("Expect") == "" { // who expects 100 has sent no body yet
		if err := copyBody(io.Discard, c.from, requestFraming(r)); err != nil {
			return false
		}
	}
	stay := r.ProtoAtLeast(1, 1) && !r.Close && r.Header.Get("Expect") == ""
	body := m.HTTPStatus.Body
	if body == "" {
		body = fmt.Sprintf("%d by the fault %s\n", m.HTTPStatus.Code, m.Name)
	}
	if m.HTTPStatus.Code == http.StatusNoContent || m.HTTPStatus.Code == http.StatusNotModified {
		body = ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n%s: %s\r\nContent-Type: text/plain\r\n", m.HTTPStatus.Code, http.StatusText(m.HTTPStatus.Code), FaultHeader, m.Name)
	if m.HTTPStatus.Code != http.StatusNoContent {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(body))
	}
	if !stay {
		b.WriteString("Connection: close\r\n")
	}
	b.WriteString("\r\n")
	if r.Method != http.MethodHead {
		b.WriteString(body)
	}
	m.hit(users) // before the write: whoever has read the answer finds it counted
	_, err := io.WriteString(c.client, b.String())
	return err == nil && stay
}

// pass sends the request on and its answer back. The body goes on a goroutine
// of its own: the node may answer before it has read all of it.
func (c *exchange) pass(r *http.Request, head []byte) bool {
	if _, err := c.node.Write(head); err != nil {
		return false
	}
	sent := make(chan error, 1)
	f := requestFraming(r)
	if f.length == 0 {
		sent <- nil
	} else {
		go func() { sent <- copyBody(c.node, c.from, f) }()
	}
	again := c.bring(r)
	if !again {
		c.client.Close() // ends the body's goroutine too
		c.node.Close()
	}
	return <-sent == nil && again
}

// bring brings one answer back, those before the final one (100, 103) too.
func (c *exchange) bring(r *http.Request) bool {
	for {
		head, err := readHead(c.back)
		if err != nil {
			_, _ = c.client.Write(head) // what came of a broken answer
			return false
		}
		a, err := http.ReadResponse(bufio.NewReader(strings.NewReader(string(head))), r)
		if err != nil {
			c.rest(head)
			return false
		}
		final := a.StatusCode >= 200
		if _, err := c.client.Write(head); err != nil {
			return false
		}
		switch {
		case a.StatusCode == http.StatusSwitchingProtocols:
			c.raw(nil)
			return false
		case !final:
			continue
		}
		f := answerFraming(r, a)
		if err := copyBody(c.client, c.back, f); err != nil {
			return false
		}
		return f.length != untilEOF && !a.Close && !r.Close
	}
}

// other carries what is not HTTP/1: one long answer to whom the connection is.
func (c *exchange) other(first []byte) {
	if c.flow.ask(c.client.bytes, "", c.flow.users.Load()) {
		c.raw(first)
	}
}

// raw copies both ways from here on, what was read of the client's first.
func (c *exchange) raw(first []byte) {
	if _, err := c.node.Write(first); err != nil {
		return
	}
	up := make(chan struct{})
	go func() {
		defer close(up)
		_, _ = io.Copy(c.node, c.from)
		if t, ok := c.node.(*net.TCPConn); ok {
			_ = t.CloseWrite()
		}
	}()
	c.rest(nil)
	c.client.Close()
	<-up
}

// rest copies what the node says until it ends.
func (c *exchange) rest(first []byte) {
	if _, err := c.client.Write(first); err == nil {
		_, _ = io.Copy(c.client, c.back)
	}
}
