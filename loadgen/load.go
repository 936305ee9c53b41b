//go:build linux

package loadgen

import (
	"context"
	"os"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// load is one group: its users, its pacing, and what is reported of it.
type groupLoad struct {
	group *groupRunner
	users *users
	rec   *recorder
	// ledger has the writes that were acknowledged; nil: the group keeps none.
	ledger *ledger
	now    func() int64
	emit   func(event string, body any) error

	gauge   gauge // of the machine
	done    chan struct{}
	reports sync.WaitGroup
	failure error // of the reports, read after they ended
}

func newLoad(life context.Context, s load.Spec, number int, now func() int64,
	emit func(string, any) error) (*groupLoad, error) {
	u, err := newUsers(life, s, number, now)
	if err != nil {
		return nil, err
	}
	g := s.Groups[number]
	l := &groupLoad{users: u, rec: newRecorder(g.Name, emit), now: now, emit: emit,
		done: make(chan struct{})}
	send := u.send
	if g.Writes != nil {
		l.ledger = newLedger(s, g, now, emit)
		send = func(r *load.Request) {
			u.send(r)
			l.ledger.wrote(r)
		}
	}
	l.group = newGroupRunner(g, send, l.rec, now)
	return l, nil
}

// start begins the load at an instant, and the telling of it.
func (l *groupLoad) start(at int64) {
	l.group.run(at)
	l.reports.Go(func() { l.failure = l.report() })
}

// stop ends it and sends the rest. It fails where observations were lost.
func (l *groupLoad) stop() error {
	l.group.stop()
	return l.finish()
}

// cut ends it with the requests in flight, which halt has to end.
func (l *groupLoad) cut(halt func()) error {
	l.group.cut(halt)
	return l.finish()
}

func (l *groupLoad) finish() error {
	close(l.done)
	l.reports.Wait()
	l.users.close()
	if l.failure != nil {
		return l.failure
	}
	if err := l.rec.flush(); err != nil {
		return err
	}
	return l.emit("usage", l.usage())
}

// report sends observations and usage until stop. A listener that does not read delays
// reports, never the load.
func (l *groupLoad) report() error {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-l.done:
			return nil
		case <-tick.C:
		}
		l.users.sweep()
		if err := l.rec.flush(); err != nil {
			return err
		}
		if n%usageEvery != 0 {
			continue
		}
		l.users.reap()
		if err := l.emit("usage", l.usage()); err != nil {
			return err
		}
	}
}

// usage is the group's state now, and begins another second.
func (l *groupLoad) usage() load.Usage {
	now := l.now()
	return l.rec.usage(load.Usage{At: now, Due: l.group.due(now), InFlight: l.group.inFlight(),
		Descriptors: descriptors(), Machine: l.gauge.read(now)})
}

// descriptors counts this process's open files; 0 where /proc does not say.
func descriptors() int {
	names, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return max(len(names)-1, 0) // less the one that reads the folder
}
