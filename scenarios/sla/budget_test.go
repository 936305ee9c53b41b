package sla

import (
	"math"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

func TestParseBudget(t *testing.T) {
	for text, want := range map[string]Budget{
		"99.9% per 30d":   {0.999, 30 * 24 * time.Hour},
		" 99%  per  24h ": {0.99, 24 * time.Hour},
	} {
		have, err := ParseBudget(text)
		if err != nil || math.Abs(have.Objective-want.Objective) > 1e-12 ||
			have.Window != want.Window {
			t.Errorf("%q: have %+v, %v", text, have, err)
		}
	}
	for _, bad := range []string{"", "99.9%", "99.9 per 30d", "100% per 30d", "0% per 30d", "99% per month", "99% per 0d", "99% per -1h", "99% per 30 d"} {
		if b, err := ParseBudget(bad); err == nil {
			t.Errorf("%q is taken as %+v", bad, b)
		}
	}
}

// Two seconds of nothing in 25 s are two seconds of the 43.2 min of 99.9 % in 30
// days; a hundred requests that were never sent may have been a second more.
func TestBudget(t *testing.T) {
	s := usual()
	s.downs[0].share, s.goals.Budget = 1, "99.9% per 30d"
	s.adjust = func(q *load.Request) {
		if q.Due >= t0+30*sec && q.Due < t0+31*sec {
			q.Unsent, q.Sent = true, 0
		}
	}
	card := Score(s.record(), s.goals)
	b := card.Budget
	if b == nil || math.Abs(b.Allowed-2592) > 1e-6 || math.Abs(b.Seconds-2*25./24) > 0.02 ||
		math.Abs(b.Most-3) > 0.02 || math.Abs(b.Share-b.Seconds/2592) > 1e-6 {
		t.Errorf("have %+v", b)
	}
	s.goals.Budget = ""
	if card := Score(s.record(), s.goals); card.Budget != nil {
		t.Errorf("without a budget: have %+v", card.Budget)
	}
}

// FuzzParseBudget holds that a budget that is read has an end.
func FuzzParseBudget(f *testing.F) {
	f.Add("99.9% per 30d")
	f.Add("100% per 1e99d")
	f.Fuzz(func(t *testing.T, s string) {
		b, err := ParseBudget(s)
		if err == nil && (!(b.allowed() >= 0) || b.Window <= 0) {
			t.Errorf("%q: %+v", s, b)
		}
	})
}
