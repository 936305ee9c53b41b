//go:build drill

package faults_test

import (
	"context"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults"
)

// A lift keeps its promises to those who wait: of an accept-stall, who hung in the
// queue is reset, and whose SYN found no room gets through with its next one.
func TestAcceptStallLiftedWhileBusy(t *testing.T) {
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
	first := try(backlog + 1) // they fill the queue, …
	time.Sleep(200 * time.Millisecond)
	began := time.Now()
	others := try(tries - backlog - 1) // … and the others find it full
	time.Sleep(300 * time.Millisecond)
	_, err = in.Lift(context.WithoutCancel(t.Context())) // before any SYN is sent again
	l.must(err)
	hung, through := 0, 0
	for _, o := range <-first {
		if o.Failure == reset && o.Took < 900*time.Millisecond {
			hung++
		}
	}
	for _, o := range <-others {
		if o.Status == 200 {
			through++
		}
	}
	if took := time.Since(began); took < 900*time.Millisecond || took > 3*time.Second {
		t.Errorf("let through after %s: want the second SYN, at 1s", took)
	}
	if hung != backlog+1 || through != tries-hung {
		t.Errorf("%d were reset and %d let through: want %d and %d", hung, through, backlog+1, tries-backlog-1)
	}
	if c := l.proof(in); c.Users != tries || c.Active {
		t.Errorf("counted %+v, want %d SYNs", c, tries)
	}
	l.clean()
}

// A lift amid traffic stops it all at once: who sets out after it is well, and the
// count stands still.
func TestPacketFaultsLiftedWhileBusy(t *testing.T) {
	for _, r := range rows {
		if a := r.fault.Aim(); a.Link == "" || a.Proxied || r.share < 1 {
			continue
		}
		t.Run(r.name, func(t *testing.T) {
			l := newLab(t, r.spec())
			in := r.bind(l)
			_, err := in.Inject(t.Context())
			l.must(err)
			time.Sleep(r.fault.Bite())
			v := volley{attempt: r.users(1), Every: 2 * time.Millisecond}
			fired := make(chan []tried)
			go func() {
				var all []tried
				if err := l.client.Call(t.Context(), "fire", v, &all); err != nil {
					t.Error(err)
				}
				fired <- all
			}()
			time.Sleep(100 * time.Millisecond)
			b, err := in.Lift(context.WithoutCancel(t.Context()))
			l.must(err)
			l.clean()
			proof := l.proof(in)
			time.Sleep(100 * time.Millisecond)
			l.call(l.client, "cease", nil, nil)
			hit, after := 0, 0
			for _, o := range <-fired {
				switch {
				case o.At > b.After && (o.Status != 200 || o.Fault != ""):
					t.Errorf("set out after the lift: %+v", o)
				case o.At > b.After:
					after++
				case r.hit(o.outcome):
					hit++
				}
			}
			if hit == 0 || after == 0 {
				t.Errorf("%d were hit before the lift, %d set out after it: want some of both", hit, after)
			}
			if now := l.proof(in); now != proof || now.Users == 0 {
				t.Errorf("counted %+v, at the lift %+v", now, proof)
			}
		})
	}
}
