//go:build linux

package loadgen

import (
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// listener accepts and keeps what it sees.
type listener struct {
	net.Listener
	mu       sync.Mutex
	from     map[string]int // by address
	came     int
	left     int
	received []string
	closes   bool // after the first byte
	heard    int  // have said what is told apart, or ended
	going    sync.WaitGroup
}

// heard is how many bytes of a connection are waited for: the beginning and two that drip.
const heard = len("GET xx")

func listening(t *testing.T, closes bool) *listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &listener{Listener: l, from: map[string]int{}, closes: closes}
	s.going.Go(s.accept)
	t.Cleanup(func() { _ = l.Close(); s.going.Wait() })
	return s
}

func (s *listener) accept() {
	for {
		c, err := s.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.came++
		s.from[c.RemoteAddr().(*net.TCPAddr).IP.String()]++
		s.mu.Unlock()
		s.going.Go(func() { s.listen(c) })
	}
}

func (s *listener) listen(c net.Conn) {
	defer c.Close()
	var all []byte
	if s.closes {
		all = make([]byte, 1)
		_, _ = c.Read(all)
	} else {
		all = make([]byte, heard)
		n, _ := io.ReadFull(c, all)
		s.mu.Lock()
		s.heard++
		s.mu.Unlock()
		rest, _ := io.ReadAll(c) // ends by the reset
		all = append(all[:n], rest...)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left++
	s.received = append(s.received, string(all))
}

func (s *listener) counts() (came, left, sources int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.came, s.left, len(s.from)
}

func ready(t *testing.T, w load.Swarm) *swarm {
	t.Helper()
	w.Name = "squatters"
	for n := range byte(8) {
		w.Sources = append(w.Sources, netip.AddrFrom4([4]byte{127, 0, 1, n + 1}))
	}
	s, err := newSwarm(t.Context(), load.Spec{Subnet: netip.MustParsePrefix("127.0.0.0/8")}, w,
		wire.Now, func(string, any) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A swarm opens so many, from all its addresses, says what it is to say a byte
// at a time, and leaves nothing behind; it can come again.
func TestSwarm(t *testing.T) {
	l := listening(t, false)
	s := ready(t, load.Swarm{Address: l.Addr().String(), Connections: 40, Rate: 1000,
		Timeout: time.Minute, Begin: "GET ", Drip: 'x', Every: 50 * time.Millisecond})
	if d, err := s.end(); err != nil || d.Active || d.Sent != 0 {
		t.Errorf("ended before it began: %+v, %v", d, err)
	}
	for round := 1; round <= 2; round++ {
		if _, err := s.begin(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.begin(); err == nil {
			t.Error("let loose twice at once")
		}
		for s.read().Sent < uint64(40*round) {
			time.Sleep(5 * time.Millisecond)
		}
		eventually(t, "all have dripped", func() bool {
			l.mu.Lock()
			defer l.mu.Unlock()
			return l.heard == 40*round
		})
		time.Sleep(100 * time.Millisecond) // no more connections than 40
		d, err := s.end()
		if err != nil || d.Active {
			t.Errorf("have %+v, %v", d, err)
		}
		eventually(t, "all are gone", func() bool {
			_, left, _ := l.counts()
			return left == 40*round
		})
		came, left, sources := l.counts()
		if came != 40*round || left != came || sources != 8 || d.Sent != uint64(came) {
			t.Errorf("%d came from %d addresses, %d were let go; counted %+v", came, sources, left,
				d)
		}
	}
	if d, err := s.end(); err != nil || d.Sent != 80 ||
		!strings.HasPrefix(d.Detail, "40 at once at most; 0 refused") {
		t.Errorf("ended twice: %+v, %v", d, err)
	}
	for _, h := range l.received {
		if !strings.HasPrefix(h, "GET xx") {
			t.Fatalf("received %q", h)
		}
	}
}

// What the target closes is counted and opened again; a refusal is one.
func TestSwarmOfClosed(t *testing.T) {
	l := listening(t, true)
	s := ready(t, load.Swarm{Address: l.Addr().String(), Connections: 5, Rate: 500,
		Timeout: time.Minute, Begin: "x"})
	if _, err := s.begin(); err != nil {
		t.Fatal(err)
	}
	for s.read().Sent < 50 {
		time.Sleep(5 * time.Millisecond)
	}
	_ = l.Close()
	for strings.Contains(s.read().Detail, " 0 refused") {
		time.Sleep(5 * time.Millisecond)
	}
	d, err := s.end()
	if came, _, _ := l.counts(); err != nil || uint64(came) > d.Sent ||
		strings.Contains(d.Detail, " 0 closed by the target") {
		t.Errorf("%d came; counted %+v, %v", came, d, err)
	}
}

// Nothing outside the drill's subnet is dialled.
func TestSwarmStaysInside(t *testing.T) {
	l := listening(t, false)
	s := ready(t, load.Swarm{Address: l.Addr().String(), Connections: 5, Rate: 500,
		Timeout: time.Minute})
	for _, r := range s.roads {
		r.subnet = netip.MustParsePrefix("198.18.0.0/22")
	}
	if _, err := s.begin(); err != nil {
		t.Fatal(err)
	}
	for !strings.Contains(s.read().Detail, "failed on the load node") {
		time.Sleep(5 * time.Millisecond)
	}
	d, err := s.end()
	if came, _, _ := l.counts(); err != nil || came != 0 || d.Sent != 0 {
		t.Errorf("%d came; counted %+v, %v", came, d, err)
	}
}
