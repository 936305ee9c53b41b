package loadgen

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// A user's machine asks its resolver as glibc does by default: 5 s, twice
// (resolv.conf(5): timeout, attempts).
const (
	askFor   = 5 * time.Second
	askTimes = 2
)

// lookupError is why a name has no address. Its class is how a request that
// needed it ended.
type lookupError struct {
	name  string
	class Class
	err   error // may be nil: the answer itself was the failure
}

func (e *lookupError) Error() string {
	if e.err != nil {
		return fmt.Sprintf("lookup %s: %s: %v", e.name, e.class, e.err)
	}
	return fmt.Sprintf("lookup %s: %s", e.name, e.class)
}

func (e *lookupError) Unwrap() error { return e.err }

// resolver is the resolver of a user's machine: one server, asked from the
// user's address, and a cache that honours the answers' time to live. Failures
// are not cached, and lookups under way are not shared: users are different
// machines, and one lost packet must not hold up them all.
type resolver struct {
	server string // address and port
	dialer func(network string) *net.Dialer
	now    func() time.Time
	// atLeast is how long a name is kept, however short its TTL; 0: it is asked for
	// each time; nil: the TTL alone counts.
	atLeast *time.Duration

	mu    sync.Mutex
	cache map[string]*cached
}

type cached struct {
	addrs []netip.Addr
	until time.Time
	turn  int
}

func newResolver(server netip.AddrPort, dialer func(network string) *net.Dialer) *resolver {
	return &resolver{server: server.String(), dialer: dialer, now: time.Now, cache: map[string]*cached{}}
}

// lookup gives one address of a host, the next in turn. A literal address is
// its own. ctx has to have a deadline.
func (r *resolver) lookup(ctx context.Context, host string) (netip.Addr, error) {
	if ip, ok := r.recall(host); ok {
		return ip, nil
	}
	name := dns.CanonicalName(host)
	addrs, ttl, err := r.ask(ctx, name)
	if err != nil {
		return netip.Addr{}, err
	}
	r.keep(name, addrs, ttl)
	return addrs[0], nil
}

// recall gives an address without asking anybody: a literal or a cached one.
func (r *resolver) recall(host string) (netip.Addr, bool) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip, true
	}
	return r.known(dns.CanonicalName(host))
}

// keep puts an answer into the cache, for as long as the machine's settings say.
func (r *resolver) keep(name string, addrs []netip.Addr, ttl time.Duration) {
	if r.atLeast != nil {
		if *r.atLeast == 0 {
			return
		}
		ttl = max(ttl, *r.atLeast)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cache[name] = &cached{addrs: addrs, until: r.now().Add(ttl), turn: 1}
}

// known gives an address from the cache.
func (r *resolver) known(name string) (netip.Addr, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.cache[name]
	if c == nil || !r.now().Before(c.until) {
		return netip.Addr{}, false
	}
	ip := c.addrs[c.turn%len(c.addrs)]
	c.turn++
	return ip, true
}

// ask asks for the addresses of a name and how long they hold.
func (r *resolver) ask(ctx context.Context, name string) ([]netip.Addr, time.Duration, error) {
	m, err := r.exchange(ctx, new(dns.Msg).SetQuestion(name, dns.TypeA))
	if err != nil {
		return nil, 0, &lookupError{name, lookupClass(err), err}
	}
	if class := rcodeClass(m.Rcode); class != OK {
		return nil, 0, &lookupError{name: name, class: class}
	}
	var addrs []netip.Addr
	ttl := uint32(1<<31 - 1) // the longest there is, RFC 2181
	for _, rr := range m.Answer {
		ttl = min(ttl, rr.Header().Ttl)
		if a, ok := rr.(*dns.A); ok {
			if ip, ok := netip.AddrFromSlice(a.A.To4()); ok {
				addrs = append(addrs, ip)
			}
		}
	}
	if len(addrs) == 0 {
		return nil, 0, &lookupError{name, DNSOther, errors.New("the answer has no address")}
	}
	return addrs, time.Duration(ttl) * time.Second, nil
}

// exchange asks over UDP, as often as a user's machine would, and over TCP
// where the answer was cut.
func (r *resolver) exchange(ctx context.Context, q *dns.Msg) (m *dns.Msg, err error) {
	for range askTimes {
		if m, err = r.try(ctx, "udp", q); err == nil && m.Truncated {
			m, err = r.try(ctx, "tcp", q)
		}
		if err == nil || !timedOut(err) || ctx.Err() != nil {
			return m, err
		}
	}
	return nil, err
}

func (r *resolver) try(ctx context.Context, network string, q *dns.Msg) (*dns.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	c := dns.Client{Net: network, Dialer: r.dialer(network), Timeout: askFor}
	conn, err := c.DialContext(ctx, r.server)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })() // reads know only deadlines
	m, _, err := c.ExchangeWithConnContext(ctx, q, conn)
	if err != nil && ctx.Err() != nil {
		return nil, fmt.Errorf("%w: %w", ctx.Err(), err)
	}
	return m, err
}

func rcodeClass(rcode int) Class {
	switch rcode {
	case dns.RcodeSuccess:
		return OK
	case dns.RcodeNameError:
		return NXDomain
	case dns.RcodeServerFailure:
		return ServFail
	case dns.RcodeRefused:
		return DNSRefused
	default:
		return DNSOther
	}
}

// lookupClass tells silence and this node's own fault from the rest.
func lookupClass(err error) Class {
	switch {
	case local(err):
		return Local
	case timedOut(err):
		return DNSTimeout
	default:
		return DNSOther
	}
}
