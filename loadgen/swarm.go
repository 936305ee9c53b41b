//go:build linux

package loadgen

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
)

// swarm is one that a fault lets loose. It is counted, not recorded.
type swarm struct {
	spec  load.Swarm
	roads []*dialer
	life  context.Context
	now   func() int64
	emit  func(event string, body any) error
	halt  func() // nil: not let loose
	going sync.WaitGroup

	mu      sync.Mutex
	stats   load.FloodStats
	held    int // dialling or open
	most    int // open at once
	open    int
	refused uint64
	late    uint64 // no handshake within Timeout
	failed  uint64 // otherwise
	closed  uint64 // by the target
}

func newSwarm(life context.Context, s load.Spec, w load.Swarm, now func() int64,
	emit func(string, any) error) (*swarm, error) {
	if w.Connections < 1 || !(w.Rate > 0) || w.Timeout <= 0 || len(w.Sources) == 0 {
		return nil, fmt.Errorf("%s: needs connections, a rate, a time-out and a source address",
			w.Name)
	}
	out := &swarm{spec: w, life: life, now: now, emit: emit}
	for _, source := range w.Sources {
		out.roads = append(out.roads, newDialer(source, s.Subnet,
			netip.AddrPortFrom(s.Resolver, dnsPort)))
	}
	return out, nil
}

// begin lets it loose.
func (s *swarm) begin() (load.FloodStats, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.halt != nil {
		return s.stats, fmt.Errorf("%s: let loose already", s.spec.Name)
	}
	since := s.now()
	life, halt := context.WithCancel(s.life)
	s.halt = halt
	for _, r := range s.roads {
		r.curt = life
	}
	s.going.Go(func() { s.fill(life) })
	s.stats.Active, s.stats.Since, s.stats.At = true, since, s.now()
	return s.stats, nil
}

// end closes all connections, by reset, and returns when the last is. Safe
// twice, and unbegun.
func (s *swarm) end() (load.FloodStats, error) {
	since := s.now()
	s.mu.Lock()
	halt := s.halt
	s.mu.Unlock()
	if halt != nil {
		halt()
	}
	s.going.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.halt = nil
	s.stats.Active, s.stats.Since, s.stats.At = false, since, s.now()
	return s.counted(), nil
}

func (s *swarm) read() load.FloodStats {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.counted()
	d.At = s.now()
	return d
}

// counted is the count so far in words; the caller holds mu.
func (s *swarm) counted() load.FloodStats {
	d := s.stats
	d.Unit = "connections opened"
	d.Detail = fmt.Sprintf("%d at once at most; %d refused, %d without an answer, %d closed by "+
		"the target", s.most, s.refused, s.late, s.closed)
	failed := ""
	if s.failed > 0 {
		failed = strconv.Itoa(int(s.failed))
		d.Detail += fmt.Sprintf("; %d failed on the load node or by its resolver", s.failed)
	}
	d.Stated = link.State("connections-held", "most", strconv.Itoa(int(s.most)), "refused",
		strconv.Itoa(int(s.refused)), "unanswered", strconv.Itoa(int(s.late)), "closed",
		strconv.Itoa(int(s.closed)), "failed", failed)
	return d
}

// fill opens connections at the rate for as long as there is room.
func (s *swarm) fill(life context.Context) {
	pace, start := Constant(s.spec.Rate), time.Now()
	for n := uint64(0); ; n++ {
		wait := time.NewTimer(time.Until(start.Add(pace(n))))
		select {
		case <-life.Done():
			wait.Stop()
			return
		case <-wait.C:
		}
		if s.room() {
			s.going.Go(func() { s.hold(life, s.roads[n%uint64(len(s.roads))]) })
		}
	}
}

func (s *swarm) room() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held >= s.spec.Connections {
		return false
	}
	s.held++
	return true
}

// hold opens one connection and holds it until its end, or the swarm's.
func (s *swarm) hold(life context.Context, r *dialer) {
	defer s.count(func() { s.held-- })
	conn, err := s.dial(life, r)
	if err != nil {
		return
	}
	defer conn.Close()
	defer context.AfterFunc(life, func() { _ = conn.Close() })()
	defer s.count(func() { s.open-- })
	if s.linger(conn); life.Err() == nil {
		s.count(func() { s.closed++ })
	}
}

// dial completes a handshake, and counts how that went.
func (s *swarm) dial(life context.Context, r *dialer) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(life, s.spec.Timeout)
	defer cancel()
	trace, ctx := newTrace(ctx)
	conn, err := r.dial(ctx, "tcp", s.spec.Address)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.opened()
		return conn, nil
	}
	switch classify(err, trace.stage()) {
	case load.Refused:
		s.refused++
	case load.DialTimeout:
		s.late++
	default:
		if life.Err() == nil {
			s.failed++
		}
	}
	return nil, err
}

func (s *swarm) opened() {
	s.open++
	s.most = max(s.most, s.open)
	s.stats.Sent++
	s.stats.Last = s.now()
	if s.stats.First == 0 {
		s.stats.First = s.stats.Last
		_ = s.emit("flooding", s.spec.Name)
	}
}

func (s *swarm) count(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// linger says what is to be said, and reads what comes, until the connection ends.
func (s *swarm) linger(conn net.Conn) {
	if _, err := io.WriteString(conn, s.spec.Begin); err != nil {
		return
	}
	received := make([]byte, 512)
	for next := time.Now().Add(s.spec.Every); ; {
		if s.spec.Every > 0 {
			_ = conn.SetReadDeadline(next) // fails only on a connection that Read fails on too
		}
		_, err := conn.Read(received)
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
		if err == nil {
			continue // an answer to half a question: it is not for us
		}
		if _, err := conn.Write([]byte{s.spec.Drip}); err != nil {
			return
		}
		next = next.Add(s.spec.Every)
	}
}
