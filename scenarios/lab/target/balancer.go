//go:build linux

package target

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/scenarios"
)

// resolveEvery is how often a balancer looks its backend up: the TTL of a
// drill's names.
const resolveEvery = time.Second

// balancer has its servers and which is next.
type balancer struct {
	cfg      scenarios.Balancer
	host     string
	port     string
	resolve  lookup
	way      way
	question ask // nil: no active checks
	lines    *journal
	node     string // with the seed, what the phases of its checks are drawn from
	seed     uint64

	mu      sync.Mutex
	addrs   []netip.Addr
	servers []*server
	turn    int
	stop    context.CancelFunc // ends the checks of the present servers
}

// newBalancer is one with servers reached by dial; where they use TLS, ca is the authority
// that it trusts (PEM).
func newBalancer(cfg scenarios.Balancer, resolve lookup, dial dialler, ca string,
	lines *journal) (*balancer, error) {
	cfg = withDefaults(cfg)
	backend, secure := cfg.Servers()
	host, port, err := net.SplitHostPort(backend)
	if err != nil {
		return nil, err
	}
	b := &balancer{cfg: cfg, host: host, port: port, resolve: resolve, way: way{dial: dial},
		lines: lines, stop: func() {}}
	if secure {
		if b.way, err = b.way.trusting(ca, host); err != nil {
			return nil, err
		}
	}
	switch c := cfg.Check; {
	case c == nil:
	case c.Path == "":
		b.question = connects(b.way)
	default:
		b.question = answers(b.way, backend, c.Path)
	}
	return b, nil
}

// follow keeps the servers those that the backend's name leads to, until ctx ends.
func (b *balancer) follow(ctx context.Context) error {
	tick := time.NewTicker(resolveEvery)
	defer tick.Stop()
	defer b.quit()
	failing := false
	for {
		err := b.refresh(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			b.lines.note("resolve %s: %v; the servers stay as they are", b.host, err)
		}
		failing = err != nil
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// refresh looks the backend up once. Names are asked only where the addresses
// changed; an answer that fails changes nothing.
func (b *balancer) refresh(ctx context.Context) error {
	// longer than a lost query and its repetition take
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	addrs, err := b.resolve.addresses(ctx, b.host)
	if err != nil {
		return err
	}
	b.mu.Lock()
	same := slices.Equal(addrs, b.addrs)
	b.mu.Unlock()
	if same {
		return nil
	}
	all, err := b.resolve.backends(ctx, b.host, addrs)
	if err != nil {
		return err
	}
	b.replace(context.WithoutCancel(ctx), addrs, all)
	return nil
}

// replace takes new servers in; one with name and address as before keeps its state.
func (b *balancer) replace(ctx context.Context, addrs []netip.Addr, all []backend) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stop()
	ctx, b.stop = context.WithCancel(ctx)
	old := b.servers
	b.addrs, b.servers = addrs, nil
	for _, n := range all {
		s := b.keep(old, n)
		b.servers = append(b.servers, s)
		if b.question != nil {
			go watchServer(ctx, s, *b.cfg.Check, b.phase(s.name), b.question)
		}
	}
	slices.SortFunc(b.servers, func(x, y *server) int { return strings.Compare(x.name, y.name) })
	for _, s := range old {
		if !slices.Contains(b.servers, s) {
			s.retire()
		}
	}
}

// quit ends all checks; requests under way still have their server.
func (b *balancer) quit() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stop()
	for _, s := range b.servers {
		s.retire()
	}
}

func (b *balancer) keep(old []*server, n backend) *server {
	address := net.JoinHostPort(n.addr.String(), b.port)
	for _, s := range old {
		if s.name == n.name && s.address == address {
			return s
		}
	}
	b.lines.note("server %s at %s", n.name, address)
	return newServer(n.name, address, b.cfg, func(now State) {
		b.lines.note("server %s %s: %s", now.Name, upOrDown(now.Up), now.Why)
	})
}

func upOrDown(up bool) string {
	if up {
		return "up"
	}
	return "down"
}

// next gives the server in turn among those that are up; nil: none is.
func (b *balancer) next() *server {
	b.mu.Lock()
	defer b.mu.Unlock()
	up := make([]*server, 0, 8)
	for _, s := range b.servers {
		if s.Up() {
			up = append(up, s)
		}
	}
	if len(up) == 0 {
		return nil
	}
	b.turn++
	return up[b.turn%len(up)]
}

// asked reports whether every server that is checked has been, once.
func (b *balancer) asked() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !slices.ContainsFunc(b.servers, (*server).unasked)
}

// states are the servers' states, sorted by name.
func (b *balancer) states() []State {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := []State{}
	for _, s := range b.servers {
		all = append(all, s.State())
	}
	return all
}
