//go:build linux

package loadgen

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/dns"
	"github.com/stormdrill/stormdrill/loadgen/load"
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
	class load.Class
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
	dns.Client // its Timeout is when it asks again
	now        func() time.Time
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
	return &resolver{Client: dns.Client{Server: server, Dialer: dialer, Timeout: askFor},
		now:   time.Now,
		cache: map[string]*cached{}}
}

// lookup gives one address of a host, the next in turn. A literal address is
// its own. ctx has to have a deadline.
func (r *resolver) lookup(ctx context.Context, host string) (netip.Addr, error) {
	if ip, ok := r.recall(host); ok {
		return ip, nil
	}
	name := dns.Canonical(host)
	addrs, ttl, err := r.ask(ctx, name)
	if err != nil {
		return netip.Addr{}, err
	}
	r.keep(name, addrs, ttl)
	return addrs[0], nil
}

// recall gives an address without a query: a literal or a cached one.
func (r *resolver) recall(host string) (netip.Addr, bool) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip, true
	}
	return r.known(dns.Canonical(host))
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
	a, err := r.exchange(ctx, dns.Question{Name: name, Type: dns.A})
	if err != nil {
		return nil, 0, &lookupError{name, lookupClass(err), err}
	}
	if class := codeClass(a.Code); class != load.OK {
		return nil, 0, &lookupError{name: name, class: class}
	}
	if len(a.Addresses) == 0 {
		return nil, 0, &lookupError{name, load.DNSOther, errors.New("the answer has no address")}
	}
	return a.Addresses, time.Duration(a.TTL) * time.Second, nil
}

// exchange asks as often as a user's machine would. As glibc does, it takes an answer to the
// first question also after it has asked again.
func (r *resolver) exchange(ctx context.Context, q dns.Question) (dns.Answer, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type said struct {
		dns.Answer
		err error
	}
	answered := make(chan said, 1) // of what was asked again
	first, stop := context.WithCancel(ctx)
	defer stop()
	again := time.AfterFunc(r.Timeout, func() {
		if a, err := r.once(ctx, q, r.Timeout); err == nil || !timedOut(err) {
			answered <- said{a, err}
			stop()
		}
	})
	defer again.Stop()
	a, err := r.once(first, q, askTimes*r.Timeout)
	select {
	case s := <-answered:
		if err != nil {
			return s.Answer, s.err
		}
	default:
	}
	return a, err
}

// once asks over UDP, and over TCP where the answer was cut.
func (r *resolver) once(ctx context.Context, q dns.Question, within time.Duration) (dns.Answer,
	error) {
	c := r.Client
	c.Timeout = within
	a, err := c.Ask(ctx, "udp", q)
	if err == nil && a.Truncated {
		a, err = c.Ask(ctx, "tcp", q)
	}
	return a, err
}

func codeClass(c dns.Code) load.Class {
	switch c {
	case dns.Success:
		return load.OK
	case dns.NameError:
		return load.NXDomain
	case dns.ServerFailure:
		return load.ServFail
	case dns.Refused:
		return load.DNSRefused
	default:
		return load.DNSOther
	}
}

// lookupClass distinguishes silence and this node's own fault from the rest.
func lookupClass(err error) load.Class {
	switch {
	case local(err):
		return load.Local
	case timedOut(err):
		return load.DNSTimeout
	default:
		return load.DNSOther
	}
}
