//go:build linux

package target

import (
	"bytes"
	"cmp"
	"context"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/stormdrill/stormdrill/loadgen/hostname"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios"
)

// web answers any path and method with its node's name. Its health path and
// /metrics have a lane of their own: neither latency nor capacity nor work touches them,
// so a check that watches an overloaded web target says that it is alive, which
// is what many a health check says too.
type web struct {
	node    string
	health  string
	latency time.Duration
	body    []byte
	queue   *queue
	work    *work
	spool   spool
	metrics *metrics
	lines   *journal
	outages *outages
}

func newWebService(s Spec, lines *journal) (service, error) {
	m, err := newMemory(int64(s.Web.Memory))
	if err != nil {
		return service{}, err
	}
	w := newWeb(s.Node, *s.Web, lines)
	w.outages = newOutages(s.Web.Outages, s.Node, s.Seed, lines)
	beside := func(ctx context.Context) error {
		g, ctx := errgroup.WithContext(ctx)
		g.Go(func() error { return m.run(ctx) })
		g.Go(func() error { return w.outages.run(ctx) })
		return g.Wait()
	}
	return service{Handler: w, run: beside, connections: s.Web.Connections,
		headerTimeout: s.Web.HeaderTimeout}, nil
}

func newWeb(node string, cfg scenarios.Web, lines *journal) *web {
	q := newQueue(float64(cfg.Capacity), cfg.Queue)
	return &web{
		node: node, health: cmp.Or(cfg.Health, "/health"), latency: cfg.Latency,
		body: page(node, int(cfg.Body)), queue: q, work: newWork(cfg.Work),
		spool: spool(cfg.Spool), metrics: newMetrics(node, waiting(node, q)), lines: lines,
	}
}

// page is the answer: the node's name, on and on until it is size bytes long;
// once where no size is wanted.
func page(node string, size int) []byte {
	line := []byte(node + "\n")
	if size <= 0 {
		return line
	}
	return bytes.Repeat(line, size/len(line)+1)[:size]
}

func (w *web) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	came := wire.Now()
	out.Header().Set(NodeHeader, hostname.Wire(w.node))
	answer := &watched{ResponseWriter: out}
	switch r.URL.Path {
	case w.health:
		w.write(answer, http.StatusOK, []byte("ok\n"))
	case "/metrics":
		w.metrics.page.ServeHTTP(answer, r)
	default:
		begun := time.Now()
		if !w.outages.hits(came, r) || w.outages.fail(answer, r) {
			w.serve(answer, r)
		}
		w.metrics.count(answer.Status(), r.Method, time.Since(begun))
	}
	w.lines.request(came, r, answer.Status(), "")
}

// serve waits for its turn, works, and answers. A client that goes away in
// between is answered all the same, unread: its line is in the log.
func (w *web) serve(out http.ResponseWriter, r *http.Request) {
	wait, ok := w.queue.join(time.Now())
	if !ok {
		w.write(out, http.StatusServiceUnavailable, []byte("queue is full\n"))
		return
	}
	if err := w.spool.take(r); err != nil {
		w.lines.note("request not written: %v", err)
		w.write(out, http.StatusInternalServerError, []byte("request not written\n"))
		return
	}
	if !pause(r.Context(), wait+w.latency) || !w.work.do(r.Context()) {
		out.WriteHeader(statusLeft)
		return
	}
	w.write(out, http.StatusOK, w.body)
}

// statusLeft logs a client that left before its answer, as nginx does.
const statusLeft = 499

func (w *web) write(out http.ResponseWriter, status int, body []byte) {
	h := out.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	out.WriteHeader(status)
	_, _ = out.Write(body) // the client's loss
}

// pause waits, and reports whether it waited to the end.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
