package switchboard

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
)

// flow is one connection of a client over a proxied link: what the door, the
// toxic and the HTTP stage know of it together.
type flow struct {
	client *net.TCPConn
	faults *modes
	users  atomic.Bool     // it carries users' traffic
	over   context.Context // ends with the flow
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
	f := &flow{client: client, faults: faults, answers: []*answer{{users: users}}}
	f.users.Store(users)
	f.over, f.end = context.WithCancel(ctx)
	return f
}

// ask notes a request, and where in the stream its answer will begin; to be
// called before the answer's first byte is written.
func (f *flow) ask(begins int64, path string, users bool) {
	if users {
		f.users.Store(true)
	}
	f.mu.Lock()
	f.answers = append(f.answers, &answer{begins: begins, path: path, users: users})
	f.mu.Unlock()
}

// take tells whose the next bytes are, and how many of n they are.
func (f *flow) take(n int) (a *answer, length int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.answers) > 1 && f.answers[1].begins <= f.seen {
		f.answers = f.answers[1:]
	}
	a, length = f.answers[0], n
	if len(f.answers) > 1 {
		length = int(min(int64(n), f.answers[1].begins-f.seen))
	}
	f.seen += int64(length)
	return a, length
}

// mouth is where Toxiproxy writes what goes to the client.
type mouth struct{ *flow }

// Write writes to the client.
func (m mouth) Write(b []byte) (int, error) { return m.client.Write(b) }

// Close ends the flow.
func (m mouth) Close() error {
	m.end()
	return nil
}
