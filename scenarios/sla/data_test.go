package sla

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// ledger is a drill whose requests are writes: of those acknowledged before the
// fault, at 15 s, the last n are lost, and the k before them have no finding.
func ledger(n, k int, goals timeline.Objectives) *timeline.Record {
	s := usual()
	s.downs = []down{{15 * sec, 17 * sec, 1, "503"}}
	s.goals = goals
	r := s.record()
	g := &r.Header.Groups[0]
	g.Ledger = true
	var before []uint64
	r.Findings = map[string][]load.Finding{}
	edit(r, g.Name, func(_ int, q *load.Request) {
		if q.Class == load.OK {
			q.Status = 200
		}
		if !q.Acknowledged() {
			return
		}
		if q.Done <= t0+15*sec {
			before = append(before, q.Seq)
		}
	})
	for q := range r.Requests[g.Name].All() {
		i := slices.Index(before, q.Seq)
		if !q.Acknowledged() || i >= len(before)-n-k && i < len(before)-n && i >= 0 {
			continue
		}
		r.Findings[g.Name] = append(r.Findings[g.Name],
			load.Finding{Seq: q.Seq, Lost: i >= len(before)-n && i >= 0})
	}
	return r
}

func TestDataIsJudged(t *testing.T) {
	number := func(n int) *int { return &n }
	for name, c := range map[string]struct {
		lost, unknown int
		goals         timeline.Objectives
		result, said  string
	}{
		"none lost":        {0, 0, timeline.Objectives{Lose: number(0)}, Met, "count=0 of="},
		"none lost, rpo 0": {0, 0, timeline.Objectives{RPO: limit(0)}, Met, "time seconds=0 "},
		"one lost":         {1, 0, timeline.Objectives{Lose: number(0)}, Missed, "count=1 of="},
		"one lost, rpo 0":  {1, 0, timeline.Objectives{RPO: limit(0)}, Missed, "resolution_seconds=0.01"},
		"half a second": {50, 0, timeline.Objectives{RPO: limit(time.Second)}, Met,
			"time seconds=0.48"},
		"half a second missed": {50, 0, timeline.Objectives{RPO: limit(300 * time.Millisecond)},
			Missed, "time seconds=0.48"},
		"within the gap": {50, 0, timeline.Objectives{RPO: limit(495 * time.Millisecond)},
			Undecided, "time seconds=0.48"},
		"unknown": {0, 1, timeline.Objectives{Lose: number(0)}, Undecided,
			"count-between least=0 most=1"},
		"unknown, enough room": {1, 1, timeline.Objectives{Lose: number(2)}, Met, "count=1 of="},
		"unknown, rpo": {10, 90, timeline.Objectives{RPO: limit(500 * time.Millisecond)},
			Undecided, "resolution_seconds=0.01"},
		"unknown, rpo 0": {0, 1, timeline.Objectives{RPO: limit(0)}, Undecided, "least=(time seconds=0 "},
		"unknown, still met": {10, 10, timeline.Objectives{RPO: limit(500 * time.Millisecond)},
			Met, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := ledger(c.lost, c.unknown, c.goals)
			card := Score(r, c.goals)
			o := card.Objectives[0]
			if o.Result != c.result || !strings.Contains(o.Measured.String(), c.said) {
				t.Errorf("have %+v, want %s of %q", o, c.result, c.said)
			}
			d := card.Data
			if d.Lost != uint64(c.lost) || d.Unknown != uint64(c.unknown) ||
				d.There+d.Lost+d.Unknown != d.Acknowledged || d.Acknowledged < 3000 {
				t.Errorf("counts: %+v", d)
			}
		})
	}
}

