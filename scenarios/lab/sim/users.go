package sim

import (
	"context"
	"net/url"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// loadCalls are the load node's.
func (l *Lab) loadCalls() calls {
	flood := func(_ context.Context, x load.Let) (load.FloodStats, error) {
		return l.changeFlood(x.Name, func(of *rule, now int64) {
			of.Active, of.First, of.Last, of.Total = true, now, now, of.Total+1000
		}), nil
	}
	stopFlood := func(_ context.Context, name string) (load.FloodStats, error) {
		return l.changeFlood(name, func(of *rule, _ int64) { of.Active = false }), nil
	}
	flooded := func(_ context.Context, name string) (load.FloodStats, error) {
		return l.changeFlood(name, func(*rule, int64) {}), nil
	}
	knock := func(_ context.Context, c load.Check) (load.Answer, error) {
		now := l.ground.Load.now()
		if c.HTTP != nil {
			if u, err := url.Parse(string(c.HTTP.URL)); err == nil {
				l.Write(u.Hostname(), "GET "+u.Path)
			}
		}
		return load.Answer{Check: c.Name, Start: now, End: now, Good: true, Known: true}, nil
	}
	return func(emit func(string, any) error) map[string]wire.Handler {
		start := func(context.Context, load.Start) (load.Started, error) {
			return load.Started{At: l.startUsers(emit)}, nil
		}
		stop := func(context.Context, struct{}) (any, error) {
			l.stopUsers()
			return nil, nil
		}
		readback := func(context.Context, struct{}) (any, error) { return nil, nil }
		return map[string]wire.Handler{
			"knock": wire.Handle(knock), "start": wire.Handle(start), "stop": wire.Handle(stop),
			"readback": wire.Handle(readback),
			"flood":    wire.Handle(flood), "flooded": wire.Handle(flooded),
			"stop-flood": wire.Handle(stopFlood),
		}
	}
}

// changeFlood changes a flood, and gives what it did so far, by the load node's clock.
func (l *Lab) changeFlood(name string, do func(of *rule, now int64)) load.FloodStats {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, f := l.ground.Load.now(), of(l.floods, name)
	do(f, now)
	return load.FloodStats{Unit: "requests sent", Sent: f.Total, First: f.First, Last: f.Last,
		Active: f.Active, Since: now, At: l.ground.Load.now()}
}

// users are all groups and all checks at work.
type users struct {
	lab  *Lab
	emit func(string, any) error
	at   int64 // when the first request was due
	over chan struct{}
	busy sync.WaitGroup
}

// startUsers sets them to work, and says when the first request was due.
func (l *Lab) startUsers(emit func(string, any) error) int64 {
	u := &users{lab: l, emit: emit, at: l.ground.Load.now(), over: make(chan struct{})}
	l.mu.Lock()
	l.users = u
	l.mu.Unlock()
	for _, g := range l.o.Plan.Load.Groups {
		u.busy.Go(func() { u.group(g) })
	}
	for _, c := range l.o.Plan.Load.Checks {
		u.busy.Go(func() { u.check(c) })
	}
	return u.at
}

// stopUsers ends them, where any are at work.
func (l *Lab) stopUsers() {
	l.mu.Lock()
	u := l.users
	l.users = nil
	l.mu.Unlock()
	if u == nil {
		return
	}
	close(u.over)
	u.busy.Wait()
}

// emitEvery is how often a group emits its requests.
const emitEvery = 250 * time.Millisecond

// group makes a group's requests, each when it is due, and emits them.
func (u *users) group(g load.Group) {
	gap := time.Duration(float64(time.Second) / g.Rate)
	for seq := uint64(0); ; {
		var all []load.Request
		for end := seq + max(1, uint64(emitEvery/gap)); seq < end; seq++ {
			since := time.Duration(seq) * gap
			if !u.until(since) {
				break
			}
			all = append(all, u.request(g, seq, u.at+int64(since)))
		}
		if len(all) == 0 {
			return
		}
		if b, err := load.EncodeBlock(g.Name, all); err == nil {
			_ = u.emit("requests", b) // nothing may listen any more
		}
		_ = u.emit("usage", load.Usage{At: u.lab.ground.Load.now(), Group: g.Name, Due: seq,
			Sent: seq})
	}
}

// until waits for an instant since the start; false: the users are to end.
func (u *users) until(since time.Duration) bool {
	select {
	case <-u.over:
		return false
	case <-time.After(time.Duration(u.at + int64(since) - u.lab.ground.Load.now())):
		return true
	}
}

// request makes one, and counts it where it met a fault.
func (u *users) request(g load.Group, seq uint64, due int64) load.Request {
	user := uint32(seq % uint64(max(1, g.Users)))
	o := u.lab.ask(g.Name, seq, user)
	r := load.Request{Seq: seq, Due: due, Sent: due, Done: due + int64(o.Took), User: user,
		Node: o.Node, Status: o.Status, Class: o.Class, Attempts: 1, Reused: !g.PerRequest}
	if o.Answer {
		r.Injected, r.Fault = true, o.Fault
	}
	return r
}

// ask has the script say what becomes of a request, and has the switchboard count what it
// meets, and report the first.
func (l *Lab) ask(group string, seq uint64, user uint32) Outcome {
	l.mu.Lock()
	ask := l.ground.Ask
	if ask == nil {
		ask = Felt
	}
	o := ask(Request{State: l.state(), Group: group, Seq: seq, User: user})
	at, first := l.hit(o.Fault)
	l.mu.Unlock()
	if first {
		_ = l.board("touched", link.Touched{Rule: o.Fault, At: at}) // nothing may listen any more
	}
	return o
}

// check asks a watcher's question, again and again.
func (u *users) check(c load.Check) {
	for n := 0; u.until(c.Phase + time.Duration(n)*c.Every); n++ {
		good, now := u.lab.watched(c), u.lab.ground.Load.now()
		a := load.Answer{Check: c.Name, Start: now, End: now, Good: good, Known: true}
		_ = u.emit("answer", a)
	}
}

// watched has the script say what a watcher's question brings.
func (l *Lab) watched(c load.Check) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ground.Check != nil {
		return l.ground.Check(c, l.state())
	}
	return Noticed(c, l.state())
}
