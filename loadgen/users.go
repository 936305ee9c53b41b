//go:build linux

package loadgen

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/hostname"
	"github.com/stormdrill/stormdrill/loadgen/load"
)

// Headers of answers that say where they come from.
const (
	// NodeHeader names the target that answered.
	NodeHeader = "X-Stormdrill-Node"
	// InjectedHeader is on every answer that the switchboard made itself, and names the fault
	// as in the path of a URL.
	InjectedHeader = "X-Stormdrill-Fault"
)

// users make the requests of one group, each from its own source address.
type users struct {
	spec   load.Group
	run    string
	number int // of the group in the Spec, part of the trace id
	form   *requestTemplate
	pools  []*http1Pool // one per source, or per user
	now    func() int64
	wrote  func()                  // called for each request that is on a connection; nil: none
	id     func(seq uint64) string // that a request carries, where the group keeps a ledger
	nodes  nodes
}

// newUsers checks what a group asks for; it sends nothing.
func newUsers(ctx context.Context, s load.Spec, number int, now func() int64) (*users, error) {
	g := s.Groups[number]
	if err := checkGroup(g); err != nil {
		return nil, fmt.Errorf("group %q: %w", g.Name, err)
	}
	form, err := newRequestTemplate(g)
	if err != nil {
		return nil, fmt.Errorf("group %q: %w", g.Name, err)
	}
	trust, err := trusting(s.Authority, g.CA)
	if err != nil {
		return nil, fmt.Errorf("group %q: %w", g.Name, err)
	}
	u := &users{spec: g, run: s.Run, number: number, form: form, now: now}
	u.id = func(seq uint64) string { return load.WriteID(s.Run, g.Name, seq) }
	for _, source := range g.Sources {
		dial := newDialer(source, s.Subnet, netip.AddrPortFrom(s.Resolver, dnsPort))
		dial.keepAlive, dial.names.atLeast = g.KeepAlive, g.DNSCache
		u.pools = append(u.pools, &http1Pool{dialer: dial, template: form, tls: trust, life: ctx,
			live: g.Live, now: now})
	}
	if g.PerUser {
		u.pools = perUser(u.pools, g.Users)
	}
	return u, nil
}

// perUser gives every user a pool of its own, on the dialer of its source.
func perUser(bySource []*http1Pool, users int) []*http1Pool {
	all := make([]*http1Pool, users)
	for i := range all {
		l := bySource[i%len(bySource)]
		all[i] = &http1Pool{dialer: l.dialer, template: l.template, tls: l.tls, life: l.life,
			live: l.live, now: l.now}
	}
	return all
}

// checkGroup refuses what a load node cannot do; a plan has long said it better.
func checkGroup(g load.Group) error {
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

// trusting is a TLS configuration that trusts the drill's own authority and a CA,
// whichever there are, and else none: the system's are none of a drill's.
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
func (u *users) send(r *load.Request) {
	s := &trace{wrote: u.wrote}
	end := time.Now().Add(u.spec.Timeout)
	pool := u.pools[int(r.User)%len(u.pools)]
	via := pool.take()
	q := u.query(via.out[:0], r.Seq)
	via.out = q.head
	a, err := via.ask(s, q, end)
	r.Done = u.now()
	u.judge(r, s, a, err) // the body is the connection's, which goes to another request next
	if err == nil {
		pool.put(via)
	}
}

func (u *users) judge(r *load.Request, s *trace, a answer, err error) {
	r.Class = classify(err, s.stage())
	r.Attempts = uint8(min(s.attempts.Load(), 255))
	r.Reused = s.reused.Load()
	r.Lookup, r.Handshake, r.TLS = s.took(lookup), s.took(handshake), s.took(tlsHandshake)
	r.Status = uint16(a.Status)
	if a.Header != nil {
		r.Node = u.nodes.known(nodeOf(a.Header.Get(NodeHeader)))
		r.Fault = faultOf(a.Header.Get(InjectedHeader))
		r.Injected = r.Fault != ""
	}
	if r.Class == load.OK {
		r.Class = u.form.expect.Class(a)
	}
	if r.Class == load.OK && r.Injected { // an answer of a fault is never a good one
		r.Class = load.Status
	}
}

// nodeOf is the node that a header names, as people write it; empty where there is none.
func nodeOf(header string) string {
	return bounded(hostname.Written(bounded(header, load.MostNodeName)), load.MostNodeName)
}

// faultOf is the fault that a header names; empty where there is none.
func faultOf(header string) string {
	name, err := url.PathUnescape(header)
	if err != nil {
		name = header // of a target's own that has this name by chance
	}
	return bounded(name, load.MostFaultName)
}

// bounded is a header's text as far as it is kept.
func bounded(text string, most int) string {
	return strings.ToValidUTF8(text[:min(len(text), most)], "")
}

func (u *users) sweep() {
	for _, p := range u.pools {
		p.sweep()
	}
}

func (u *users) reap() {
	for _, p := range u.pools {
		p.reap()
	}
}

func (u *users) close() {
	for _, p := range u.pools {
		p.close()
	}
}

// OtherNodes stands for every node beyond the first mostNodes of a group that name
// themselves: a target that says another name each time is one.
const OtherNodes = "(more than 256 nodes)"

const mostNodes = 256

// nodes are the names that answers have shown. The zero value is ready.
type nodes struct {
	all   sync.Map
	count atomic.Int32
}

// known is the name, as long as there are not too many.
func (n *nodes) known(name string) string {
	if _, ok := n.all.Load(name); ok || name == "" {
		return name
	}
	if n.count.Load() >= mostNodes {
		return OtherNodes
	}
	if _, ok := n.all.LoadOrStore(name, struct{}{}); !ok {
		n.count.Add(1)
	}
	return name
}
