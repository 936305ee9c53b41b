//go:build drill

package faults_test

import (
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
)

// What a busy machine does to tries, watches and waits is no fault's doing.

// slows: a hit request is answered late, and else well.
func (r row) slows() bool { return r.hit(outcome{Status: 200, Took: long}) }

func (r row) wantWell(l *lab, when string) {
	l.t.Helper()
	a := r.users(20)
	a.Timeout = long // nothing is in the way
	all := l.try(a)
	for more := mostAfter; r.slows() && more > 0 && slices.ContainsFunc(all, r.hit); more-- {
		all = l.try(a) // a machine that is busy is slow for a while, a fault for good
	}
	for _, o := range all {
		if o.Failure != "" || o.Status != 200 || o.Fault != "" || r.hit(o) {
			l.t.Fatalf("%s: %+v", when, o)
		}
	}
}

// late distinguishes a try that a busy machine answered too late from one that was hit.
func (r row) late(o outcome) bool { return r.handshakes && o.Failure == timedOut && o.Dialled > 0 }

// again is how often, at most, a try was counted besides the once: a machine that is busy
// may give a connect up so late that its kernel has sent the SYN again, after a second and
// two more.
func (r row) again(o outcome) uint64 {
	if r.asks || !r.hit(outcome{Failure: timedOut}) ||
		max(o.Took, o.Dialled) < 950*time.Millisecond {
		return 0
	}
	return uint64(max(o.Took, o.Dialled)/time.Second) + 1
}

// touches are the events so far; they are sent within two polls of the count, on a machine
// that has time for it.
func (l *lab) touches() []link.Touched {
	time.Sleep(50 * time.Millisecond)
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.touched)
}

// wantTouched waits for the event that a rule first touched a user then.
func (l *lab) wantTouched(rule string, at int64) {
	l.t.Helper()
	var e []link.Touched
	if !soon(func() bool { e = l.touches(); return slices.Contains(e, link.Touched{Rule: rule, At: at}) }) {
		l.t.Errorf("events %+v, want one of %s at %d", e, rule, at)
	}
}

// soon waits until something is so, for as long as a busy machine may need.
func soon(is func() bool) bool {
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			return false
		}
	}
	return true
}
