package sla

import (
	"strings"
	"testing"
)

// A fault of the monitoring alone is proven by its own count, or its targets' state, and is
// neither absorbed nor what users had. One that met nothing, or no monitoring, proves
// nothing.
func TestFaultOfMonitoring(t *testing.T) {
	for name, c := range map[string]struct {
		monitoring, state bool
		total             uint64
		verdict           Verdict
		reason            string
	}{
		"counted":             {true, false, 7, Pass, ""},
		"too few":             {true, false, 4, Inconclusive, "fault-too-few-own fault=deaf touched=4"},
		"nothing":             {true, false, 0, Inconclusive, "fault-too-few-own fault=deaf touched=0"},
		"dead":                {true, true, 0, Pass, ""},
		"of nothing":          {false, true, 0, Inconclusive, "fault-untouched fault=deaf"},
		"of nothing, counted": {false, false, 7, Inconclusive, "fault-untouched fault=deaf"},
	} {
		r := usual().record()
		f, p := r.Header.Faults[0], r.Proofs[0]
		f.Name, f.Unmet, f.Monitoring, f.State, f.Groups = "deaf", true, c.monitoring, c.state, nil
		p.Fault, p.Count.Users, p.Count.Total = "deaf", 0, c.total
		r.Header.Faults, r.Proofs = append(r.Header.Faults, f), append(r.Proofs, p)
		for _, m := range r.Marks {
			if m.Fault == "fault" {
				m.Fault = "deaf"
				r.Marks = append(r.Marks, m)
			}
		}
		card := Score(r, r.Header.Objectives)
		if have := strings.Join(lines(card.Reasons), "\n"); card.Verdict != c.verdict ||
			!strings.Contains(have, c.reason) {
			t.Errorf("%s: have %s, %q, want %s, %q", name, card.Verdict, have, c.verdict, c.reason)
		}
		if f := card.Faults[1]; f.Absorbed || f.Outage != nil {
			t.Errorf("%s: %+v", name, f)
		}
		if len(card.Outages) != 1 || len(card.Outages[0].By) != 1 || card.Outages[0].By[0] != "fault" {
			t.Errorf("%s: outages %+v", name, card.Outages)
		}
	}
}
