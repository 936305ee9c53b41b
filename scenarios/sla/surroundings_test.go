package sla

import (
	"testing"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// What the reference sends is no user's experience of the fault: with it or without it the
// users' numbers are the same.
func TestReferenceIsNotCounted(t *testing.T) {
	s := usual()
	r := s.record()
	alone := Score(r, s.goals)
	refer(r, func(*load.Request) {})
	card := Score(r, s.goals)
	if card.Requests != alone.Requests || len(card.Groups) != 1 ||
		card.Impact.Users != alone.Impact.Users {
		t.Errorf("have %+v, want %+v", card.Requests, alone.Requests)
	}
	if card.Generator.RateWanted != 2*alone.Generator.RateWanted {
		t.Errorf("the generator sends both: have %v/s", card.Generator.RateWanted)
	}
	s.goals.Keep = []string{"success of spared in run >= 99%"}
	if err := Fits(s.goals, r.Header); err == nil {
		t.Error("an objective about the reference is taken")
	}
}
