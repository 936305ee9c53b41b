package sla

import (
	"slices"
	"testing"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// A fault that was counted and whose injection is on no record is no crash.
func TestFaultWithoutItsInjection(t *testing.T) {
	r := usually(crowd{rate: 100, bad: from(20, 99, 1)}).record(1)
	r.Marks = slices.DeleteFunc(r.Marks,
		func(m timeline.Mark) bool { return m.Name == timeline.MarkInject })
	if c := Score(r, timeline.Objectives{Recover: within(5)}); c.Verdict != Inconclusive ||
		!c.Void {
		t.Errorf("%s: %v", c.Verdict, c.Reasons)
	}
}

// Requests that end before they are due, which no run has, are gone through in time.
func TestRequestsThatEndBeforeTheyAreDue(t *testing.T) {
	r := usually(crowd{rate: 100, bad: from(15, 25, 1)}).record(1)
	edit(r, "users-00", func(_ int, q *load.Request) { q.Done = q.Due - 20*sec })
	Score(r, timeline.Objectives{Recover: within(5)})
}
