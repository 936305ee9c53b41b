//go:build linux

package switchboard

import (
	"context"
	"slices"
	"sync"
)

// turns keeps a connection's answers in the order of their requests.
type turns struct {
	mu    sync.Mutex
	fewer sync.Cond      // there are fewer, or there will be no more
	queue []*transaction // answers to them are still to come, or to end
	plain bool           // it is another protocol from here on
}

func newTurns(over context.Context) *turns {
	t := &turns{}
	t.fewer.L = &t.mu
	context.AfterFunc(over, t.end)
	return t
}

// wait notes a request that goes to the node; false: it is none.
func (t *turns) wait(r *transaction) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.plain {
		t.queue = append(t.queue, r)
	}
	return !t.plain
}

// begin finds the request that an answer which begins is for; false: for none.
func (t *turns) begin() (*transaction, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.queue) == 0 || t.plain {
		t.plain = true
		return nil, false
	}
	return t.queue[0], true
}

// done notes the end of an answer, behind which there may be more in hand; false:
// that is no answer.
func (t *turns) done(more bool) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.queue = slices.Delete(t.queue, 0, 1)
	t.plain = t.plain || more && len(t.queue) == 0
	t.fewer.Broadcast()
	return !t.plain
}

// end notes that what follows is not to be read.
func (t *turns) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.plain = true
	t.fewer.Broadcast()
}

func (t *turns) ended() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.plain
}

// insert has something said in the node's stead when all answers before it have
// ended; false: there is no place for it any more.
func (t *turns) insert(say func() error) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(t.queue) > 0 && !t.plain {
		t.fewer.Wait()
	}
	return !t.plain && say() == nil
}
