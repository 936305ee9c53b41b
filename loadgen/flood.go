//go:build linux

package loadgen

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
)

// Ramped paces as Constant does, but climbs to its rate evenly over the first
// ramp: the n-th hit is due at √(2·ramp·n/rate) until the top is reached, and at
// n/rate + ramp/2 after.
func Ramped(rate float64, ramp time.Duration) Pacer {
	up := ramp.Seconds()
	climb := rate * up / 2 // hits on the way up
	return func(n uint64) time.Duration {
		s := float64(n)/rate + up/2
		if float64(n) < climb {
			s = math.Sqrt(2 * up * float64(n) / rate)
		}
		return time.Duration(min(s*1e9, math.MaxInt64/4))
	}
}

// pacerOf is the pacer of a group.
func pacerOf(g load.Group) Pacer {
	if g.Ramp > 0 {
		return Ramped(g.Rate, g.Ramp)
	}
	return Constant(g.Rate)
}

// pathOf picks the n-th request's path: the mix is dealt out evenly, by weight,
// in the same order in every run; empty where there is no mix.
func pathOf(g load.Group, n uint64) string {
	total := 0
	for _, p := range g.Mix {
		total += p.Weight
	}
	if total == 0 {
		return ""
	}
	// A step that shares no factor with the total visits every place once.
	at := int(n % uint64(total) * uint64(stride(total)) % uint64(total))
	for _, p := range g.Mix {
		if at -= p.Weight; at < 0 {
			return p.Path
		}
	}
	return ""
}

// stride is near the golden section of total and coprime to it, so that what is
// dealt in a row is well mixed.
func stride(total int) int {
	for s := max(1, int(0.618*float64(total))); s < total; s++ {
		if gcd(s, total) == 1 {
			return s
		}
	}
	return 1
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// flood is one group that a fault lets loose beside the users. Its requests are
// counted, not recorded, and carry no trace of the run: so that none is taken for
// users'.
type flood struct {
	spec  load.Spec // its only group is this one
	life  context.Context
	now   func() int64
	emit  func(event string, body any) error
	mu    sync.Mutex
	load  *groupLoad // nil: not let loose
	halt  func()
	stats load.FloodStats
}

func newFlood(life context.Context, s load.Spec, g load.Group, now func() int64,
	emit func(string, any) error) *flood {
	s.Groups, s.Run = []load.Group{g}, ""
	return &flood{spec: s, life: life, now: now, emit: emit}
}

// begin lets it loose.
func (f *flood) begin() (load.FloodStats, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.load != nil {
		return f.stats, fmt.Errorf("flood %q: let loose already", f.spec.Groups[0].Name)
	}
	since := f.now()
	life, halt := context.WithCancel(f.life)
	l, err := f.prepare(life)
	if err != nil {
		halt()
		return f.stats, err
	}
	f.load, f.halt = l, halt
	f.stats.Active, f.stats.Since, f.stats.At = true, since, f.now()
	l.start(f.stats.At + int64(lead))
	return f.stats, nil
}

// prepare makes the load; its requests and connections end with life.
func (f *flood) prepare(life context.Context) (*groupLoad, error) {
	l, err := newLoad(life, f.spec, 0, f.now, func(string, any) error { return nil })
	if err != nil {
		return nil, err
	}
	l.users.wrote = f.sent
	for _, p := range l.users.pools {
		p.dialer.curt = life
	}
	send := l.group.send
	l.group.send = func(r *load.Request) {
		if send(r); r.Status != 0 {
			f.answered()
		}
	}
	return l, nil
}

// end cuts it off, waiting requests and all: once it returns nothing of it is
// left that could still reach the target. Safe twice, and unbegun.
func (f *flood) end() (load.FloodStats, error) {
	f.mu.Lock()
	l, halt := f.load, f.halt
	f.load = nil
	f.mu.Unlock()
	since := f.now()
	var err error
	if l != nil {
		err = l.cut(halt)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stats.Active, f.stats.Since, f.stats.At = f.load != nil, since, f.now()
	return f.counted(), err
}

// sent is called as a request is on a connection.
func (f *flood) sent() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stats.Sent++
	f.stats.Last = f.now()
	if f.stats.First == 0 {
		f.stats.First = f.stats.Last
		// for the live view; the count is the proof
		_ = f.emit("flooding", f.spec.Groups[0].Name)
	}
}

func (f *flood) answered() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stats.Answered++
}

func (f *flood) read() load.FloodStats {
	f.mu.Lock()
	defer f.mu.Unlock()
	d := f.counted()
	d.At = f.now()
	return d
}

// counted is the count so far in words; the caller holds mu.
func (f *flood) counted() load.FloodStats {
	d := f.stats
	d.Unit, d.Detail = "flood requests sent", fmt.Sprintf("%d answered", d.Answered)
	d.Stated = link.State("flood-answered", "answered", strconv.FormatUint(d.Answered, 10))
	return d
}

// floodSource is something that a fault lets loose beside the users: requests, or
// connections.
type floodSource interface {
	begin() (load.FloodStats, error)
	// end cuts it off: nothing of it is left when it returns. Safe twice, and
	// unbegun.
	end() (load.FloodStats, error)
	read() load.FloodStats
}

// let lets a flood loose.
func (n *node) let(ctx context.Context, l load.Let) (load.FloodStats, error) {
	d, err := n.flooding(floodSource.begin)(ctx, l.Name)
	if err == nil {
		n.deadlines.Set(l.Name, l.For, func() error {
			_, err := n.flooding(floodSource.end)(n.life, l.Name)
			return err
		}, n.server.Emit)
	}
	return d, err
}

// stopFlood ends a flood.
func (n *node) stopFlood(ctx context.Context, name string) (load.FloodStats, error) {
	n.deadlines.Take(name)
	return n.flooding(floodSource.end)(ctx, name)
}

// looses makes ready all that may be let loose.
func (n *node) looses(s load.Spec) (map[string]floodSource, error) {
	all := map[string]floodSource{}
	for _, g := range s.Floods {
		all[g.Name] = newFlood(n.life, s, g, n.now, n.server.Emit)
	}
	for _, w := range s.Swarms {
		one, err := newSwarm(n.life, s, w, n.now, n.server.Emit)
		if err != nil {
			return nil, err
		}
		all[w.Name] = one
	}
	return all, nil
}

// flooding gives a call that does something with a flood of that name.
func (n *node) flooding(do func(floodSource) (load.FloodStats, error)) func(context.Context,
	string) (load.FloodStats, error) {
	return func(_ context.Context, name string) (load.FloodStats, error) {
		n.mu.Lock()
		f := n.floods[name]
		n.mu.Unlock()
		if f == nil {
			return load.FloodStats{}, fmt.Errorf("no flood %q was prepared", name)
		}
		return do(f)
	}
}
