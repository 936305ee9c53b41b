//go:build drill

package faults_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
)

// A lift keeps its promises to clients that wait: of an accept-stall, a client that hung in
// the queue is reset, and one whose SYN found no room gets through with its next one.
func TestAcceptStallLiftedWhileBusy(t *testing.T) {
	t.Parallel()
	const backlog, tries = 4, 12
	l := newLab(t, spec(false))
	in := row{name: "stall", fault: &faults.AcceptStall{Link: userPath, Backlog: backlog}}.bind(l)
	_, err := in.Inject(t.Context())
	l.must(err)
	try := func(n int) chan []outcome {
		tried := make(chan []outcome, 1)
		go func() {
			a := users(n)
			a.Timeout = long
			var out []outcome
			if err := l.client.Call(t.Context(), "try", a, &out); err != nil {
				t.Error(err)
			}
			tried <- out
		}()
		return tried
	}
	counted := func(n uint64) {
		t.Helper()
		if !soon(func() bool { return l.proof(in).Users >= n }) {
			t.Fatalf("counted %+v, want %d SYNs", l.proof(in), n)
		}
	}
	first := try(backlog + 1) // they fill the queue, …
	counted(backlog + 1)
	began := time.Now()
	others := try(tries - backlog - 1) // … and the others find it full
	counted(tries)
	_, err = in.Lift(context.WithoutCancel(t.Context()))
	l.must(err)
	again := time.Since(began) >= 900*time.Millisecond // some SYNs were sent again before it: the machine is busy
	hung, through := 0, 0
	for _, o := range <-first {
		if o.Failure == reset {
			hung++
		}
	}
	for _, o := range <-others {
		if o.Status == 200 {
			through++
		}
	}
	if took := time.Since(began); took < 900*time.Millisecond {
		t.Errorf("let through after %s: want the second SYN, at 1s", took)
	}
	if hung != backlog+1 || through != tries-hung {
		t.Errorf("%d were reset and %d let through: want %d and %d", hung, through, backlog+1,
			tries-backlog-1)
	}
	if c := l.proof(in); c.Users != tries && !again || c.Active {
		t.Errorf("counted %+v, want %d SYNs", c, tries)
	}
	l.clean()
}

// fire makes tries in the background, until they are to stop.
func (l *lab) fire(v volley) (stop func() []tried) {
	fired := make(chan []tried)
	go func() {
		var all []tried
		if err := l.client.Call(l.t.Context(), "fire", v, &all); err != nil {
			l.t.Error(err)
		}
		fired <- all
	}()
	return func() []tried {
		l.t.Helper()
		l.call(l.client, "halt", nil, nil)
		return <-fired
	}
}

// mostAfter is how often a busy machine is given as much time again until a try was hit.
const mostAfter = 10

// sofar are the tries that are over.
func (l *lab) sofar() (all []tried) {
	l.t.Helper()
	l.call(l.client, "sofar", nil, &all)
	return all
}

// liftBusy lifts amid tries, some while after they began and not before one was hit, and
// gives what became of them. It wants the lift not to wait for them, nothing left, and the count to stand still.
func (l *lab) liftBusy(in faults.Injection, v volley, after time.Duration,
	hit func(tried) bool) ([]tried, link.Bracket) {
	l.t.Helper()
	stop := l.fire(v)
	time.Sleep(after)
	for more := mostAfter; more > 0 && !slices.ContainsFunc(l.sofar(), hit); more-- {
		time.Sleep(after)
	}
	l.proof(in) // as a drill does: what another source reports can be read only while it is there
	began := time.Now()
	b, err := in.Lift(context.WithoutCancel(l.t.Context()))
	l.must(err)
	if took := time.Since(began); took >= long {
		l.t.Errorf("lift took %s", took)
	}
	l.clean()
	proof := l.proof(in)
	if !soon(func() bool { return slices.ContainsFunc(l.sofar(), func(t tried) bool { return t.At > b.After }) }) {
		l.t.Error("no try set out after the lift, and was over")
	}
	all := stop()
	if now := l.proof(in); now != proof || now.Active || now.Users == 0 {
		l.t.Errorf("counted %+v, at the lift %+v", now, proof)
	}
	return all, b
}

