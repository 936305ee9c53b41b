package sla

import (
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
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
// outage nothing is absorbed. An outage shows it, and so does the statement of a user who
// wrote a proof command.
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
			s.adjust = func(q *load.Request) {
				if q.Seq%3 == 0 && (q.Due < t0+s.inject+sec || q.Due > t0+s.lift) {
					q.Node = "app-2"
				}
			}
		}
		r := s.record()
		blind(r, c.kind)
		r.Header.Faults[0].Nodes, r.Header.Faults[0].Vouched = []string{"app-2"}, c.kind == "exec"
		card := Score(r, s.goals)
		reasons := strings.Join(lines(card.Reasons), "\n")
		if card.Verdict != c.verdict || card.Faults[0].Absorbed != c.absorbed {
			t.Errorf("%s: have %s %q, %+v; want %s", name, card.Verdict, reasons, card.Faults[0],
				c.verdict)
		}
		if want := "touched=5 unit=SYNs refused link=lb -> app-2 cure=(tell-apart)"; c.verdict == Inconclusive &&
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
	if f := card.Faults[0]; f.Proof.Effective != "yes" || f.Absorbed || f.During != "a-later" ||
		card.Void {
		t.Errorf("have %+v, %q, want it on in the outage of a-later", f, card.Reasons)
	}
	r.Header.Faults[0].Groups = []string{"others"} // the groups it can hit were well
	if f := Score(r, s.goals).Faults[0]; f.Proof.Effective != "unknown" || f.Absorbed ||
		f.During != "" {
		t.Errorf("of other users: have %+v, want it unknown", f)
	}
}

// An application that forwards no traceparent makes a fault of HTTP behind it blind. Its
// own count together with users' failures beyond chance is proof; the count alone is
// none, and the reason names the header.
func TestBehindAnApplicationThatForwardsNothing(t *testing.T) {
	for name, c := range map[string]struct {
		share   float64
		verdict Verdict
		faint   bool
	}{"all fail": {1, Pass, false}, "a few": {0, Pass, true}, "none": {0, Inconclusive, false}} {
		s := two(down{15 * sec, 17 * sec, c.share, "503"})
		limit := 10 * time.Second
		s.goals.Recover = &limit
		s.rate = 1000
		s.adjust = func(q *load.Request) {
			if in := q.Seq - 15_100; c.faint && q.Seq >= 15_100 && in < 1800 && in%300 == 0 {
				q.Class, q.Status = load.Status, 503
			}
		}
		r := s.record()
		p := &r.Proofs[0].Count
		p.Blind, p.Untraced, p.Checks = true, true, 0
		r.Header.Faults[0].Aim, r.Header.Faults[0].Nodes = "mid -> dep", []string{"dep"}
		card := Score(r, s.goals)
		why := strings.Join(lines(card.Reasons), "\n")
		if f := card.Faults[0]; card.Verdict != c.verdict || f.Faint > 0 != c.faint || f.Absorbed {
			t.Errorf("%s: have %s %q, %+v", name, card.Verdict, why, f)
		}
		if c.verdict == Inconclusive && !strings.Contains(why, "(forward-traceparent)") {
			t.Errorf("%s: %q, want it to name the header", name, why)
		}
	}
}

// All requests wait behind one connection that never times out: a dead target is proven
// by its state, though its link saw one packet. A fault of packets is not.
func TestStateIsProof(t *testing.T) {
	for _, state := range []bool{true, false} {
		s := two(down{15 * sec, 26 * sec, 1, "hang"})
		limit := 3 * time.Second
		s.goals.Recover = &limit
		s.touched = 1
		r := s.record()
		r.Header.Faults[0].Kind, r.Header.Faults[0].State = "kill", state
		card := Score(r, s.goals)
		if want := map[bool]Verdict{true: Pass, false: Inconclusive}[state]; card.Verdict != want {
			t.Errorf("state %v: have %s %q, want %s", state, card.Verdict, card.Reasons, want)
		}
		s.goals.Mitigate = &limit
		if card := Score(r, s.goals); state && card.Verdict != Fail {
			t.Errorf("unwell for longer than may be: have %s %q", card.Verdict, card.Reasons)
		}
	}
}

// Why a fault met none of the users' requests is stated as it is.
func TestUntouchedSaysWhy(t *testing.T) {
	for want, change := range map[string]func(*timeline.Record){
		"unread-protocol protocol=HTTP/2 link=users -> web": func(r *timeline.Record) { r.Proofs[0].Count.Unread = "HTTP/2" },
		"none-opened link=users -> web":                     func(r *timeline.Record) { r.Header.Faults[0].New = true },
		"all-spared":                                        func(r *timeline.Record) { r.Header.Faults[0].Spares = true },
		"none-met link=users -> web":                        func(*timeline.Record) {},
	} {
		s := two()
		s.unused = true
		r := s.record()
		change(r)
		if why := strings.Join(lines(Score(r, s.goals).Reasons), "\n"); !strings.Contains(why,
			want) {
			t.Errorf("have %q, want %q", why, want)
		}
	}
}

// A front that asks its only backend again until it is answered fails no user, and no other
// node takes over: that users were served more slowly while the fault was on shows that
// they met it.
func TestRetryingFrontMetIt(t *testing.T) {
	for _, late := range []bool{true, false} {
		s := two()
		limit := 10 * time.Second
		s.goals.Recover = &limit
		s.adjust = func(q *load.Request) {
			if at := q.Due - t0; late && at >= 15*sec && at < 25*sec {
				q.Done += 80 * ms
			}
		}
		r := s.record()
		blind(r, "loss")
		r.Proofs[0].Count.Users, r.Proofs[0].Count.Total = 400, 400
		r.Header.Faults[0].Aim, r.Header.Faults[0].Nodes = "front -> back", []string{"web"}
		card := Score(r, s.goals)
		if want := map[bool]string{true: "yes",
			false: "unknown"}[late]; card.Faults[0].Proof.Effective != want {
			t.Errorf("more slowly %v: have %s %q, %+v", late, card.Verdict, card.Reasons,
				card.Faults[0])
		}
	}
}
