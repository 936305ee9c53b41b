//go:build linux

package switchboard

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// kind is one fault of the byte stream: the part of a Rule that is set.
type kind interface{ unit() string }

// shaper is a kind that changes how the bytes of an answer go on.
type shaper interface {
	// shape gives what becomes of a piece, of a connection with the kind's own pace.
	shape(p piece, m *mode, line *pace) []piece
}

// breaker is a kind that ends connections.
type breaker interface {
	// meet is called for each connection that stands when the rule comes, for each new one,
	// and for each request.
	meet(f *flow, m *mode)
}

// The kinds on streams, in the order in which an answer meets them.
const (
	placeStatus = iota
	placeTLS
	placeReset
	placeLimit
	placeLatency
	placeSlice
	placeBandwidth
	placeStall

	streamKinds // how many there are
)

// kindsOf are a rule's kinds on streams, nil where not set. A new one is one file, a place
// and a line here.
func kindsOf(r link.Rule) [streamKinds]kind {
	return [streamKinds]kind{
		placeStatus:    given((*statusKind)(r.HTTPStatus)),
		placeTLS:       given((*tlsKind)(r.TLS)),
		placeReset:     given((*resetKind)(r.Reset)),
		placeLimit:     given((*limitKind)(r.LimitData)),
		placeLatency:   given((*latencyKind)(r.Latency)),
		placeSlice:     given((*sliceKind)(r.Slice)),
		placeBandwidth: given((*bandwidthKind)(r.Bandwidth)),
		placeStall:     given((*stallKind)(r.Stall)),
	}
}

func given[T any, P interface {
	*T
	kind
}](p P) kind {
	if p == nil {
		return nil
	}
	return p
}

// mode is a rule in force on some proxied links, and its count.
type mode struct {
	link.Rule
	kind    kind
	place   int // among kinds
	began   time.Time
	active  atomic.Bool
	over    chan struct{} // closed at the lift: what is held goes on
	touched func(rule string, at int64)

	mu    sync.Mutex
	count link.Count
}

// modes is what one link suffers now: at most one rule of each kind.
type modes [streamKinds]atomic.Pointer[mode]

func newMode(r link.Rule, touched func(string, int64)) *mode {
	m := &mode{Rule: r, over: make(chan struct{}), touched: touched}
	for i, k := range kindsOf(r) {
		if k != nil {
			m.kind, m.place = k, i
		}
	}
	m.count.Unit = m.kind.unit()
	return m
}

func (f *modes) taken(m *mode) bool { return f[m.place].Load() != nil }
func (f *modes) set(m *mode)        { f[m.place].Store(m) }
func (f *modes) unset(m *mode)      { f[m.place].CompareAndSwap(m, nil) }

// status is the mode in which requests are answered in the node's stead.
func (f *modes) status() *mode { return f[placeStatus].Load() }

// meet confronts a connection with those that end connections.
func (f *modes) meet(c *flow) {
	for i := range f {
		if m := f[i].Load(); m != nil {
			if b, ok := m.kind.(breaker); ok {
				b.meet(c, m)
			}
		}
	}
}

// shape reports whether one changes how answers go on.
func (f *modes) shape() bool {
	for i := range f {
		if m := f[i].Load(); m != nil {
			if _, ok := m.kind.(shaper); ok {
				return true
			}
		}
	}
	return false
}

// tls is the mode in which TLS handshakes are.
func (f *modes) tls() *mode { return f[placeTLS].Load() }

// staged reports whether the rule answers in the node's stead, or slows requests down.
func (m *mode) staged() bool {
	return m.HTTPStatus != nil || m.TLS != nil || m.Bandwidth != nil && m.Bandwidth.Up()
}

// end takes the rule out of force; false: it was already. What it has touched is
// counted by then.
func (m *mode) end() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.active.Swap(false)
}

// hit counts one thing that the rule is about to touch; false: it is lifted, and is
// to touch nothing any more.
func (m *mode) hit(o origin) bool {
	now := wire.Now()
	m.mu.Lock()
	if !m.active.Load() {
		m.mu.Unlock()
		return false
	}
	m.count.Total++
	first := false
	if o != checks {
		m.count.Users++
		m.count.Blind = m.count.Blind || o == unattributed
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
	return true
}

// touch counts a transaction, once; false: the rule is lifted.
func (m *mode) touch(t *transaction) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if slices.Contains(t.met, m) {
		return true
	}
	if !m.hit(t.origin) {
		return false
	}
	t.met = append(t.met, m)
	return true
}

func (m *mode) read() link.Count {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.count
	c.Active = m.active.Load()
	return c
}
