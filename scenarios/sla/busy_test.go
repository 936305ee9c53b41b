package sla

import (
	"slices"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Answers that stay slower after the recovery are reported with how busy the machine was,
// where some task waited for CPU half of the time: it may be the machine's doing.
func TestSlowerAtEndBesideABusyMachine(t *testing.T) {
	s := sim{rate: 100, length: 40 * time.Second, inject: 15 * sec, lift: 20 * sec,
		downs: []down{{15 * sec, 20 * sec, 1, "503"}},
		goals: timeline.Objectives{Recover: within(5)}}
	s.adjust = func(q *load.Request) {
		if q.Due > t0+22*sec {
			q.Done += 100 * ms
		}
	}
	for waited, want := range map[float64][]string{0.1: {"slower-at-end"}, 0.9: {"slower-at-end", "machine-busy"}} {
		r := s.record()
		r.Usage = append(r.Usage, load.Usage{At: t0 + 39*sec,
			Machine: load.Pressure{Load: 4, Cores: 2, CPU: &waited}})
		card := Score(r, s.goals)
		var have []string
		for _, x := range card.Reasons {
			have = append(have, string(x.Code))
		}
		if card.Verdict != Inconclusive || !slices.Equal(have, want) {
			t.Errorf("waited %v of the time: have %s %q, want %q", waited, card.Verdict, have, want)
		}
	}
}
