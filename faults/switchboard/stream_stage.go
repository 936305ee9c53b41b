//go:build linux

package switchboard

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/hostname"
)

// stage is the HTTP stage of one link: it stands between Toxiproxy and the node.
// Bytes go both ways from the first moment on, whichever end sends first and whatever; where
// it is HTTP/1, it is read as it goes by, and so it is known for which client an answer is.
// One connection of a client is one connection to the node. An upstream that cannot be
// reached, or breaks off, closes the client's connection: the stage never answers 502 on its
// own account.
type stage struct {
	users  string // what traceparents of users' requests begin with
	name   string // of the node
	node   netip.AddrPort
	subnet netip.Prefix // the drill's, which it does not leave
	staged bool         // requests are held until they are whole: a fault may answer them
	opened bool         // TLS ends here, so that what is in it can be read
	certs  *certStore
	fields []string // of requests, by which faults tell them apart

	connections, requests atomic.Uint64
	asked                 atomic.Uint64 // of requests, those of users, by their traceparent
	trace                 trace
}

// http2Preface is what an HTTP/2 connection begins with (RFC 9113, section 3.4).
const http2Preface = "PRI * HTTP/2.0\r\n"

// dialWithin bounds the stage's dial to the node: the kernel's own limit is
// over two minutes, and every client behind it would be held that long.
const dialWithin = 10 * time.Second

// lookahead is what is read ahead of a connection: as much as most heads are.
const lookahead = 4 << 10

// serve carries one connection.
func (g *stage) serve(f *flow, client clientConn) {
	defer client.Close()
	d := net.Dialer{Timeout: dialWithin, Control: within(g.subnet)}
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
	s := &countingConn{Conn: client}
	c := &exchange{stage: g, flow: f, client: s, sent: &s.bytes, node: node,
		turns: newTurns(f.over), asked: heads{users: g.users, fields: g.fields}}
	if g.staged {
		c.from = bufio.NewReaderSize(client, lookahead)
		c.lead(node)
	} else {
		c.from, c.there = bufio.NewReaderSize(&relay{from: client, to: node}, lookahead), io.Discard
	}
	c.listen()
	c.requests()
	part()
	<-c.silent
}

// countingConn counts what is written to the client: so each answer's place is known.
type countingConn struct {
	net.Conn
	bytes atomic.Int64
}

// Write writes and counts.
func (s *countingConn) Write(b []byte) (int, error) {
	n, err := s.Conn.Write(b)
	s.bytes.Add(int64(n))
	return n, err
}

// exchange is one connection's requests and answers.
type exchange struct {
	stage  *stage
	flow   *flow
	client net.Conn
	sent   *atomic.Int64 // bytes to the client, as they are on the wire
	node   net.Conn
	turns  *turns

	asked, answered heads // of requests, and of answers

	from  *bufio.Reader // what the client says, …
	there io.Writer     // … and where it goes on to; nowhere, where reading it has carried it on
	back  *bufio.Reader // what the node says, …
	here  *relay        // … carried on by reading it

	up *uplink // there, where it goes on to somewhere

	received atomic.Bool   // the client has sent something
	alone    atomic.Bool   // the node's answers are read elsewhere
	silent   chan struct{} // closed when the node's answers have ended
}

// lead has what the client says go on to the node.
func (c *exchange) lead(node net.Conn) {
	c.up = &uplink{Conn: node, flow: c.flow}
	c.node, c.there = node, c.up
}

// listen begins to carry what the node says.
func (c *exchange) listen() {
	c.here = &relay{from: c.node, to: c.client}
	c.back = bufio.NewReaderSize(c.here, lookahead)
	c.silent = make(chan struct{})
	go c.answers()
}

// requests carries all of them.
func (c *exchange) requests() {
	for c.request() {
	}
}

// request carries one request; false ends the connection.
func (c *exchange) request() bool {
	first, err := c.from.Peek(1)
	if err != nil {
		c.flow.end() // the client has closed
		return false
	}
	c.received.Store(true)
	switch {
	case c.turns.ended():
		c.other(nil)
		return false
	case first[0] == tlsHandshake && c.stage.staged:
		c.secure()
		return false
	}
	q, head, err := c.asked.request(c.from)
	http2 := bytes.HasPrefix(head, []byte(http2Preface))
	if http2 {
		c.stage.trace.hides(overHTTP2)
	}
	if err != nil || http2 {
		c.other(head)
		return false
	}
	r := &transaction{request: q, fields: c.asked.chosen(head)}
	if r.origin == users {
		c.stage.asked.Add(1)
	}
	r.origin = c.flow.asks(r.origin)
	c.stage.requests.Add(1)
	if !c.flow.ask(r.origin) {
		return false
	}
	if m := c.flow.faults.status(); m != nil && m.draws(r) {
		return c.answer(r, m)
	}
	return c.pass(r, head)
}