// A lift amid traffic stops it all at once: clients that set out after it are well, those
// that wait at the time are let go, and the count stands still.
func TestLiftedWhileBusy(t *testing.T) {
	t.Parallel()
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			l, in := r.lab(t)
			_, err := in.Inject(t.Context())
			l.must(err)
			time.Sleep(r.fault.Bite())
			r.wantLiftedBusy(l, in)
		})
	}
}

func TestExecLiftedWhileBusy(t *testing.T) {
	t.Parallel()
	l := newLab(t, spec(false))
	in, _, cut := l.atTheDoor("inject", 0)
	defer cut()
	_, err := in.Inject(t.Context())
	l.must(err)
	refusing.wantLiftedBusy(l, in)
}

// wantLiftedBusy lifts a fault that is in force amid its users.
func (r row) wantLiftedBusy(l *lab, in faults.Injection) {
	l.t.Helper()
	v := volley{attempt: r.users(1), Every: 4 * time.Millisecond}
	switch { // what each costs, beside the labs of other tests
	case r.secure:
		v.Every = 20 * time.Millisecond
	case r.fault.Aim().Proxied:
		v.Every = 10 * time.Millisecond
	}
	if r.hit(outcome{Failure: timedOut}) {
		v.Timeout = patient
	}
	if r.frees {
		v.Long = long // half of them wait for the lift, however late it comes
	}
	after := patient + 100*time.Millisecond // some have waited for as long as they do
	if r.secure && r.slows() {
		after *= 3 // of answers that are late, those of their handshake are too
	}
	all, b := l.liftBusy(in, v, after, func(t tried) bool { return r.hit(t.outcome) })
	hit, later, slow := 0, 0, false
	for _, o := range all {
		well := o.Failure == "" && o.Status == 200 && o.Fault == "" && !r.hit(o.outcome)
		switch {
		case o.At > b.After:
			later++
			switch {
			case r.slows() && o.Status == 200 && o.Fault == "":
				slow = slow || !well // by the machine's doing: the count stands still
			case !well:
				l.t.Errorf("set out after the lift: %+v", o)
			}
		case r.hit(o.outcome):
			if o.Long {
				l.t.Errorf("waited at the lift, and was not let go: %+v", o)
			}
			if o.At < b.Before { // else it is a part of it whether it is counted
				hit++
			}
		case !well && !(r.parts && o.Failure == reset):
			l.t.Errorf("set out before the lift: neither hit nor well: %+v", o)
		}
	}
	if hit == 0 || later == 0 {
		l.t.Errorf("%d were hit before the lift, %d set out after it: want some of both", hit,
			later)
	}
	if c := l.proof(in); r.packets == nil && !c.Blind && !slow && c.Users < uint64(hit) {
		l.t.Errorf("%d were hit, counted %+v", hit, c)
	}
}

// The middlebox drops no flow after a lift amid traffic, which it let alone: a client that
// hangs at the time goes on.
func TestIdleDropLiftedWhileBusy(t *testing.T) {
	t.Parallel()
	l, in := idleDrop.lab(t)
	l.keepFor(long)
	_, err := in.Inject(t.Context())
	l.must(err)
	l.wantKept("new to it")
	time.Sleep(forgets + 500*time.Millisecond)
	hung, _ := l.hang(in)
	all, _ := l.liftBusy(in, volley{attempt: users(1), Every: 2 * time.Millisecond},
		100*time.Millisecond, func(tried) bool { return true })
	for _, o := range all {
		if o.Status != 200 {
			t.Errorf("beside it: %+v", o)
		}
	}
	if o := <-hung; o.Status != 200 {
		t.Errorf("the request that hung: %+v", o)
	}
}
