package switchboard

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/faults/authority"
)

// tlsHandshake is the first byte of a TLS connection: the record type of a
// ClientHello (RFC 8446, 5.1). No method of HTTP begins with it.
const tlsHandshake = 0x16

// handshakeWithin bounds the stage's own handshakes; nginx's and HAProxy's usual
// configurations wait for as long.
const handshakeWithin = 60 * time.Second

func (t *TLS) unit() string {
	switch t.As {
	case NoAnswer:
		return "TLS handshakes held"
	case OldVersion:
		return "TLS handshakes answered in an old version"
	}
	return "TLS handshakes answered with a bad certificate"
}

// papers are the certificates that one link's stage shows; made when a rule
// wants them, so that every client of the rule meets the same.
type papers struct {
	ca    authority.Pair
	names []string

	mu    sync.Mutex
	shown map[string]tls.Certificate // by TLS.As
}

// namesOf are the names by which clients reach a link's node.
func namesOf(l Link) []string { return slices.Compact([]string{l.To, l.Name}) }

// strangeName is of a host that nobody in a drill asks for (RFC 2606).
const strangeName = "another-host.invalid"

// forge makes the certificate that a rule shows, once.
func (p *papers) forge(t *TLS) error {
	if t == nil || t.As == NoAnswer {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.shown[t.As]; ok {
		return nil
	}
	ca, valid, names := p.ca, authority.Current(), p.names
	var err error
	switch t.As {
	case Expired:
		valid = authority.Expired()
	case WrongHost:
		names = []string{strangeName}
	case UnknownAuthority:
		if ca, err = authority.New("An authority that nobody trusts"); err != nil {
			return err
		}
	}
	pair, err := ca.Issue(valid, names...)
	if err != nil {
		return err
	}
	c, err := pair.TLS()
	if err != nil {
		return err
	}
	if p.shown == nil {
		p.shown = map[string]tls.Certificate{}
	}
	p.shown[t.As] = c
	return nil
}

// show is how a server behaves that has the certificate and versions of a rule.
func (p *papers) show(t *TLS) *tls.Config {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := &tls.Config{Certificates: []tls.Certificate{p.shown[t.As]}, MinVersion: tls.VersionTLS10, SessionTicketsDisabled: true}
	if t.As == OldVersion {
		c.MaxVersion = tls.VersionTLS11
	}
	return c
}

// secure carries a connection that begins with a ClientHello: verbatim, unless a
// rule answers handshakes.
func (c *exchange) secure() {
	m := c.flow.faults.tls()
	switch {
	case m == nil:
		c.other(nil)
	case m.TLS.As == NoAnswer:
		c.holdHello(m)
	default:
		c.terminate(m)
	}
}

// holdHello keeps the ClientHello until the lift; who waited for so long may go on.
func (c *exchange) holdHello(m *mode) {
	m.hit(c.flow.users.Load())
	select {
	case <-m.over:
		c.other(nil)
	case <-c.flow.over.Done():
	}
}

// terminate ends the client's TLS here and, where the client takes what it is
// shown, goes on to the node by TLS of its own. What it counts are ClientHellos,
// before the answer: whoever has read that finds it counted.
func (c *exchange) terminate(m *mode) {
	config := c.stage.papers.show(m.TLS)
	var asked string // server name
	config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		asked = hello.ServerName
		m.hit(c.flow.users.Load())
		return nil, nil
	}
	client := tls.Server(peeked{c.client, c.from}, config)
	if !shaken(client) || !c.flow.ask(c.client.bytes, "", c.flow.users.Load()) {
		return
	}
	// A middlebox that meddles with certificates does not check them either.
	node := tls.Client(c.node, &tls.Config{ServerName: asked, InsecureSkipVerify: true})
	if !shaken(node) {
		return
	}
	there := make(chan struct{})
	go func() {
		defer close(there)
		_, _ = io.Copy(node, client)
		_ = node.CloseWrite()
	}()
	_, _ = io.Copy(client, node)
	_ = client.CloseWrite()
	_ = c.client.Close()
	_ = c.node.Close()
	<-there
}

// shaken makes a handshake, and tells whether it succeeded. What is sent to end
// it, such as an alert, has gone out by then.
func shaken(c *tls.Conn) bool {
	_ = c.SetDeadline(time.Now().Add(handshakeWithin))
	if c.Handshake() != nil {
		return false
	}
	return c.SetDeadline(time.Time{}) == nil
}

// peeked is a connection of which some was read already.
type peeked struct {
	net.Conn
	from *bufio.Reader
}

// Read reads on from there.
func (p peeked) Read(b []byte) (int, error) { return p.from.Read(b) }
