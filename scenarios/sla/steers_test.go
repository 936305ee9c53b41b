package sla

import (
	"slices"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// steeredAt adds a steer to a record, with a mark per instant: moved, back, moved …
func steeredAt(r *timeline.Record, instants ...int64) {
	r.Header.Steers = append(r.Header.Steers,
		timeline.Steer{Name: "away", When: "pager", What: "users gets standby for web"})
	for i, at := range instants {
		m := timeline.Mark{Name: timeline.MarkSteer, Steer: "away", Before: t0 + at, After: t0 + at}
		if i%2 == 1 {
			m.Name, m.Answers = timeline.MarkSteerBack, 12
		}
		r.Marks = append(r.Marks, m)
	}
}

// The users, out for two seconds from 15 s, were led away at 16 s: what was left of
// it then was not the watcher's to shorten.
func TestSteers(t *testing.T) {
	s := usual()
	r := s.record()
	steeredAt(r, 16*sec, 26*sec, 30*sec)
	card := Score(r, s.goals)
	if card.Verdict != Pass || len(card.Steers) != 1 {
		t.Fatalf("%s %q, steers %+v", card.Verdict, card.Reasons, card.Steers)
	}
	x := card.Steers[0]
	if want := []Move{{16, 26, 12}, {30, -1, 0}}; !slices.Equal(x.Moves, want) {
		t.Errorf("moves %+v, want %+v", x.Moves, want)
	}
	wantTime(t, "settled", x.Settled, 1)
	var marks []string
	for _, p := range card.Picture.Marks {
		if strings.HasPrefix(string(p.What.Code), "steer") {
			marks = append(marks, p.What.String())
		}
	}
	if want := []string{"steer steer=away", "steer-back steer=away", "steer steer=away"}; !slices.Equal(marks, want) {
		t.Errorf("marks %q, want %q", marks, want)
	}
	if without := Score(s.record(), s.goals); without.Steers == nil ||
		without.Times != card.Times && *without.Times.Mitigate != *card.Times.Mitigate {
		t.Errorf("a steer changes what the users had: %+v, %+v", without.Times, card.Times)
	}
}

// For users who were not well while the fault was on, or were well before the move, it
// settled nothing.
func TestSteersThatSettledNothing(t *testing.T) {
	for name, c := range map[string]struct {
		down down
		at   int64
	}{
		"too late":  {down{15 * sec, 17 * sec, 1, "503"}, 20 * sec},
		"in vain":   {down{15 * sec, 27 * sec, 1, "503"}, 16 * sec},
		"no outage": {down{}, 16 * sec},
		"before it": {down{18 * sec, 20 * sec, 1, "503"}, 10 * sec},
	} {
		s := usual()
		s.downs = []down{c.down}
		r := s.record()
		steeredAt(r, c.at)
		if x := Score(r, s.goals).Steers[0]; x.Settled != nil || len(x.Moves) != 1 {
			t.Errorf("%s: %+v", name, x)
		}
	}
	s := usual()
	r := s.record()
	steeredAt(r)
	if x := Score(r, s.goals).Steers[0]; x.Moves == nil || len(x.Moves) != 0 || x.Settled != nil {
		t.Errorf("never moved: %+v", x)
	}
	r.Marks = append(r.Marks, timeline.Mark{Name: timeline.MarkUnlifted, Steer: "away",
		Detail: "steer away: no answer"})
	if card := Score(r, s.goals); card.Verdict != Error ||
		!card.Reasons[0].Equal(Say(NamesLeft, "steer away: no answer")) {
		t.Errorf("%s %q", card.Verdict, card.Reasons)
	}
}
