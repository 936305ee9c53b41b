//go:build drill

package drills

import (
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// Case 5.1: a region of 30 % of the users, impact level 2, is led to the standby when
// the probe has noticed, is well when the last copy of the old answer has ended,
// and goes back; no other client is led anywhere, the probe neither.
func TestDrillRegionSlow(t *testing.T) {
	t.Parallel()
	o := run(t, "region-slow")
	o.want(t, sla.Pass, 0)
	if i := o.card.Impact; i.Level != 2 && i.UsersHit <= 15 {
		t.Errorf("impact %+v: want level 2", i)
	}
	x := o.card.Steers[0]
	if len(x.Moves) != 1 {
		t.Fatalf("steers %+v: want one move", x)
	}
	m, f := x.Moves[0], o.card.Faults[0]
	busy := 1 + o.card.Generator.LagP99 // seconds that it may take to act on it
	if noticed := float64(f.Effect) + o.card.Times.Detect.Seconds; m.At < noticed-0.1 ||
		m.At > noticed+busy {
		t.Errorf("moved at %g s, noticed at %g s", m.At, noticed)
	}
	if m.Back < f.Clear || m.Back > f.Clear+3+sla.Number(busy) || m.Answers == 0 {
		t.Errorf("back at %g s after %d answers, the fault was gone at %g s", m.Back, m.Answers,
			f.Clear)
	}
	within(t, "well after the move, at a TTL of 2 s", x.Settled, 0, 3+o.card.Generator.LagP99)
	r := o.record(t)
	led := 0
	for q := range r.Requests["page/east"].All() {
		if q.Node == "standby" {
			led++
		}
	}
	for q := range r.Requests["page/west"].All() {
		if q.Node == "standby" {
			t.Fatalf("the west was led away: %+v", q)
		}
	}
	if led < 150 {
		t.Errorf("%d requests of the east were answered by the standby", led)
	}
	for _, a := range r.Answers {
		// A question asked just before the lift is answered after it, on time.
		asked, answered := float64(a.Start-r.Marks[0].Before)/1e9, float64(a.End-r.Marks[0].Before)/1e9
		if a.Known && a.Good && asked > m.At && answered < float64(f.Lift) {
			t.Errorf("the probe was content at %.2f s, with the fault on: %+v", answered, a)
		}
	}
}

// With the case's own TTL no client in the region gets the new address in time.
func TestLongRegionSlowTTL(t *testing.T) {
	t.Parallel()
	o := run(t, sibling(t, "region-slow", "ttl: 2s", "ttl: 42s"))
	o.want(t, sla.Fail, 1)
	if x, m := o.card.Steers[0], o.card.Times.Mitigate; x.Settled != nil || len(x.Moves) != 1 ||
		m == nil || !m.Censored {
		t.Errorf("steers %+v, mitigate %+v: want it moved in vain", x, m)
	}
}
