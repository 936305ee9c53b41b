package switchboard

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// mode is a rule in force on some proxied links, and its count.
type mode struct {
	Rule
	active  atomic.Bool
	over    chan struct{} // closed at the lift: what is held goes on
	touched func(rule string, at int64)

	mu    sync.Mutex
	count Count
}

// modes is what one link suffers now: at most one rule of each kind.
type modes struct{ status, latency atomic.Pointer[mode] }

func newMode(r Rule, touched func(string, int64)) *mode {
	m := &mode{Rule: r, over: make(chan struct{}), touched: touched}
	switch {
	case r.HTTPStatus != nil:
		m.count.Unit = fmt.Sprintf("%ds answered", r.HTTPStatus.Code)
	case r.Latency != nil:
		m.count.Unit = "answers delayed"
	}
	return m
}

// place is where a mode of this kind stands.
func (f *modes) place(m *mode) *atomic.Pointer[mode] {
	if m.HTTPStatus != nil {
		return &f.status
	}
	return &f.latency
}

func (f *modes) taken(m *mode) bool { return f.place(m).Load() != nil }
func (f *modes) set(m *mode)        { f.place(m).Store(m) }
func (f *modes) unset(m *mode)      { f.place(m).CompareAndSwap(m, nil) }

// hit counts one request that the rule touched.
func (m *mode) hit(users bool) {
	now := wire.Now()
	m.mu.Lock()
	m.count.Total++
	first := false
	if users {
		m.count.Users++
		first = m.count.First == 0
		if first {
			m.count.First = now
		}
		m.count.Last = now
	} else {
		m.count.Checks++
	}
	m.mu.Unlock()
	if first {
		m.touched(m.Name, now)
	}
}

func (m *mode) read() Count {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.count
	c.Active = m.active.Load()
	return c
}

// draws decides whether a request for a path is answered by the rule.
func (m *mode) draws(path string) bool {
	s := m.HTTPStatus
	spared := slices.ContainsFunc(s.Spare, func(p string) bool {
		if stem, ok := strings.CutSuffix(p, "*"); ok {
			return strings.HasPrefix(path, stem)
		}
		return path == p
	})
	return !spared && (s.Share >= 1 || rand.Float64() < s.Share)
}

// delay draws how long a chunk is held: Delay ± Jitter, uniform.
func (m *mode) delay() time.Duration {
	d := m.Latency.Delay
	if j := m.Latency.Jitter; j > 0 {
		d += time.Duration((2*rand.Float64() - 1) * float64(j))
	}
	return d
}