// What was never read back is no pass, whatever the limits.
func TestDataNotReadBack(t *testing.T) {
	many := 1_000_000
	goals := timeline.Objectives{Lose: &many, RPO: limit(time.Hour)}
	r := ledger(0, 0, goals)
	r.Findings = nil
	card := Score(r, goals)
	for _, o := range card.Objectives {
		if o.Result != Undecided || o.Why.Code != NoWriteReadBack {
			t.Errorf("have %+v", o)
		}
	}
	if card.Data.RPO != nil || card.Verdict != Inconclusive {
		t.Errorf("have %s, rpo %v", card.Verdict, card.Data.RPO)
	}
}

// A write lost although it was acknowledged after the fault, as with two active
// nodes, counts up to the youngest of its kind.
func TestDataLostAfterTheFault(t *testing.T) {
	r := ledger(0, 0, timeline.Objectives{})
	name := r.Header.Groups[0].Name
	at := map[uint64]int64{}
	for q := range r.Requests[name].All() {
		at[q.Seq] = q.Done - t0
	}
	for i, f := range r.Findings[name] {
		r.Findings[name][i].Lost = at[f.Seq] > 14*sec && at[f.Seq] < 18*sec
	}
	if have := Score(r, timeline.Objectives{}).Data.RPO.Seconds; have < 3.97 || have > 4 {
		t.Errorf("rpo: have %g s, want 4 s less a gap", have)
	}
}

// Two faults, each of which loses what was acknowledged within the 100 ms before it: each
// loss is of that fault, and the RPO is the greater of the two, not from the first loss
// to the second.
func TestLossIsOfTheFaultInWhoseTimeItWas(t *testing.T) {
	r := ledger(0, 0, timeline.Objectives{})
	also(r, "a-later", 32*sec, 34*sec)
	name := r.Header.Groups[0].Name
	at := map[uint64]int64{}
	for q := range r.Requests[name].All() {
		at[q.Seq] = q.Done - t0
	}
	lose := func(from, to int64) {
		for i, f := range r.Findings[name] {
			r.Findings[name][i].Lost = f.Lost || at[f.Seq] > from && at[f.Seq] <= to
		}
	}
	rpo := func() float64 { return Score(r, timeline.Objectives{}).Data.RPO.Seconds }
	lose(14*sec+900*ms, 15*sec)
	lose(31*sec+800*ms, 32*sec)
	if have := rpo(); have < 0.18 || have > 0.2 {
		t.Errorf("rpo: have %g s, want 200 ms less a gap", have)
	}
	lose(32*sec, 33*sec) // acknowledged while the second was on
	if have := rpo(); have < 1.17 || have > 1.2 {
		t.Errorf("rpo: have %g s, want 1.2 s less a gap", have)
	}
}

// Acknowledged writes that are gone fail the run, though no request failed and nothing
// is proven of the fault: a split brain shows nowhere else.
func TestProvenLossFails(t *testing.T) {
	none := 0
	goals := timeline.Objectives{Lose: &none}
	for _, lost := range []int{393, 0} {
		r := ledger(lost, 0, goals)
		edit(r, r.Header.Groups[0].Name,
			func(_ int, q *load.Request) { q.Class, q.Status = load.OK, 200 })
		for q := range r.Requests[r.Header.Groups[0].Name].All() { // those of the outage, too, are there
			if !slices.ContainsFunc(r.Findings["users"],
				func(f load.Finding) bool { return f.Seq == q.Seq }) {
				r.Findings["users"] = append(r.Findings["users"], load.Finding{Seq: q.Seq})
			}
		}
		r.Proofs[0].Count.Users = 0
		card := Score(r, goals)
		if want := map[bool]Verdict{true: Fail,
			false: Inconclusive}[lost > 0]; card.Verdict != want || card.Void == (lost > 0) {
			t.Errorf("%d lost: have %s (void %v) %q, want %s", lost, card.Verdict, card.Void,
				card.Reasons, want)
		}
		if lost > 0 && card.Reasons[0].Of("objective") != "max-lost-writes" {
			t.Errorf("reasons %q, want the loss first", card.Reasons)
		}
	}
}
