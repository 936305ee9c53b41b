package main

import (
	"io"
	"slices"
	"sync"
)

// queued writes, while a drill goes on, what is shown of it: in the background, so that nothing
// waits for a reader. A terminal that Ctrl-S stopped, or a program that does not read on, would
// keep a phase from ending, and its fault in force. What waits is some 1 kB for each second.
type queued struct {
	to io.Writer

	mu      sync.Mutex
	open    bool          // a drill goes on
	waiting [][]byte      // not written yet
	written chan struct{} // closed once nothing waits any more; nil: nothing is under way
	err     error         // the first failure in the background
}

// begin has what is written wait from now on.
func (q *queued) begin() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.open = true
}

// end returns once all is written; what follows is written at once.
func (q *queued) end() {
	q.mu.Lock()
	q.open = false
	written := q.written
	q.mu.Unlock()
	if written != nil {
		<-written
	}
}

// Write writes, or has it wait. It fails once anything did.
func (q *queued) Write(p []byte) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.err != nil:
		return 0, q.err
	case !q.open && q.written == nil:
		return q.to.Write(p)
	}
	q.waiting = append(q.waiting, slices.Clone(p))
	if q.written == nil {
		q.written = make(chan struct{})
		go q.drain(q.written)
	}
	return len(p), nil
}

// drain writes what waits, in its order.
func (q *queued) drain(written chan struct{}) {
	defer close(written)
	for {
		q.mu.Lock()
		if len(q.waiting) == 0 || q.err != nil {
			q.waiting, q.written = nil, nil
			q.mu.Unlock()
			return
		}
		next := q.waiting[0]
		q.waiting = q.waiting[1:]
		q.mu.Unlock()
		if _, err := q.to.Write(next); err != nil {
			q.mu.Lock()
			q.err = err
			q.mu.Unlock()
		}
	}
}
