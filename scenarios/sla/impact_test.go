package sla

import (
	"math"
	"testing"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// 100 users, each active in every second: exactly 30 of them are hit, and there
// is no doubt of the level. Where only some of the users were active there is.
func TestImpactOfKnownUsers(t *testing.T) {
	s := usual()
	s.downs = nil
	s.adjust = func(q *load.Request) {
		if q.Due >= t0+15*sec && q.Due < t0+17*sec && q.User < 30 {
			q.Class, q.Status = load.Status, 503
		}
	}
	r := s.record()
	if i := Score(r, s.goals).Impact; i.Level != 2 || i.LevelUncertain || i.Peak != 0.3 {
		t.Errorf("all active: have %+v", i)
	}
	r.Header.Groups[0].Users = 1000
	if i := Score(r, s.goals).Impact; i.Level != 3 || !i.LevelUncertain {
		t.Errorf("a tenth active: have %+v", i)
	}
}

// Nothing is known of seconds with fewer than 20 requests.
func TestAvailabilityByTimeUnknown(t *testing.T) {
	s := usual()
	s.rate = 15
	i := Score(s.record(), s.goals).Impact
	if i.ByTime != nil || i.ByTimeLow != nil || i.ByTimeHigh != nil {
		t.Errorf("15 requests/s: have %v, %v, %v", i.ByTime, i.ByTimeLow, i.ByTimeHigh)
	}
}

// What was never sent may all have been good, or all bad.
func TestAvailabilityBounds(t *testing.T) {
	s := usual()
	s.downs[0].share = 1
	s.adjust = func(q *load.Request) {
		if q.Due >= t0+30*sec && q.Due < t0+35*sec && q.Seq%10 == 0 {
			q.Unsent, q.Sent = true, 0
		}
	}
	card := Score(s.record(), timeline.Objectives{})
	near := func(name string, have, want float64) {
		t.Helper()
		if math.Abs(have-want) > 1e-3 {
			t.Errorf("%s: have %v, want %v", name, have, want)
		}
	}
	r, i := card.Requests, card.Impact
	near("low", float64(r.Low), 2250./2500)
	near("high", float64(r.High), 2300./2500)
	near("by time", *i.ByTime, 23./25)
	near("by time, low", *i.ByTimeLow, 18./25)
	near("by time, high", *i.ByTimeHigh, 23./25)
}

// A steady state has failures of its own, which are not the fault's.
func TestExcess(t *testing.T) {
	s := usual()
	s.rate, s.noise, s.downs = 1000, 0.005, nil
	if r := Score(s.record(), s.goals).Requests; r.Failed < 80 || r.Excess > 0.4*float64(r.Failed) {
		t.Errorf("no outage: %d failed, %v in excess", r.Failed, r.Excess)
	}
	s.downs = []down{{15 * sec, 17 * sec, 1, "503"}}
	if r := Score(s.record(), s.goals).Requests; math.Abs(r.Excess-2000) > 60 {
		t.Errorf("2000 hit: %d failed, %v in excess", r.Failed, r.Excess)
	}
}

// A second of few users, as the last one of a run is, is not counted; where all are such,
// it takes as many of them in a row to say that everyone was hit.
func TestFewUsersAreNotEveryone(t *testing.T) {
	full, few := slice{active: 100}, slice{active: 2, hit: 2}
	for name, c := range map[string]struct {
		seconds  []slice
		level    int
		everyone bool
		peak     float64
	}{
		"the run's end": {[]slice{full, full, few}, 0, false, 0},
		"a user, once": {[]slice{{active: 1}, {active: 1, hit: 1}, {active: 1}}, 3, false,
			1},
		"two a second, often": {[]slice{few, few, few, few, few, few, few, few, few, few}, 3, true,
			1},
		"all": {[]slice{full, {active: 100, hit: 100}}, 3, true, 1},
	} {
		s := scorer{card: Scorecard{Impact: Impact{Users: 500}}}
		s.level(c.seconds)
		if i := s.card.Impact; i.Level != c.level || i.Everyone != c.everyone || i.Peak != c.peak {
			t.Errorf("%s: have %+v", name, i)
		}
	}
}

// One second that proves a level is enough, whatever others leave open.
func TestALevelProvenOnce(t *testing.T) {
	for _, order := range [][]slice{
		{{active: 400, hit: 160}, {active: 20, hit: 9}},
		{{active: 20, hit: 9}, {active: 400, hit: 160}},
	} {
		s := scorer{card: Scorecard{Impact: Impact{Users: 500}}}
		s.level(order)
		if i := s.card.Impact; i.Level != 3 || i.LevelUncertain || i.Peak != 0.45 {
			t.Errorf("have %+v", i)
		}
	}
}
