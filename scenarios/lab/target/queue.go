//go:build linux

package target

import (
	"cmp"
	"sync"
	"time"
)

// defaultQueue is how many requests wait for a web target of limited capacity
// that does not say: more than any client has patience for, so that an overload
// outlives its cause, as it does with servers that bound nothing.
const defaultQueue = 10_000

// queue is a server of fixed capacity: requests begin 1/rate apart, first come,
// first served. A place taken by a client that left is still served, which is
// what makes an overload outlive its cause.
type queue struct {
	gap  time.Duration // 1/rate; 0: unlimited
	full time.Duration // the wait beyond which the next is turned away
	mu   sync.Mutex
	free time.Time // when the next request can begin
}

// newQueue serves so many per second and lets places requests wait; 0: the default.
func newQueue(perSecond float64, places int) *queue {
	if perSecond <= 0 {
		return &queue{}
	}
	gap := time.Duration(float64(time.Second) / perSecond)
	return &queue{gap: gap, full: time.Duration(cmp.Or(places, defaultQueue)) * gap}
}

// join takes a place at the end: how long to wait for the turn, and whether
// there was a place.
func (q *queue) join(now time.Time) (wait time.Duration, ok bool) {
	if q.gap == 0 {
		return 0, true
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.free.Before(now) {
		q.free = now
	}
	wait = q.free.Sub(now)
	if wait >= q.full {
		return 0, false
	}
	q.free = q.free.Add(q.gap)
	return wait, true
}

// length is how many wait.
func (q *queue) length(now time.Time) float64 {
	if q.gap == 0 {
		return 0
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	return max(0, float64((q.free.Sub(now)-1)/q.gap)) // the first of them has begun
}
