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

// lanes are the connections of one source address to the group's target. The
// one used last is taken first, as browsers and net/http do.
type lanes struct {
	road *road
	form *form
	tls  *tls.Config
	life context.Context
	live time.Duration // 0: no limit
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
		l.close()
	}
	return p.open()
}

// put takes a lane back after its request succeeded.
func (p *lanes) put(l *lane) {
	if l.old(p.now()) {
		l.close()
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

// reap closes idle connections that the other side has ended.
func (p *lanes) reap() { p.closeIdle((*lane).dead) }

// close closes all idle connections.
func (p *lanes) close() { p.closeIdle(func(*lane) bool { return true }) }

func (p *lanes) closeIdle(which func(*lane) bool) {
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

func (p *lanes) open() *lane {
	l := &lane{road: p.road, form: p.form, tls: p.tls, life: p.life, aged: p.aged}
	l.in = bufio.NewReader(l)
	return l
}

// aged is until when a connection that begins now may be used.
func (p *lanes) aged() int64 {
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
