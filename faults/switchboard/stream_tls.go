//go:build linux

package switchboard

import (
	"bufio"
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/faults/authority"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/hostname"
)

// tlsHandshake is the first byte of a TLS connection: the record type of a
// ClientHello (RFC 8446, 5.1). No method of HTTP begins with it.
const tlsHandshake = 0x16

// handshakeWithin bounds the stage's own handshakes; nginx's and HAProxy's usual
// configurations wait for as long.
const handshakeWithin = 60 * time.Second

type tlsKind link.TLS

func (t *tlsKind) unit() string {
	switch t.As {
	case link.NoAnswer:
		return "TLS handshakes held"
	case link.OldVersion:
		return "TLS handshakes answered in an old version"
	}
	return "TLS handshakes answered with a bad certificate"
}

// good is what is shown where nothing is wrong, beside what TLS.As may be.
const good = "good"

// certStore are the certificates that one link's stage shows; made when a rule
// wants them, so that every client of the rule meets the same.
type certStore struct {
	ca    authority.Pair
	names []string

	mu    sync.Mutex
	shown map[string]tls.Certificate // by TLS.As
}

// namesOf are the names by which clients reach a link's node, as they go over the wire.
func namesOf(l link.Link) []string {
	return slices.Compact([]string{hostname.Wire(l.To), hostname.Wire(l.Name)})
}

// strangeName is of a host that no drill asks for (RFC 2606).
const strangeName = "another-host.invalid"

// forge makes the certificate that a rule shows, once.
func (p *certStore) forge(t *link.TLS) error {
	if t == nil || t.As == link.NoAnswer {
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
	case link.Expired:
		valid = authority.Expired()
	case link.WrongHost:
		names = []string{strangeName}
	case link.UnknownAuthority:
		if ca, err = authority.New("An authority that no client trusts"); err != nil {
			return err
		}
	case link.IncompleteChain:
		if ca, err = p.ca.Intermediate("An intermediate authority that is not shown"); err != nil {
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
func (p *certStore) show(t *link.TLS) *tls.Config {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := &tls.Config{Certificates: []tls.Certificate{p.shown[t.As]}, MinVersion: tls.VersionTLS10,
		SessionTicketsDisabled: true}
	if t.As == link.OldVersion {
		c.MaxVersion = tls.VersionTLS11
	}
	return c
}

// secure carries a connection that begins with a ClientHello: verbatim, unless a
// rule answers handshakes, or the link is opened.
func (c *exchange) secure() {
	c.flow.dark.Store(true)
	if c.stage.opened {
		c.flow.spareHandshake()
	}
	m := c.flow.faults.tls()
	// It is counted before the answer: a client that has read that finds it counted.
	if m != nil && !m.hit(c.flow.origin()) {
		m = nil
	}
	if m != nil && m.TLS.As == link.NoAnswer {
		if !c.holdHello(m) {
			return
		}
		m = nil
	}
	switch {
	case m == nil && !c.stage.opened:
		c.other(nil)
	case !c.terminate(m):
	case c.stage.opened:
		c.flow.dark.Store(false)
		c.requests()
	default:
		c.other(nil)
	}
}

// holdHello keeps the ClientHello until the lift, and says whether the client waited for it.
func (c *exchange) holdHello(m *mode) bool {
	select {
	case <-m.over:
		return true
	case <-c.flow.over.Done():
		return false
	}
}

// terminate ends the client's TLS here and goes on by TLS of its own to the node;
// it reports whether both sides agreed to that. Under a rule, the client decides first
// whether it takes what it is shown. Without one, the node is asked first: a client of a
// node that does not make the handshake gets none.
func (c *exchange) terminate(m *mode) bool {
	as := &link.TLS{As: good}
	if m != nil {
		as = m.TLS
	}
	config := c.stage.certs.show(as)
	var node *tls.Conn
	config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		node = c.toNode(hello.ServerName)
		if m == nil && !shaken(node) {
			return nil, errNode
		}
		return nil, nil
	}
	if c.stage.opened {
		config.NextProtos = []string{http11}
	}
	if !c.takeNode() {
		return false
	}
	client := tls.Server(peeked{c.client, c.from}, config)
	if !shaken(client) || !shaken(node) {
		return false
	}
	c.client, c.from = client, bufio.NewReaderSize(client, lookahead)
	c.lead(node)
	c.alone.Store(false)
	c.listen()
	return true
}

// takeNode alone reads what the node says; false: it has said something.
func (c *exchange) takeNode() bool {
	c.alone.Store(true)
	_ = c.node.SetReadDeadline(time.Now())
	<-c.silent
	return c.node.SetReadDeadline(time.Time{}) == nil && !c.turns.ended()
}

// errNode is not reported: the client gets an alert.
var errNode = errors.New("tls: the node makes no handshake")

// http11 is all that the stage reads (RFC 7301).
const http11 = "http/1.1"

// toNode prepares TLS to the node, under the name that the client asks for. A
// middlebox that meddles with certificates does not check them either.
func (c *exchange) toNode(name string) *tls.Conn {
	config := &tls.Config{ServerName: name, InsecureSkipVerify: true}
	if c.stage.opened {
		config.NextProtos = []string{http11}
	}
	return tls.Client(c.node, config)
}

// shaken makes a handshake, and reports whether it succeeded. What is sent to end it, such
// as an alert, has gone out by then.
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
