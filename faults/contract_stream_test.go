//go:build drill

package faults_test

import (
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/switchboard"
)

// A connection that stands gets an RST with the apply, and counts without a
// request; one that stands on another link goes on.
func TestResetMeetsEstablished(t *testing.T) {
	l := newLab(t, spec(true))
	l.keep()
	l.apply(switchboard.Rule{Name: "other", Links: []string{lbPath}, Reset: &switchboard.Reset{}})
	l.wantKept("beside a link that resets")
	l.apply(switchboard.Rule{Name: "cut", Links: []string{userPath}, Reset: &switchboard.Reset{}})
	if c := l.count("cut"); c.Users != 1 || c.Total != 1 {
		t.Errorf("one connection stood, counted %+v", c)
	}
	l.wantReset("after the apply")
	l.lift("cut")
	l.lift("other")
	l.clean()
}

// By age, a connection is reset when it is old enough, busy or not; a younger one
// and one whose time comes after the lift are not.
func TestResetByAge(t *testing.T) {
	const age = time.Second
	l := newLab(t, spec(true))
	l.keep()
	l.apply(switchboard.Rule{Name: "old", Links: []string{userPath}, Reset: &switchboard.Reset{In: age}})
	for _, o := range l.try(users(5)) {
		if o.Status != 200 {
			t.Errorf("a young connection: %+v", o)
		}
	}
	time.Sleep(age)
	l.wantReset("at its age")
	if c := l.count("old"); c.Users != 1 || c.Total != 1 {
		t.Errorf("one connection grew old, counted %+v", c)
	}
	l.keep()
	l.lift("old")
	l.clean()
	time.Sleep(age)
	l.wantKept("at its age, after the lift")
}

func (l *lab) wantReset(when string) {
	l.t.Helper()
	var o outcome
	l.call(l.client, "again", nil, &o)
	if o.Failure != reset {
		l.t.Errorf("kept connection %s: %+v, want a reset", when, o)
	}
}