// pass sends the request on.
func (c *exchange) pass(r *transaction, head []byte) bool {
	if !c.turns.wait(r) || r.method == http.MethodConnect {
		c.other(head)
		return false
	}
	body, _ := c.from.Peek(int(min(max(r.body.length, 0), int64(c.from.Buffered()))))
	whole := net.Buffers{head, body} // at once, as it most likely came
	if _, err := whole.WriteTo(c.onward(r)); err != nil {
		return false
	}
	_, _ = c.from.Discard(len(body))
	r.body.length -= int64(len(body))
	return copyBody(c.there, c.from, r.body) == nil
}

// onward is where the bytes of a transaction go: straight to the node, unless they are narrowed.
func (c *exchange) onward(t *transaction) io.Writer {
	if c.up == nil {
		return c.there
	}
	c.up.of = t
	if c.up.narrow() == nil {
		return c.up.Conn
	}
	return c.up
}

// answer answers in the node's stead, once it has the whole request.
func (c *exchange) answer(r *transaction, m *mode) bool {
	if !r.waits { // else it has sent no body yet
		if err := copyBody(io.Discard, c.from, r.body); err != nil {
			return false
		}
	}
	stay := !r.last && !r.waits
	a := m.HTTPStatus.Answer(m.Name)
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n%s: %s\r\n%s: %s\r\n", a.Code, http.StatusText(a.Code),
		link.FaultHeader, url.PathEscape(m.Name), link.NodeHeader,
		hostname.Wire(c.stage.name))
	if a.RetryAfter > 0 {
		fmt.Fprintf(&b, "Retry-After: %d\r\n", a.RetryAfter)
	}
	if a.Type != "" {
		fmt.Fprintf(&b, "Content-Type: %s\r\n", a.Type)
	}
	if a.Code != http.StatusNoContent {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(a.Body))
	}
	if !stay {
		b.WriteString("Connection: close\r\n")
	}
	b.WriteString("\r\n")
	if r.method != http.MethodHead {
		b.WriteString(a.Body)
	}
	return c.turns.insert(func() error {
		c.flow.answer(c.sent.Load(), r)
		_, err := io.WriteString(c.client, b.String())
		return err
	}) && stay
}

// other carries what is not HTTP/1, what was read of it first.
func (c *exchange) other(first []byte) {
	t := c.flow.unreadable()
	if !c.flow.ask(c.flow.origin()) {
		return
	}
	if _, err := c.onward(t).Write(first); err != nil {
		return
	}
	_, _ = io.Copy(c.there, c.from)
	c.flow.end() // the client has closed
}

// answers carries what the node says, until it ends.
func (c *exchange) answers() {
	defer close(c.silent)
	for c.one() {
	}
	if c.alone.Load() {
		return
	}
	c.turns.end()
	c.here.rest()
	_ = c.client.Close()
}

// one carries one answer; false: what follows is none.
func (c *exchange) one() bool {
	if _, err := c.back.Peek(1); err != nil {
		return false
	}
	r, ok := c.turns.begin()
	if c.here.passOn(len(c.here.held)-c.back.Buffered()) != nil { // the end of the answer before
		return false
	}
	begins := c.sent.Load()
	if !ok { // one long answer to the side that the connection is of
		c.flow.answer(begins, c.flow.unreadable())
		c.flow.asked.Store(true)
		if c.received.Load() { // else it is a greeting: the client's first bytes are still to come
			c.flow.ask(c.flow.origin())
		}
		return false
	}
	c.flow.answer(begins, r)
	if !c.bring(r.method) {
		return false
	}
	more := c.back.Buffered() > 0
	if !more && c.here.flush() != nil {
		return false
	}
	return c.turns.done(more)
}

// bring reads one answer, with those before the final one (100, 103); false: what
// follows cannot be read.
func (c *exchange) bring(method string) bool {
	for {
		a, err := c.answered.response(c.back, method)
		switch {
		case err == nil && a.status == http.StatusSwitchingProtocols:
			c.stage.trace.hides(a.upgrade)
			return false
		case err != nil, method == http.MethodConnect:
			return false
		case a.status >= 200:
			return copyBody(io.Discard, c.back, a.body) == nil
		}
	}
}
