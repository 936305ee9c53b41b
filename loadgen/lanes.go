package loadgen

import (
	"context"
	"crypto/tls"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// lane is one connection at a time, and whatever net/http needs to keep it. A
// transport of its own for each connection is what makes an age limit sound:
// whoever takes a lane knows how old its connection is and that nobody else
// writes on it, so an old one is closed between two requests, never under one.
type lane struct {
	*http.Transport
	until atomic.Int64 // ns; the connection is too old from then on; 0: never
}

func (l *lane) old(now int64) bool {
	until := l.until.Load()
	return until != 0 && now >= until
}

// lanes are the connections of one source address to the group's target. The
// one used last is taken first, as browsers and net/http do.
type lanes struct {
	road *road
	tls  *tls.Config
	live time.Duration // 0: no limit
	once bool          // a new connection for each request
	now  func() int64

	mu   sync.Mutex
	idle []*lane
}

// take gives a lane for one request.
func (p *lanes) take() *lane {
	now := p.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.idle) > 0 {
		last := len(p.idle) - 1
		l := p.idle[last]
		p.idle = p.idle[:last]
		if !l.old(now) {
			return l
		}
		l.CloseIdleConnections()
	}
	return p.open()
}

// put takes a lane back after its request succeeded.
func (p *lanes) put(l *lane) {
	if p.once || l.old(p.now()) {
		l.CloseIdleConnections()
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = append(p.idle, l)
}

// sweep closes idle connections that have become too old.
func (p *lanes) sweep() {
	now := p.now()
	p.closeIdle(func(l *lane) bool { return l.old(now) })
}

// close closes all idle connections.
func (p *lanes) close() { p.closeIdle(func(*lane) bool { return true }) }

func (p *lanes) closeIdle(which func(*lane) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	kept := p.idle[:0]
	for _, l := range p.idle {
		if which(l) {
			l.CloseIdleConnections()
		} else {
			kept = append(kept, l)
		}
	}
	clear(p.idle[len(kept):])
	p.idle = kept
}

func (p *lanes) open() *lane {
	l := &lane{Transport: newTransport(p.road, p.tls)}
	l.DisableKeepAlives = p.once
	l.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := p.road.dial(ctx, network, address)
		if err == nil && p.live > 0 {
			l.until.Store(p.now() + int64(stagger(p.live)))
		}
		return c, err
	}
	return l
}

// stagger spreads ages by ±10 %, so that connections opened together do not all
// end together.
func stagger(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (0.9 + 0.2*rand.Float64()))
}

// newTransport is HTTP/1.1 over a road: no proxy, no compression, nothing from
// the environment.
func newTransport(r *road, trust *tls.Config) *http.Transport {
	return &http.Transport{
		DialContext:         r.dial,
		TLSClientConfig:     trust,
		TLSNextProto:        map[string]func(string, *tls.Conn) http.RoundTripper{}, // no HTTP/2
		DisableCompression:  true,
		MaxIdleConnsPerHost: 1,
	}
}
