//go:build linux

package loadgen

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// ledger remembers which writes of a group were acknowledged, and reads them back.
type ledger struct {
	spec load.Spec // its only group is this one
	now  func() int64
	emit func(event string, body any) error

	mu    sync.Mutex
	acked []uint64 // in order of their acknowledgement
	found []load.Finding
}

func newLedger(s load.Spec, g load.Group, now func() int64, emit func(string, any) error) *ledger {
	s.Groups = []load.Group{g}
	return &ledger{spec: s, now: now, emit: emit}
}

// wrote takes in how a write ended.
func (l *ledger) wrote(r *load.Request) {
	if !r.Acknowledged() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acked = append(l.acked, r.Seq)
}

// readRounds is how often an id is asked for while no answer says anything about it.
const readRounds = 3

// readBack asks for every acknowledged id, open loop at the rate of the ledger,
// and sends what it finds in blocks, as the event "findings". An id that none of three
// answers says anything about stays without a finding. It ends early with ctx.
func (l *ledger) readBack(ctx context.Context) error {
	l.mu.Lock()
	open := slices.Clone(l.acked)
	l.mu.Unlock()
	for range readRounds {
		if len(open) == 0 || ctx.Err() != nil {
			break
		}
		var err error
		if open, err = l.round(ctx, open); err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

// round asks for each of the ids once and gives those that are still unknown.
func (l *ledger) round(ctx context.Context, seqs []uint64) ([]uint64, error) {
	w := l.spec.Groups[0].Writes
	s := l.spec
	g := s.Groups[0]
	g.URL, g.Method, g.Body, g.Rate, g.Expect = w.Read, http.MethodGet, "", w.Rate, load.Expect{}
	g.Ramp, g.Mix = 0, nil
	s.Groups, s.Run = []load.Group{g}, "" // no trace of the run: it is not taken for users' traffic
	u, err := newUsers(ctx, s, 0, l.now)
	if err != nil {
		return nil, err
	}
	defer u.close()
	u.id = func(k uint64) string { return load.WriteID(l.spec.Run, g.Name, seqs[k]) }
	known := make([]bool, len(seqs)) // each is set by its own request, and read when all have ended
	c := newGroupRunner(g, func(r *load.Request) {
		u.send(r)
		if lost, ok := finding(w, r); ok && ctx.Err() == nil {
			known[r.Seq] = true
			l.finds(load.Finding{Seq: seqs[r.Seq], Lost: lost})
		}
	}, newRecorder(g.Name, func(string, any) error { return nil }), l.now)
	start := l.now() + int64(lead)
	c.last(func() int64 { return start + int64(c.pacer(uint64(len(seqs)-1))) })
	c.run(start)
	defer context.AfterFunc(ctx, func() { c.attacker.Stop() })()
	err = l.sendFindings(c.ended)
	c.flights.Wait()
	var open []uint64
	for k, seq := range seqs {
		if !known[k] {
			open = append(open, seq)
		}
	}
	return open, errors.Join(err, l.flush())
}

// finding reads an answer; ok is false where it says nothing about the id.
func finding(w *load.Writes, r *load.Request) (lost, ok bool) {
	switch {
	case r.Injected:
		return false, false
	case r.Status >= 200 && r.Status < 300 && r.Class == load.OK:
		return false, true
	case slices.Contains(w.Missing, int(r.Status)) &&
		(r.Class == load.OK || r.Class == load.Status):
		return true, true
	}
	return false, false
}

func (l *ledger) finds(f load.Finding) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.found = append(l.found, f)
}

// sendFindings sends findings as they come, until done.
func (l *ledger) sendFindings(done <-chan struct{}) error {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return nil
		case <-tick.C:
		}
		if err := l.flush(); err != nil {
			<-done
			return err
		}
	}
}

func (l *ledger) flush() error {
	l.mu.Lock()
	all := l.found
	l.found = nil
	l.mu.Unlock()
	if len(all) == 0 {
		return nil
	}
	return l.emit("findings", load.EncodeFindings(l.spec.Groups[0].Name, all))
}

// readBack reads back the ledgers of all groups, one after the other.
func (n *node) readBack(context.Context, any) (any, error) {
	n.mu.Lock()
	if !n.stopped {
		n.mu.Unlock()
		return nil, errors.New("readback: the load is still on")
	}
	ctx, cancel := context.WithCancel(n.life)
	n.reading = cancel
	n.mu.Unlock()
	defer cancel()
	for _, g := range n.groups {
		if g.ledger == nil {
			continue
		}
		if err := g.ledger.readBack(ctx); err != nil {
			return nil, fmt.Errorf("readback: %w", err)
		}
	}
	return nil, nil
}
