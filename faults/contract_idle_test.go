//go:build drill

package faults_test

import (
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
)

// forgets is how long a flow may be idle here: a machine may stand still for a second.
const forgets = 5 * time.Second

var idleDrop = row{name: "idle-drop", fault: &faults.IdleDrop{Link: userPath, After: forgets},
	hit: failed(timedOut)}

// A flow that is idle for longer than the middlebox remembers hangs; one that
// is not, and new ones, go on; a flow that stood before is learnt. At the lift what
// hangs goes on, and from then on no flow is too idle.
func TestIdleDrop(t *testing.T) {
	t.Parallel()
	l, in := idleDrop.lab(t)
	l.keepFor(long)
	var hung <-chan outcome
	// No bite: waiting for the table's timeout leaves a flow idle for that long.
	held{lab: l, in: in, well: func(when string) {
		idleDrop.wantWell(l, when)
		if hung != nil {
			if o := <-hung; o.Status != 200 {
				t.Errorf("the request that hung, %s: %+v", when, o)
			}
			hung = nil
		}
		l.wantKept(when)
	}, bitten: func(b link.Bracket) {
		for range 8 { // longer than the memory in all, and never idle for so long
			time.Sleep(700 * time.Millisecond)
			l.wantKept("while it is busy")
		}
		if c := l.proof(in); c.Users != 0 || c.Total != 0 {
			t.Errorf("busy: %+v, want nothing dropped", c)
		}
		time.Sleep(forgets + 500*time.Millisecond)
		var c link.Count
		hung, c = l.hang(in)
		if c.First < b.Before || c.Last < c.First {
			t.Errorf("first touched at %d, last at %d; injected at %d", c.First, c.Last, b.Before)
		}
		l.wantTouched(idleDrop.name, c.First)
		idleDrop.wantWell(l, "beside it")
	}}.hold()
	before := l.proof(in)
	time.Sleep(forgets + 500*time.Millisecond)
	l.wantKept("idle after Lift")
	if c := l.proof(in); c != before {
		t.Errorf("counted after the lift: %+v, was %+v", c, before)
	}
}

// hang asks on the kept connection, and wants the answer, which is sent on the channel when
// it comes, to be long in coming, and the proof to count all that the client sends
// meanwhile.
func (l *lab) hang(in faults.Injection) (<-chan outcome, link.Count) {
	l.t.Helper()
	hung := make(chan outcome, 1)
	before, began := l.segments(), time.Now()
	go func() {
		var o outcome
		if err := l.client.Call(l.t.Context(), "again", nil, &o); err != nil {
			l.t.Error(err)
		}
		if time.Since(began) < patient {
			l.t.Errorf("after an idle spell: %+v at once, want silence", o)
		}
		hung <- o
	}()
	time.Sleep(patient)
	// All that the client has sent since was dropped: its kernel counts it, and sends again
	// now and then.
	sent := l.segments()
	c := l.proof(in)
	for next := l.segments(); next != sent; next = l.segments() {
		sent, c = next, l.proof(in)
	}
	if n := uint64(sent - before); c.Users != n || c.Total != n || c.Checks != 0 || !c.Active ||
		n == 0 {
		l.t.Errorf("after an idle spell: %+v, want %d segments dropped", c, n)
	}
	return hung, c
}

// segments is how many the kept connection has sent.
func (l *lab) segments() (n uint32) {
	l.t.Helper()
	l.call(l.client, "segments", nil, &n)
	return n
}

// Where it is as reset, what comes of a flow that was idle for too long gets an RST at once,
// and is counted; new flows go on.
func TestIdleDropAsReset(t *testing.T) {
	t.Parallel()
	r := row{name: "idle-drop", fault: &faults.IdleDrop{Link: userPath, After: forgets,
		As: "reset"}, hit: failed(reset)}
	l, in := r.lab(t)
	l.keepFor(long)
	_, err := in.Inject(t.Context())
	l.must(err)
	l.wantKept("learnt")
	time.Sleep(forgets + 500*time.Millisecond)
	var o outcome
	l.call(l.client, "again", nil, &o)
	if c := l.proof(in); !r.hit(o) || o.Took >= long || c.Users != 1 || c.Total != 1 ||
		c.Unit != "packets refused" {
		t.Errorf("after an idle spell: %+v, counted %+v", o, c)
	}
	r.wantWell(l, "beside it")
	l.wantLifted(in)
	r.wantWell(l, "after Lift")
}
