//go:build drill

package faults_test

import (
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults"
)

// A flow that is idle for longer than the middlebox remembers hangs; one that
// is not, and new ones, go on; a flow that stood before is learnt.
func TestIdleDrop(t *testing.T) {
	l := newLab(t, spec(false))
	in := row{name: "idle-drop", fault: &faults.IdleDrop{Link: userPath, After: 2 * time.Second}}.bind(l)
	l.keep()
	_, err := in.Inject(t.Context())
	l.must(err)
	for range 4 { // longer than the memory in all, and never idle for so long
		time.Sleep(700 * time.Millisecond)
		l.wantKept("while it is busy")
	}
	if c := l.proof(in); c.Users != 0 || c.Total != 0 {
		t.Errorf("busy: %+v, want nothing dropped", c)
	}
	time.Sleep(2500 * time.Millisecond)
	before := l.segments()
	var o outcome
	if l.call(l.client, "again", nil, &o); o.Failure != timedOut {
		t.Errorf("after an idle spell: %+v, want a time-out", o)
	}
	// What the client has sent since is what was dropped: its kernel tells, and sends
	// again now and then.
	sent := l.segments()
	c := l.proof(in)
	for next := l.segments(); next != sent; next = l.segments() {
		sent, c = next, l.proof(in)
	}
	if n := uint64(sent - before); c.Users != n || c.Total != n || c.Checks != 0 || !c.Active || n == 0 {
		t.Errorf("after an idle spell: %+v, want %d segments dropped", c, n)
	}
	l.wantAll(from(userAddr, userLink, 5), "")
	_, err = in.Lift(t.Context())
	l.must(err)
	l.clean()
	l.wantAll(from(userAddr, userLink, 5), "")
	_, err = in.Inject(t.Context()) // and it can come again
	l.must(err)
	_, err = in.Lift(t.Context())
	l.must(err)
	l.clean()
}

// segments is how many the kept connection has sent.
func (l *lab) segments() (n uint32) {
	l.t.Helper()
	l.call(l.client, "segments", nil, &n)
	return n
}
