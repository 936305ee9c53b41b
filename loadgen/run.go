//go:build linux

package loadgen

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/probe"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// dnsPort is where the switchboard's DNS listens.
const dnsPort = 53

// lead is how far ahead the first request is due when the load starts, so that
// the workers are there when it is.
const lead = 5 * time.Millisecond

// Run is a load node: it serves the calls listed at Start, reading from in and
// writing to out, until in ends or falls silent (wire.ErrSilent); then it drops what is
// in flight and returns.
func Run(ctx context.Context, in io.Reader, out io.Writer) error {
	life, cancel := context.WithCancel(ctx)
	n := &node{life: life, server: wire.NewServer(out), now: wire.Now}
	n.server.Names = wire.Named("flood", "stop-flood", "flooded")
	// as it was, for the rest of the process
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	err := n.server.Serve(life, in, map[string]wire.Handler{
		"secrets": wire.Handle(func(_ context.Context, values map[string]string) (any, error) {
			secret.Give(values)
			return nil, nil
		}),
		"prepare":    wire.Handle(n.prepare),
		"knock":      wire.Handle(n.knock),
		"start":      wire.Handle(n.start),
		"stop":       wire.Handle(n.stop),
		"flood":      wire.Handle(n.let),
		"stop-flood": wire.Handle(n.stopFlood),
		"flooded": wire.Handle(n.flooding(func(f floodSource) (load.FloodStats, error) {
			return f.read(), nil
		})),
		"readback": wire.Handle(n.readBack),
		"machine": wire.Handle(func(context.Context, struct{}) (any, error) {
			return new(gauge).read(n.now()), nil
		}),
	})
	cancel()
	return wire.Part(err, func() error { n.close(); return nil })
}

// node is the state of a load node. The calls come one after the other as the
// CLI makes them, knocks at any time.
type node struct {
	life   context.Context
	server *wire.Server
	now    func() int64

	deadlines wire.Deadlines // of the floods that are loose

	mu       sync.Mutex // guards what follows
	prepared bool
	spec     load.Spec
	groups   []*groupLoad
	floods   map[string]floodSource
	hooks    *hooks
	metrics  *metrics // nil: not asked for
	checks   func()   // ends the periodic checks and waits for open questions; nil: not started
	loaded   bool
	stopped  bool
	reading  context.CancelFunc // ends a reading back; nil: none was begun
}

// prepare makes everything ready that can be before the first request.
func (n *node) prepare(ctx context.Context, s load.Spec) (any, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.prepared {
		return nil, errors.New("prepare: already prepared")
	}
	if err := check(s); err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	if err := addSources(s.Subnet, sourcesOf(s)); err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	groups := make([]*groupLoad, len(s.Groups))
	for i := range s.Groups {
		var err error
		if groups[i], err = newLoad(n.life, s, i, n.now, n.server.Emit); err != nil {
			return nil, fmt.Errorf("prepare: %w", err)
		}
	}
	floods, err := n.looses(s)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	if err := reachDNS(ctx, s); err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	n.hooks, err = listenHooks(s.Hooks, n.now, hookEvents{
		deliver: func(d load.Delivery) { _ = n.server.Emit("delivery", d) },
		refused: func(r load.NoDelivery) { _ = n.server.Emit("notification-refused", r) },
		full:    func(hook string) { _ = n.server.Emit("notifications-cut", hook) },
	})
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	if err := n.show(s); err != nil {
		return nil, fmt.Errorf("prepare: metrics: %w", err)
	}
	for i, g := range s.Groups {
		if m := n.metrics; m != nil {
			groups[i].rec.seen = func(rs []load.Request) { m.saw(g, rs) }
		}
	}
	runtime.GOMAXPROCS(processorsFor(s, runtime.GOMAXPROCS(0)))
	n.spec, n.groups, n.floods, n.prepared = s, groups, floods, true
	return nil, nil
}

// show shows metrics, where they are asked for.
func (n *node) show(s load.Spec) error {
	if s.Metrics == 0 {
		return nil
	}
	m := newMetrics()
	if err := m.serve(s.Metrics); err != nil {
		return err
	}
	n.metrics = m
	return nil
}

// knock asks one question now.
func (n *node) knock(ctx context.Context, c load.Check) (load.Answer, error) {
	n.mu.Lock()
	s, ready := n.spec, n.prepared
	n.mu.Unlock()
	if !ready {
		return load.Answer{}, errors.New("knock: not prepared")
	}
	p, err := newProbe(c, s)
	if err != nil {
		return load.Answer{}, fmt.Errorf("knock: %w", err)
	}
	defer probe.Close(p)
	if err := addSources(s.Subnet, valid(c.Source)); err != nil {
		return load.Answer{}, fmt.Errorf("knock: %w", err)
	}
	return probe.Once(ctx, c, p, n.now), nil
}

// start begins load, checks or both.
func (n *node) start(_ context.Context, s load.Start) (load.Started, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case !n.prepared:
		return load.Started{}, errors.New("start: not prepared")
	case n.stopped:
		return load.Started{}, errors.New("start: already stopped")
	case s.Load && n.loaded, s.Checks && n.checks != nil:
		return load.Started{}, errors.New("start: already started")
	}
	at := n.now() + int64(lead)
	if s.Checks {
		if err := n.ask(); err != nil {
			return load.Started{}, fmt.Errorf("start: %w", err)
		}
	}
	if s.Load {
		n.loaded = true
		for _, g := range n.groups {
			g.start(at)
		}
	}
	return load.Started{At: at}, nil
}

// ask starts the periodic checks.
func (n *node) ask() error {
	var all []probe.Rounds
	for _, c := range n.spec.Checks {
		p, err := newProbe(c, n.spec)
		if err != nil {
			return err
		}
		m := n.metrics
		all = append(all, probe.Rounds{Check: c, Probe: p, Now: n.now, Report: func(a load.Answer) {
			if m != nil {
				m.answered(c, a)
			}
			_ = n.server.Emit("answer", a)
		}})
	}
	stop, cancel := context.WithCancel(n.life)
	var asked sync.WaitGroup
	for _, r := range all {
		asked.Go(func() {
			defer probe.Close(r.Probe)
			r.Run(n.life, stop)
		})
	}
	n.checks = func() { cancel(); asked.Wait() }
	return nil
}

// stop ends load and checks; when it returns, everything has been sent. Knocks are still
// answered meanwhile.
func (n *node) stop(context.Context, any) (any, error) {
	n.mu.Lock()
	checks, loaded := n.checks, n.loaded
	n.stopped, n.loaded, n.checks = true, false, nil
	if n.reading != nil {
		n.reading()
	}
	n.mu.Unlock()
	var ends sync.WaitGroup
	if checks != nil {
		ends.Go(checks)
	}
	errs := make([]error, len(n.groups))
	if loaded {
		for i, g := range n.groups {
			ends.Go(func() { errs[i] = g.stop() })
		}
	}
	for _, f := range n.floods {
		ends.Go(func() { _, _ = f.end() }) // its own lift reports what came of it
	}
	ends.Wait()
	return nil, errors.Join(errs...)
}

// close ends what the conversation's end has left running. Life is over, so
// nothing waits for an answer any more.
func (n *node) close() {
	n.deadlines.Clear()
	_, _ = n.stop(context.Background(), nil) // no peer is there to be told
	if n.hooks != nil {
		n.hooks.close()
	}
	if n.metrics != nil {
		n.metrics.close()
	}
}
