package loadgen

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/netip"
	"net/textproto"
	"slices"
	"strings"
)

// Headers of answers that say where they come from.
const (
	// NodeHeader names the target that answered.
	NodeHeader = "X-Stormdrill-Node"
	// InjectedHeader is on every answer that the switchboard made itself.
	InjectedHeader = "X-Stormdrill-Fault"
)

// users make the requests of one group, each from its own source address.
type users struct {
	spec   Group
	run    string
	number int // of the group in the Spec, part of the trace id
	proto  *http.Request
	body   []byte
	pools  []*lanes // one per source, or per user
	now    func() int64
	ctx    context.Context         // of the node: when it ends, requests in flight do
	wrote  func()                  // told of each request that is on a connection; nil: nobody asks
	id     func(seq uint64) string // that a request carries, where the group keeps a ledger
}

// newUsers checks what a group asks for; it sends nothing.
func newUsers(ctx context.Context, s Spec, number int, now func() int64) (*users, error) {
	g := s.Groups[number]
	if err := g.check(); err != nil {
		return nil, fmt.Errorf("group %q: %w", g.Name, err)
	}
	proto, err := g.prototype()
	if err != nil {
		return nil, fmt.Errorf("group %q: %w", g.Name, err)
	}
	trust, err := trusting(s.Authority, g.CA)
	if err != nil {
		return nil, fmt.Errorf("group %q: %w", g.Name, err)
	}
	u := &users{spec: g, run: s.Run, number: number, proto: proto, body: []byte(g.Body), now: now, ctx: ctx}
	u.id = func(seq uint64) string { return WriteID(s.Run, g.Name, seq) }
	for _, source := range g.Sources {
		road := newRoad(source, s.Subnet, netip.AddrPortFrom(s.Resolver, dnsPort))
		road.keepAlive, road.names.atLeast = g.KeepAlive, g.DNSCache
		u.pools = append(u.pools, &lanes{road: road, tls: trust, live: g.Live, once: g.PerRequest, now: now})
	}
	if g.PerUser {
		u.pools = perUser(u.pools, g.Users)
	}
	return u, nil
}

// perUser gives every user a pool of his own, on the road of his source.
func perUser(bySource []*lanes, users int) []*lanes {
	all := make([]*lanes, users)
	for i := range all {
		l := bySource[i%len(bySource)]
		all[i] = &lanes{road: l.road, tls: l.tls, live: l.live, once: l.once, now: l.now}
	}
	return all
}

// check refuses what a load node cannot do; a plan has long said it better.
func (g Group) check() error {
	switch {
	case !(g.Rate > 0):
		return fmt.Errorf("rate %g: has to be above zero", g.Rate)
	case g.Users < 1:
		return errors.New("needs at least one user")
	case g.Timeout <= 0:
		return errors.New("needs a time-out")
	case len(g.Sources) == 0:
		return errors.New("needs a source address")
	}
	return nil
}

// prototype is the request that all of the group's are copies of.
func (g Group) prototype() (*http.Request, error) {
	req, err := http.NewRequest(g.Method, g.URL, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "stormdrill")
	for k, v := range g.Headers {
		if textproto.CanonicalMIMEHeaderKey(k) == "Host" {
			req.Host = v
			continue
		}
		req.Header.Set(k, v)
	}
	return req, nil
}

// trusting is a TLS configuration that trusts the drill's own authority and a CA,
// whichever there are, and else nobody's: the system's are none of a drill's.
func trusting(authority, ca string) (*tls.Config, error) {
	c := &tls.Config{RootCAs: x509.NewCertPool()}
	for _, pem := range []string{authority, ca} {
		if pem != "" && !c.RootCAs.AppendCertsFromPEM([]byte(pem)) {
			return nil, errors.New("ca: no PEM certificate in it")
		}
	}
	return c, nil
}

// send makes one request and fills in how it ended.
func (u *users) send(r *Request) {
	ctx, cancel := context.WithTimeout(u.ctx, u.spec.Timeout)
	defer cancel()
	s, ctx := newShot(ctx)
	s.wrote = u.wrote
	pool := u.pools[int(r.User)%len(u.pools)]
	via := pool.take()
	a, err := s.do(via, u.request(ctx, r.Seq), io.Discard)
	r.Done = u.now()
	if err == nil {
		pool.put(via)
	} else {
		via.CloseIdleConnections()
	}
	u.judge(r, s, a, err)
}

// request is the prototype with the trace id of its own. Its body can be sent
// again, so that net/http may replay it where the method allows.
func (u *users) request(ctx context.Context, seq uint64) *http.Request {
	req := u.proto.WithContext(ctx)
	req.Header = maps.Clone(u.proto.Header)
	if u.run != "" {
		req.Header["Traceparent"] = []string{traceparent(u.run, u.number, seq)}
	}
	if path := u.spec.path(seq); path != "" {
		if to, err := req.URL.Parse(path); err == nil { // which the plan has checked
			req.URL = to
		}
	}
	body := u.body
	if u.spec.Writes != nil {
		body = u.marked(req, seq)
	}
	if len(body) > 0 {
		req.ContentLength = int64(len(body))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		req.Body, _ = req.GetBody()
	}
	return req
}

// traceparent is the W3C header: the trace id is the run, the group and the
// sequence number; the parent id must not be zero, so groups count from 1 there.
func traceparent(run string, group int, seq uint64) string {
	seq &= 1<<48 - 1
	return fmt.Sprintf("00-%s%04x%012x-%04x%012x-01", run, group, seq, group+1, seq)
}

func (u *users) judge(r *Request, s *shot, a answer, err error) {
	r.Class = classify(err, s.stage())
	r.Attempts = uint8(min(s.attempts.Load(), 255))
	r.Reused = s.reused.Load()
	r.Lookup, r.Handshake, r.TLS = s.took(lookup), s.took(handshake), s.took(tlsHandshake)
	r.Status = uint16(a.status)
	if a.header != nil {
		node := a.header.Get(NodeHeader)
		r.Node = strings.ToValidUTF8(node[:min(len(node), mostNodeName)], "")
		r.Injected = a.header.Get(InjectedHeader) != ""
	}
	if r.Class == OK && !expected(u.spec.Expect, a.status) {
		r.Class = Status
	}
}

// expected reports whether a status is good: one of those named, or 200–399.
func expected(want []int, status int) bool {
	if len(want) == 0 {
		return status >= 200 && status < 400
	}
	return slices.Contains(want, status)
}

func (u *users) sweep() {
	for _, p := range u.pools {
		p.sweep()
	}
}

func (u *users) close() {
	for _, p := range u.pools {
		p.close()
	}
}
