package loadgen

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"
)

// Part is one kind of request of a mix, drawn by weight.
type Part struct {
	Path   string `json:"path"`
	Weight int    `json:"weight"` // above zero
}

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

// pacer of the group.
func (g Group) pacer() Pacer {
	if g.Ramp > 0 {
		return Ramped(g.Rate, g.Ramp)
	}
	return Constant(g.Rate)
}

// path picks the n-th request's path: the mix is dealt out evenly, by weight,
// in the same order in every run; empty where there is no mix.
func (g Group) path(n uint64) string {
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

// Deluge is what a flood did.
type Deluge struct {
	Unit     string `json:"unit"`     // of Sent
	Detail   string `json:"detail"`   // what became of them
	Sent     uint64 `json:"sent"`     // requests written to a connection that stood, or such connections
	Answered uint64 `json:"answered"` // with any status; requests only
	First    int64  `json:"first"`    // when the first was sent; 0: never
	Last     int64  `json:"last"`
	Active   bool   `json:"active"`
	Since    int64  `json:"since"` // when the call came in …
	At       int64  `json:"at"`    // … and when what it asked for was done
}

// flood is one group that a fault lets loose beside the users. Its requests are
// counted, not recorded, and carry no trace of the run: nobody takes them for
// users'.
type flood struct {
	spec   Spec // whose only group is this one
	life   context.Context
	now    func() int64
	tell   func(event string, body any) error
	mu     sync.Mutex
	load   *load // nil: not let loose
	halt   func()
	deluge Deluge
}

func newFlood(life context.Context, s Spec, g Group, now func() int64, tell func(string, any) error) *flood {
	s.Groups, s.Run = []Group{g}, ""
	return &flood{spec: s, life: life, now: now, tell: tell}
}

// begin lets it loose.
func (f *flood) begin() (Deluge, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.load != nil {
		return f.deluge, fmt.Errorf("flood %q: let loose already", f.spec.Groups[0].Name)
	}
	since := f.now()
	life, halt := context.WithCancel(f.life)
	l, err := f.prepare(life)
	if err != nil {
		halt()
		return f.deluge, err
	}
	f.load, f.halt = l, halt
	f.deluge.Active, f.deluge.Since, f.deluge.At = true, since, f.now()
	l.start(f.deluge.At + int64(lead))
	return f.deluge, nil
}

// prepare makes the load, whose requests and connections end with life.
func (f *flood) prepare(life context.Context) (*load, error) {
	l, err := newLoad(life, f.spec, 0, f.now, func(string, any) error { return nil })
	if err != nil {
		return nil, err
	}
	l.users.wrote = f.sent
	for _, p := range l.users.pools {
		p.road.curt = life
	}
	send := l.crowd.send
	l.crowd.send = func(r *Request) {
		if send(r); r.Status != 0 {
			f.answered()
		}
	}
	return l, nil
}

// end cuts it off, waiting requests and all: once it returns nothing of it is
// left that could still reach the target. Safe twice, and unbegun.
func (f *flood) end() (Deluge, error) {
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
	f.deluge.Active, f.deluge.Since, f.deluge.At = f.load != nil, since, f.now()
	return f.told(), err
}

// sent is called as a request is on a connection.
func (f *flood) sent() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.deluge.Sent++
	f.deluge.Last = f.now()
	if f.deluge.First == 0 {
		f.deluge.First = f.deluge.Last
		_ = f.tell("flooding", f.spec.Groups[0].Name) // for whoever looks on; the count is the proof
	}
}

func (f *flood) answered() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.deluge.Answered++
}

func (f *flood) read() Deluge {
	f.mu.Lock()
	defer f.mu.Unlock()
	d := f.told()
	d.At = f.now()
	return d
}

// told is the count so far in words; the caller holds mu.
func (f *flood) told() Deluge {
	d := f.deluge
	d.Unit, d.Detail = "flood requests sent", fmt.Sprintf("%d answered", d.Answered)
	return d
}

// loose is something that a fault lets loose beside the users: requests, or
// connections.
type loose interface {
	begin() (Deluge, error)
	// end cuts it off: nothing of it is left when it returns. Safe twice, and
	// unbegun.
	end() (Deluge, error)
	read() Deluge
}

// Let is the body of the call "flood".
type Let struct {
	Name string `json:"name"`
	// For is how long it may last: then the load node ends it by itself, and tells
	// "expired" (wire.Expired). 0: until it is ended.
	For time.Duration `json:"for,omitempty"`
}

// let lets a flood loose.
func (n *node) let(ctx context.Context, l Let) (Deluge, error) {
	d, err := n.flooding(loose.begin)(ctx, l.Name)
	if err == nil {
		n.deadlines.Set(l.Name, l.For, func() error {
			_, err := n.flooding(loose.end)(n.life, l.Name)
			return err
		}, n.server.Tell)
	}
	return d, err
}

// ebb ends a flood.
func (n *node) ebb(ctx context.Context, name string) (Deluge, error) {
	n.deadlines.Take(name)
	return n.flooding(loose.end)(ctx, name)
}

// looses makes ready all that may be let loose.
func (n *node) looses(s Spec) (map[string]loose, error) {
	all := map[string]loose{}
	for _, g := range s.Floods {
		all[g.Name] = newFlood(n.life, s, g, n.now, n.server.Tell)
	}
	for _, w := range s.Swarms {
		one, err := newSwarm(n.life, s, w, n.now, n.server.Tell)
		if err != nil {
			return nil, err
		}
		all[w.Name] = one
	}
	return all, nil
}

// flooding gives a call that does something with a flood of that name.
func (n *node) flooding(do func(loose) (Deluge, error)) func(context.Context, string) (Deluge, error) {
	return func(_ context.Context, name string) (Deluge, error) {
		n.mu.Lock()
		f := n.floods[name]
		n.mu.Unlock()
		if f == nil {
			return Deluge{}, fmt.Errorf("no flood %q was prepared", name)
		}
		return do(f)
	}
}
