package sla

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// ledger is a drill whose requests are writes: of those acknowledged before the
// fault, at 15 s, the last n are lost, and the k before them are not told of.
func ledger(n, k int, goals timeline.Objectives) *timeline.Record {
	s := usual()
	s.downs = []down{{15 * sec, 17 * sec, 1, "503"}}
	s.goals = goals
	r := s.record()
	g := &r.Header.Groups[0]
	g.Ledger = true
	var before []uint64
	r.Findings = map[string][]loadgen.Finding{}
	edit(r, g.Name, func(_ int, q *loadgen.Request) {
		if q.Class == loadgen.OK {
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
		r.Findings[g.Name] = append(r.Findings[g.Name], loadgen.Finding{Seq: q.Seq, Lost: i >= len(before)-n && i >= 0})
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
		"none lost":            {0, 0, timeline.Objectives{Lose: number(0)}, Met, "0 of "},
		"none lost, rpo 0":     {0, 0, timeline.Objectives{RPO: limit(0)}, Met, "0 s"},
		"one lost":             {1, 0, timeline.Objectives{Lose: number(0)}, Missed, "1 of "},
		"one lost, rpo 0":      {1, 0, timeline.Objectives{RPO: limit(0)}, Missed, " ± 10 ms"},
		"half a second":        {50, 0, timeline.Objectives{RPO: limit(time.Second)}, Met, "489 ms ± 10 ms"},
		"half a second missed": {50, 0, timeline.Objectives{RPO: limit(300 * time.Millisecond)}, Missed, "489 ms ± 10 ms"},
		"within the gap":       {50, 0, timeline.Objectives{RPO: limit(495 * time.Millisecond)}, Undecided, "489 ms ± 10 ms"},
		"unknown":              {0, 1, timeline.Objectives{Lose: number(0)}, Undecided, "0 to 1 of "},
		"unknown, enough room": {1, 1, timeline.Objectives{Lose: number(2)}, Met, "1 of "},
		"unknown, rpo":         {10, 90, timeline.Objectives{RPO: limit(500 * time.Millisecond)}, Undecided, " ± 10 ms to "},
		"unknown, rpo 0":       {0, 1, timeline.Objectives{RPO: limit(0)}, Undecided, "0 s"},
		"unknown, still met":   {10, 10, timeline.Objectives{RPO: limit(500 * time.Millisecond)}, Met, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := ledger(c.lost, c.unknown, c.goals)
			card := Score(r, c.goals)
			o := card.Objectives[0]
			if o.Result != c.result || !strings.Contains(o.Measured, c.said) {
				t.Errorf("have %+v, want %s of %q", o, c.result, c.said)
			}
			d := card.Data
			if d.Lost != uint64(c.lost) || d.Unknown != uint64(c.unknown) || d.There+d.Lost+d.Unknown != d.Acknowledged || d.Acknowledged < 3000 {
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
		if o.Result != Undecided || o.Why != "no write was read back" {
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
