//go:build linux

package switchboard

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"github.com/stormdrill/stormdrill/faults/authority"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// streams are the proxied links: Toxiproxy, armed with one toxic of our own,
// and behind it the HTTP stage. What a link suffers is a mode, swapped
// atomically; toxics are never added, changed or removed under traffic, which
// Toxiproxy does not survive.
type streams struct {
	subnet    netip.Prefix
	run       string
	authority authority.Pair
	checks    func(netip.Addr) bool
	nodes     map[string]bool // names of clients that are nodes
	emit      emitter
	server    *toxiproxy.ApiServer // never listens; proxies ask it for logger and metrics

	mu    sync.Mutex
	links map[string]*proxied
	order []string
	rules map[string]*mode // in force or lifted: counts outlive the lift
}

// proxied is one proxied link.
type proxied struct {
	link.Link
	listener *linkListener
	stage    *stage
	faults   *modes
}

func newStreams(s link.Spec, emit emitter) *streams {
	nodes := map[string]bool{}
	for _, l := range s.Links {
		nodes[l.To], nodes[l.Name] = true, true
	}
	return &streams{
		run: s.Run, subnet: s.Subnet, authority: s.Authority, emit: emit, nodes: nodes,
		checks: ofChecks(s.Subnet),
		server: toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop()),
		links:  map[string]*proxied{}, rules: map[string]*mode{},
	}
}

// open puts the proxies into one link; on return it listens.
func (s *streams) open(ctx context.Context, l link.Link) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.links[l.ID] != nil {
		return fmt.Errorf("opened already")
	}
	faults := &modes{}
	listen := net.JoinHostPort(l.Addr.String(), fmt.Sprint(l.Port))
	proxy := toxiproxy.NewProxy(s.server, l.ID, listen, l.Node.String())
	toxic, err := arm(proxy)
	if err != nil {
		return fmt.Errorf("toxiproxy: %w", err)
	}
	listener, err := net.Listen("tcp4", listen)
	if err != nil {
		return err
	}
	g := &stage{users: "00-" + s.run, name: l.To, node: netip.AddrPortFrom(l.Node, l.Port),
		subnet: s.subnet, staged: l.Staged || l.Opened, opened: l.Opened,
		fields: l.Fields,
		certs:  &certStore{ca: s.authority, names: namesOf(l)}}
	if l.Opened {
		if err := g.certs.forge(&link.TLS{As: good}); err != nil {
			_ = listener.Close()
			return err
		}
	}
	ctx, stop := context.WithCancel(ctx)
	d := &linkListener{server: s.server, proxy: proxy, toxic: toxic, listener: listener, stage: g,
		faults: faults,
		origin: s.origin(l), nodes: !l.Users && s.nodes[l.From],
		refused: func(err error) { s.emit.trouble(l.ID, err) }, ctx: ctx, stop: stop,
		flows: map[*flow]bool{}}
	d.busy.Go(d.serve)
	d.busy.Go(d.look)
	s.links[l.ID] = &proxied{Link: l, listener: d, stage: g, faults: faults}
	s.order = append(s.order, l.ID)
	return nil
}

// origin finds the origin of a connection over a link, by its client's address.
func (s *streams) origin(l link.Link) func(netip.Addr) origin {
	return func(a netip.Addr) origin {
		if l.Users && !s.checks(a) {
			return users
		}
		return checks
	}
}

func (*streams) kinds(r link.Rule) (n int) {
	for _, k := range kindsOf(r) {
		n += set(k != nil)
	}
	return n
}

// apply sets the mode of all the rule's links, or of none.
func (s *streams) apply(r link.Rule) (link.Bracket, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.rules[r.Name]; m != nil && m.active.Load() {
		return link.Bracket{}, fmt.Errorf("rule %q is in force already", r.Name)
	}
	m := newMode(r, s.emit.touched)
	for _, id := range r.Links {
		l := s.links[id]
		switch {
		case l == nil:
			return link.Bracket{}, fmt.Errorf("rule %q: no proxied link %q", r.Name, id)
		case m.staged() && !l.stage.staged:
			return link.Bracket{}, fmt.Errorf("rule %q: link %q was not prepared for one that "+
				"has to read each request before the node does", r.Name, id)
		case l.faults.taken(m):
			return link.Bracket{}, fmt.Errorf("rule %q: link %q already suffers another of its "+
				"kind", r.Name, id)
		}
	}
	for _, id := range r.Links {
		if err := s.links[id].stage.certs.forge(r.TLS); err != nil {
			return link.Bracket{}, fmt.Errorf("rule %q: %w", r.Name, err)
		}
	}
	before := wire.Now()
	m.began = time.Now()
	m.active.Store(true)
	for _, id := range r.Links {
		s.links[id].faults.set(m)
		s.links[id].listener.meet()
	}
	s.rules[r.Name] = m
	return link.Bracket{Before: before, After: wire.Now()}, nil
}

// lift ends a rule; one that is not in force is left alone.
func (s *streams) lift(name string) (link.Bracket, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := wire.Now()
	if m := s.rules[name]; m != nil && m.end() {
		for _, l := range s.links {
			l.faults.unset(m)
		}
		close(m.over)
	}
	return link.Bracket{Before: before, After: wire.Now()}, nil
}

func (s *streams) count(name string) (link.Count, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.rules[name]
	if m == nil {
		return link.Count{}, false, nil
	}
	c, links := m.read(), []*proxied{}
	for _, id := range m.Links {
		if l := s.links[id]; l != nil { // closed
			links = append(links, l)
		}
	}
	countUnread(&c, links, func(l *proxied) bool { return l.listener.nodes })
	return c, true, nil
}

func (s *streams) traffic() []link.Traffic {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []link.Traffic
	for _, id := range s.order {
		l := s.links[id]
		of := link.Traffic{Link: id, Connections: l.stage.connections.Load(),
			Requests: l.stage.requests.Load(), Users: l.stage.asked.Load(),
			Untraced: l.listener.nodes && !l.stage.trace.seen.Load(),
			Unread:   l.stage.trace.protocols()}
		all = append(all, of)
	}
	return all
}

// leftover names the modes that are still set.
func (s *streams) leftover() ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, id := range s.order {
		f := s.links[id].faults
		for i := range f {
			if m := f[i].Load(); m != nil {
				all = append(all, fmt.Sprintf("mode %q of %s", m.Name, id))
			}
		}
	}
	return all, nil
}

// close ends all proxied links and their connections.
func (s *streams) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.links {
		l.listener.close()
	}
	s.links, s.order = map[string]*proxied{}, nil
	return nil
}
