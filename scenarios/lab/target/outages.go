//go:build linux

package target

import (
	"context"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/quantity"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios"
)

// outages fails requests at instants that are drawn before they come. Whether one is hit is
// decided by the clock alone when it comes, not by a timer that may be late: what the log
// says of the instants is exact. nil never fails any.
type outages struct {
	cfg   scenarios.Outages
	share float64
	seed  uint64
	now   func() int64
	lines *journal

	once  sync.Once
	begun chan struct{} // closed when the first user's request came
	first int64         // when that was; to be read once begun is closed
}

func newOutages(cfg *scenarios.Outages, node string, seed uint64, lines *journal) *outages {
	if cfg == nil {
		return nil
	}
	h := fnv.New64a()
	h.Write([]byte(node)) // so that two replicas are not unwell at the same instants
	o := &outages{cfg: *cfg, share: 1, seed: seed ^ h.Sum64(), now: wire.Now, lines: lines,
		begun: make(chan struct{})}
	o.cfg.After = or(cfg.After, cfg.Every)
	if cfg.Share != nil {
		o.share = float64(*cfg.Share)
	}
	return o
}

// span is when the n-th outage begins and ends, from the first user's request on.
func (o *outages) span(n int) (from, to time.Duration) {
	random := rand.New(rand.NewPCG(o.seed, uint64(n)))
	later := func() time.Duration { return time.Duration(random.Float64() * float64(o.cfg.Jitter)) }
	from = o.cfg.After + time.Duration(n)*o.cfg.Every + later()
	return from, from + o.cfg.For + later()
}

// hits reports whether an outage meets a request that came at an instant.
func (o *outages) hits(came int64, r *http.Request) bool {
	if o == nil {
		return false
	}
	if r.Header.Get("Traceparent") != "" { // of users, not of checks
		o.once.Do(func() {
			o.first = came
			close(o.begun)
		})
	}
	select {
	case <-o.begun:
		return o.on(time.Duration(came-o.first)) && (o.share == 1 || rand.Float64() < o.share)
	default:
		return false
	}
}

// on reports whether an outage is on, so long after the first user's request.
func (o *outages) on(t time.Duration) bool {
	if t < o.cfg.After {
		return false
	}
	n := int((t - o.cfg.After) / o.cfg.Every)
	if o.cfg.Count > 0 && n >= o.cfg.Count {
		return false
	}
	from, to := o.span(n)
	return t >= from && t < to
}

// statusReset logs a request that was met by a reset, as nginx logs one that it
// closed without an answer.
const statusReset = 444

// fail does to a request what it meets in an outage, and reports whether it is to
// be answered all the same.
func (o *outages) fail(out *watched, r *http.Request) (answered bool) {
	_, _ = io.Copy(io.Discard, r.Body) // or the server does not see the client leave
	switch o.cfg.As {
	case scenarios.FailReset:
		out.status = statusReset
		reset(out)
	case scenarios.FailHang:
		<-r.Context().Done()
		out.WriteHeader(statusLeft)
	case scenarios.FailSlow:
		if pause(r.Context(), o.cfg.Delay) {
			return true
		}
		out.WriteHeader(statusLeft)
	default:
		http.Error(out, "an outage of its own", http.StatusServiceUnavailable)
	}
	return false
}

// reset ends a request's connection by RST, through TLS too.
func reset(out http.ResponseWriter) {
	c, _, err := http.NewResponseController(out).Hijack()
	if err != nil {
		return // the connection has ended by itself
	}
	if inner, ok := c.(interface{ NetConn() net.Conn }); ok {
		c = inner.NetConn() // TLS would say goodbye
	}
	if tcp, ok := c.(*net.TCPConn); ok { // which the plan sees to
		_ = tcp.SetLinger(0) // closed with an answer owing, it is reset in any case
	}
	_ = c.Close()
}

// run logs each outage's beginning and end, at its own instant, and by how much the
// line comes late: the target's own scheduling.
func (o *outages) run(ctx context.Context) error {
	if o == nil {
		return nil
	}
	select {
	case <-o.begun:
	case <-ctx.Done():
		return nil
	}
	o.lines.noteAt(o.first, "outages: counted from here, the first request of a user")
	for n := 0; o.cfg.Count == 0 || n < o.cfg.Count; n++ {
		from, to := o.span(n)
		if !o.toggle(ctx, from, n, "begins") || !o.toggle(ctx, to, n, "ends") {
			return nil
		}
	}
	return nil
}

func (o *outages) toggle(ctx context.Context, in time.Duration, n int, what string) bool {
	at := o.first + int64(in)
	if !pause(ctx, time.Duration(at-o.now())) {
		return false
	}
	late := time.Duration(o.now() - at)
	o.lines.noteAt(at, "outage %d %s: %s for %s of requests; told %s late", n+1, what, o.cfg.As,
		quantity.Share(o.share), late)
	return true
}
