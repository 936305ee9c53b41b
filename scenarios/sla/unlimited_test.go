package sla

import (
	"slices"
	"testing"
	"time"
)

// A group that a fault hurt while no objective limits how many of its requests fail is named, with
// how many did; one that is limited, or well, is not, and a single one has the run's own outage.
func TestHurtThoughUnlimited(t *testing.T) {
	limit := within(5)
	for name, c := range map[string]struct {
		change func(*world)
		want   []string
	}{
		"only the recovery is judged": {func(*world) {}, []string{"users-00", "users-01"}},
		"the other one has a limit": {func(w *world) {
			w.goals.Keep = []string{"success of users-00 in run >= 10%"}
		}, []string{"users-01"}},
		"a percentile, bad ones without end": {func(w *world) {
			w.goals.Keep = []string{"p95 of users-01 in fault <= 1s"}
		}, []string{"users-00"}},
		"what limits no failure while it is on": {func(w *world) {
			w.goals.Keep = []string{"p95 of good of users-00 in fault <= 1s",
				"success of users-00 in recovery >= 99%", "success of users-00 in baseline >= 99%",
				"success of node web in fault >= 1%", "dns of users-00 in run >= 1%",
				"dns-p95 of users-00 in run <= 1s"}
		}, []string{"users-00", "users-01"}},
		"failures that are wanted": {func(w *world) {
			w.goals.Keep = []string{"success of users-00 in fault <= 99%",
				"p95 of users-01 in fault >= 1ms"}
		}, []string{"users-00", "users-01"}},
		"connections that stood": {func(w *world) {
			w.goals.Keep = []string{"success of users-00 on established in fault >= 1%",
				"success of users-01 on new in fault >= 1%"}
		}, []string{"users-00"}},
		"all have": {func(w *world) { w.goals.Keep = []string{"success in fault >= 1%"} }, nil},
		"one of all hides behind the others": {func(w *world) {
			w.goals.Keep = []string{"success in fault >= 60%"}
			w.groups[1].bad = from(15, 25, 0.1)
		}, []string{"users-00"}},
		"a percentile over all": {func(w *world) {
			w.goals.Keep = []string{"p50 in run <= 1s"}
			w.groups[0].bad = from(15, 35, 0.9)
		}, []string{"users-00"}},
		"mitigate":     {func(w *world) { w.goals.Mitigate = limit }, nil},
		"outage":       {func(w *world) { w.goals.Outage = limit }, nil},
		"the handbook": {func(w *world) { w.goals.Profile = Handbook }, nil},
		"one is well":  {func(w *world) { w.groups[1].bad = nil }, []string{"users-00"}},
		"there is one": {func(w *world) { w.groups = w.groups[:1] }, nil},
	} {
		hurt := crowd{rate: 100, bad: from(15, 25, 0.5)}
		w := usually(hurt, hurt)
		c.change(&w)
		card := Score(w.record(1), w.goals)
		var have []string
		for _, n := range card.Notes {
			if n.Code != HurtUnlimited {
				continue
			}
			have = append(have, n.Of("group").(string))
			p := phaseOf(card, n.Of("group").(string), "fault")
			if n.Of("failed") != float64(p.Failed) || n.Of("requests") != float64(p.Sent) ||
				p.Failed == 0 {
				t.Errorf("%s: %s, of %+v", name, n, p)
			}
		}
		if !slices.Equal(have, c.want) {
			t.Errorf("%s: have %q, want %q", name, have, c.want)
		}
	}
}

// Availability stands beside the time that it is over: fault and recovery, and nothing before.
func TestAvailabilityHasItsTime(t *testing.T) {
	s := usual()
	r := s.record()
	card := Score(r, s.goals)
	if have, want := card.Requests.Over, Number((s.length - time.Duration(s.inject)).Seconds()); have !=
		want {
		t.Errorf("have %v, want %v", have, want)
	}
	r.Marks = r.Marks[:1] // it broke off before anything was injected
	if have := Score(r, s.goals).Requests.Over; have != None {
		t.Errorf("have %v of a run that did not get there", have)
	}
}
