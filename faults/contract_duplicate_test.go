//go:build drill

package faults_test

import (
	"testing"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
)

// doubled is what a proof counts that is of packets sent twice, either way: of a packet that
// conntrack cannot classify none arrives, and no fault drew it.
func doubled(p passed) uint64 { return p.arrived - p.sent + p.received - p.answered + p.invalid }

// never is the outcome of a fault that a sound stack makes good for.
func never(outcome) bool { return false }

// Packets that come twice hurt no user, which no row of the contract can hold: users are
// well, every packet arrives twice at the link's ends, and is counted.
func TestContractDuplicate(t *testing.T) {
	t.Parallel()
	r := row{name: "duplicate", fault: &faults.Duplicate{Link: userPath}, hit: never}
	l, in := r.lab(t)
	between := l.ends()
	l.keep()
	held{lab: l, in: in, bite: r.fault.Bite(), well: func(when string) {
		l.atRest(in, between)
		between.begin(l)
		r.wantWell(l, when)
		l.wantKept(when)
		if _, p := l.atRest(in, between); doubled(p) != 0 {
			t.Errorf("%s: %d packets came twice: %+v", when, doubled(p), p)
		}
		between.begin(l)
	}, bitten: func(b link.Bracket) {
		r.wantWell(l, "during the fault")
		l.wantKept("during the fault")
		c, p := l.atRest(in, between)
		if c.Users != doubled(p) || c.Total != c.Users || c.Unit != "packets sent twice" ||
			!c.Active {
			t.Errorf("proof %+v, want %d packets: %+v", c, doubled(p), p)
		}
		l.wantTouched(r.name, c.First)
	}}.hold()
}
