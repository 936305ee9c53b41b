package sla

import (
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/loadgen"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// blind makes a record's fault one of packets between two targets: five checks of a
// balancer whose users' connections stand, say.
func blind(r *timeline.Record, kind string) {
	r.Header.Faults[0].Kind, r.Header.Faults[0].Aim = kind, "lb -> app-2"
	c := &r.Proofs[0].Count
	c.Blind, c.Users, c.Total, c.Unit = true, 5, 5, "SYNs refused"
}

// A count that may be checks alone is no proof that users met the fault: without an
// outage nothing is absorbed. An outage shows it, and so does the word of who wrote a
// proof of his own.
func TestBlindCountIsNoProofAlone(t *testing.T) {
	for name, c := range map[string]struct {
		kind     string
		outage   bool
		verdict  Verdict
		absorbed bool
	}{
		"no outage":    {"refuse", false, Inconclusive, false},
		"an outage":    {"refuse", true, Pass, false},
		"own commands": {"exec", false, Pass, true},
		"led away":     {"kill", false, Pass, true},
	} {
		s := usual()
		if !c.outage {
			s.downs = nil
		}
		if c.kind == "kill" { // the balancer found it first
			s.adjust = func(q *loadgen.Request) {
				if q.Seq%3 == 0 && (q.Due < t0+s.inject+sec || q.Due > t0+s.lift) {
					q.Node = "app-2"
				}
			}
		}
		r := s.record()
		blind(r, c.kind)
		r.Header.Faults[0].Nodes = []string{"app-2"}
		card := Score(r, s.goals)
		reasons := strings.Join(card.Reasons, "\n")
		if card.Verdict != c.verdict || card.Faults[0].Absorbed != c.absorbed {
			t.Errorf("%s: have %s %q, %+v; want %s", name, card.Verdict, reasons, card.Faults[0], c.verdict)
		}
		if want := "5 SYNs refused on lb -> app-2, users' and checks' together, and no outage"; c.verdict == Inconclusive &&
			(!strings.Contains(reasons, want) || card.Faults[0].Proof.Effective != "unknown") {
			t.Errorf("%s: %q, %+v, want %q", name, reasons, card.Faults[0].Proof, want)
		}
	}
}

// A fault with a blind count that was on in another's outage, as the cut of a
// replication is when the primary is killed, is neither absorbed nor without proof.
func TestBlindCountBesideAnotherFault(t *testing.T) {
	s := two(down{20 * sec, 23 * sec, 1, "reset"})
	r := s.record()
	blind(r, "blackhole")
	also(r, "a-later", 20*sec, 24*sec)
	card := Score(r, s.goals)
	if f := card.Faults[0]; f.Proof.Effective != "yes" || f.Absorbed || f.During != "a-later" || card.Void {
		t.Errorf("have %+v, %q, want it on in the outage of a-later", f, card.Reasons)
	}
	r.Header.Faults[0].Groups = []string{"others"} // whom it can hit were well
	if f := Score(r, s.goals).Faults[0]; f.Proof.Effective != "unknown" || f.Absorbed || f.During != "" {
		t.Errorf("of other users: have %+v, want it unknown", f)
	}
}
