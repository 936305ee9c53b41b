//go:build linux

package loadgen

import (
	"bufio"
	"context"
	"crypto/tls"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// http1Pool are the connections of one source address to the group's target. The
// one used last is taken first, as browsers and net/http do.
type http1Pool struct {
	dialer   *dialer
	template *requestTemplate
	tls      *tls.Config
	life     context.Context
	live     time.Duration // 0: no limit
	now      func() int64

	mu   sync.Mutex
	idle []*http1Conn
}

// take gives a connection for one request.
func (p *http1Pool) take() *http1Conn {
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
		l.close()
	}
	return p.open()
}

// put takes a connection back after its request succeeded.
func (p *http1Pool) put(l *http1Conn) {
	if l.old(p.now()) {
		l.close()
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = append(p.idle, l)
}

// sweep closes idle connections that have become too old.
func (p *http1Pool) sweep() {
	now := p.now()
	p.closeIdle(func(l *http1Conn) bool { return l.old(now) })
}

// reap closes idle connections that the other side has ended.
func (p *http1Pool) reap() { p.closeIdle((*http1Conn).dead) }

// close closes all idle connections.
func (p *http1Pool) close() { p.closeIdle(func(*http1Conn) bool { return true }) }

func (p *http1Pool) closeIdle(which func(*http1Conn) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	kept := p.idle[:0]
	for _, l := range p.idle {
		if which(l) {
			l.close()
		} else {
			kept = append(kept, l)
		}
	}
	clear(p.idle[len(kept):])
	p.idle = kept
}

func (p *http1Pool) open() *http1Conn {
	l := &http1Conn{dialer: p.dialer, template: p.template, tls: p.tls, life: p.life, aged: p.aged}
	l.in = bufio.NewReader(l)
	return l
}

// aged is until when a connection that begins now may be used.
func (p *http1Pool) aged() int64 {
	if p.live <= 0 {
		return 0
	}
	return p.now() + int64(stagger(p.live))
}

// stagger spreads ages by ±10 %, so that connections opened together do not all
// end together.
func stagger(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (0.9 + 0.2*rand.Float64()))
}

// newTransport is HTTP/1.1 over a dialer: no proxy, no compression, nothing from
// the environment.
func newTransport(r *dialer, trust *tls.Config) *http.Transport {
	return &http.Transport{
		DialContext:         r.dial,
		TLSClientConfig:     trust,
		TLSNextProto:        map[string]func(string, *tls.Conn) http.RoundTripper{}, // no HTTP/2
		DisableCompression:  true,
		MaxIdleConnsPerHost: 1,
	}
}
