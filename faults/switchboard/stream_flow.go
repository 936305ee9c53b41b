package switchboard

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// flow is one connection of a client over a proxied link: what the door, the
// toxic and the HTTP stage know of it together.
type flow struct {
	client *net.TCPConn
	faults *modes
	born   time.Time
	users  atomic.Bool          // it carries users' traffic
	asked  atomic.Bool          // a request came
	rst    atomic.Bool          // it ends, or has ended, by RST
	aging  atomic.Pointer[mode] // that resets it at an age
	over   context.Context      // ends with the flow
	end    context.CancelFunc

	mu      sync.Mutex
	answers []*answer // the present one, and those that begin later
	seen    int64     // bytes that the toxic took in
}

// answer is one answer's place in what goes to the client.
type answer struct {
	begins int64 // offset of its first byte
	path   string
	users  bool
	met    []*mode // that touched it; the toxic's alone
}

func newFlow(ctx context.Context, client *net.TCPConn, faults *modes, users bool) *flow {
	f := &flow{client: client, faults: faults, born: time.Now(), answers: []*answer{{users: users}}}
	f.users.Store(users)
	f.over, f.end = context.WithCancel(ctx)
	return f
}

// ask notes a request, and where in the stream its answer will begin; to be
// called before the answer's first byte is written. False: the flow is over.
func (f *flow) ask(begins int64, path string, users bool) bool {
	if users {
		f.users.Store(true)
	}
	f.mu.Lock()
	f.answers = append(f.answers, &answer{begins: begins, path: path, users: users})
	f.mu.Unlock()
	f.asked.Store(true)
	f.faults.meet(f)
	return !f.rst.Load()
}

// take tells whose the next bytes are, at which place of that answer they
// stand, and how many of n they are.
func (f *flow) take(n int) (a *answer, at int64, length int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.answers) > 1 && f.answers[1].begins <= f.seen {
		f.answers = f.answers[1:]
	}
	a, at, length = f.answers[0], f.seen-f.answers[0].begins, n
	if len(f.answers) > 1 {
		length = int(min(int64(n), f.answers[1].begins-f.seen))
	}
	f.seen += int64(length)
	return a, at, length
}

// reset ends the flow at once, with an RST to the client; it counts once.
func (f *flow) reset(m *mode) {
	if f.over.Err() != nil || !f.rst.CompareAndSwap(false, true) {
		return
	}
	m.hit(f.users.Load()) // before the RST: whoever has met it finds it counted
	_ = f.client.SetLinger(0)
	f.end()
}

// mouth is where Toxiproxy writes what goes to the client.
type mouth struct{ *flow }

// Write writes to the client.
func (m mouth) Write(b []byte) (int, error) { return m.client.Write(b) }

// Close ends the flow, with an RST where a fault wants one after these bytes.
func (m mouth) Close() error {
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
