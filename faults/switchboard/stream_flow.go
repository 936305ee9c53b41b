//go:build linux

package switchboard

import (
	"context"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// flow is one connection of a client over a proxied link: what the listener, the toxic and
// the HTTP stage share of it.
type flow struct {
	client *net.TCPConn
	fd     int32 // the client's, to look whether it has closed
	faults *modes
	nodes  bool   // it is between nodes
	trace  *trace // of its link
	born   time.Time
	users  atomic.Bool          // it carries users' traffic
	dark   atomic.Bool          // what it carries cannot be read
	asked  atomic.Bool          // a request came, or what is none
	rst    atomic.Bool          // it ends, or has ended, by RST
	aging  atomic.Pointer[mode] // that resets it at an age
	over   context.Context      // ends with the flow
	end    context.CancelFunc

	mu      sync.Mutex
	answers []answer     // the present one, and those that begin later
	seen    int64        // bytes that the toxic took in
	rest    *transaction // all that cannot be read; nil as long as there is none
}

// answer is one answer's place in what goes to the client.
type answer struct {
	begins int64 // offset of its first byte
	*transaction
}

// transaction is one request with its answer, as faults touch it; or all of a connection
// that carries something else.
type transaction struct {
	request
	fields http.Header // of the request, those that faults go by
	spared bool        // it is a handshake, which no request's fault touches

	mu     sync.Mutex // its request and its answer may go by at one time
	met    []*mode    // that touched it
	missed []*mode    // that were drawn not to
}

// opaque is a transaction of which only the origin is known.
func opaque(o origin) *transaction { return &transaction{request: request{origin: o}} }

// drawn reports whether a rule on a share touches it: that is drawn once, and holds for all
// its pieces.
func (t *transaction) drawn(m *mode, share float64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if slices.Contains(t.met, m) || slices.Contains(t.missed, m) {
		return !slices.Contains(t.missed, m)
	}
	hit := rand.Float64() < share
	if !hit {
		t.missed = append(t.missed, m)
	}
	return hit
}

// selected reports whether a rule touches it.
func (t *transaction) selected(m *mode) bool {
	return !t.spared && m.Select.Takes(t.method, t.path, t.fields.Values)
}

// origin is where traffic comes from: checks or users.
type origin int

const (
	checks origin = iota
	users
	unattributed // users' and checks' cannot be told apart
)

// origin is the flow's as long as no request states one: of a node's traffic to another
// node it is unattributed where that cannot be read, or states nothing.
func (f *flow) origin() origin {
	if f.users.Load() {
		return users
	}
	return f.unsaid(f.dark.Load())
}

// unsaid is the origin of traffic that does not state one.
func (f *flow) unsaid(dark bool) origin {
	if f.nodes && (dark || !f.trace.seen.Load()) {
		return unattributed
	}
	return checks
}

// asks is the origin of a request, by its traceparent.
func (f *flow) asks(o origin) origin {
	if o == users {
		f.trace.seen.Store(true)
		return users
	}
	return f.unsaid(false)
}

func newFlow(ctx context.Context, client *net.TCPConn, faults *modes, nodes bool, t *trace,
	o origin) *flow {
	f := &flow{client: client, faults: faults, nodes: nodes, trace: t, born: time.Now(),
		answers: []answer{{0, opaque(o)}}}
	f.users.Store(o == users)
	if raw, err := client.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { f.fd = int32(fd) })
	}
	f.over, f.end = context.WithCancel(ctx)
	return f
}

// answer notes where in the stream an answer begins; to be called before its first
// byte is written.
func (f *flow) answer(begins int64, t *transaction) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers = append(f.answers, answer{begins, t})
}

// unreadable is all of the flow that cannot be read, both ways.
func (f *flow) unreadable() *transaction {
	f.dark.Store(true)
	o := f.origin()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.rest == nil {
		f.rest = opaque(o)
	}
	return f.rest
}

// ask notes that a request came; to be called before the node has it. False: the
// flow is over.
func (f *flow) ask(o origin) bool {
	if o == users {
		f.users.Store(true)
	}
	f.asked.Store(true)
	f.faults.meet(f)
	return !f.rst.Load()
}

// spareHandshake lets alone what goes to the client before the first request: to be
// called before any of it.
func (f *flow) spareHandshake() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers[0].spared = true
}

// take finds the transaction of the next bytes, at which place of its answer they stand,
// and how many of n they are.
func (f *flow) take(n int) (t *transaction, at int64, length int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.answers) > 1 && f.answers[1].begins <= f.seen {
		f.answers = slices.Delete(f.answers, 0, 1)
	}
	t, at, length = f.answers[0].transaction, f.seen-f.answers[0].begins, n
	if len(f.answers) > 1 {
		length = int(min(int64(n), f.answers[1].begins-f.seen))
	}
	f.seen += int64(length)
	return t, at, length
}

// pass notes that the next n bytes go to the client as they are.
func (f *flow) pass(n int) {
	for n > 0 {
		_, _, taken := f.take(n)
		n -= taken
	}
}

// reset ends the flow at once, with an RST to the client; it counts once.
func (f *flow) reset(m *mode) {
	f.mu.Lock()
	defer f.mu.Unlock()
	// It is counted before the RST: a client that has met that finds it counted.
	if f.over.Err() != nil || f.rst.Load() || !m.hit(f.origin()) {
		return
	}
	f.rst.Store(true)
	_ = f.client.SetLinger(0)
	f.end()
}

// pipeSink is where Toxiproxy writes what goes to the client.
type pipeSink struct {
	*flow
	answers *answerPipe
}

// Write writes to the client.
func (m pipeSink) Write(b []byte) (int, error) {
	n, err := m.client.Write(b)
	m.answers.under.Add(-int64(n))
	return n, err
}

// Close ends the flow, with an RST where a fault wants one after these bytes.
func (m pipeSink) Close() error {
	if m.rst.Load() && m.over.Err() == nil {
		m.settle()
		_ = m.client.SetLinger(0)
	}
	m.end()
	return nil
}

// drains is how long an RST waits for the bytes before it: one that is sent
// earlier takes them away from under the client.
const drains = 200 * time.Millisecond

// settle waits until the client's host has all that was written.
func (f *flow) settle() {
	raw, err := f.client.SyscallConn()
	if err != nil {
		return
	}
	for until := time.Now().Add(drains); time.Now().Before(until); time.Sleep(time.Millisecond) {
		left := 0
		_ = raw.Control(func(fd uintptr) { left, _ = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ) })
		if left == 0 {
			return
		}
	}
}
