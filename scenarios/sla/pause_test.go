package sla

import (
	"slices"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// flapping is a world whose fault, from second 15 to 31, is on for on of every period.
func flapping(period, on time.Duration, of crowd) (world, *timeline.Record) {
	w := usually(of)
	w.fault, w.confirm = 16, 3
	w.goals.Mitigate = within(12)
	r := w.record(1)
	r.Header.Faults[0].Traits = link.Traits{Counts: link.Requests, Period: period, On: on}
	return w, r
}

// Users who are well because the fault pauses owe it to nobody: that is no mitigation, it is
// lifted without one. What they suffer in its last pause is recovery, and counted as such.
func TestPauseIsNoMitigation(t *testing.T) {
	const period, on = 8 * time.Second, 3200 * time.Millisecond
	third := func(bad func(float64) float64) crowd { return crowd{rate: 100, bad: bad} }
	for name, c := range map[string]struct {
		bad       func(float64) float64
		mitigate  float64
		censored  bool
		recover   float64
		mitigated bool
	}{
		"nobody acts": {bad: either(from(15, 18.2, 0.33), from(23, 26.2, 0.33)),
			mitigate: 11.2, censored: true},
		"taken out in each part, too late for the last": {
			bad:      either(from(15, 16, 0.33), from(23, 24, 0.33)),
			mitigate: 9, censored: true},
		"taken out in the first part for good": {bad: from(15, 16, 0.33),
			mitigate: 1, mitigated: true},
		"unwell in the pause before the lift": {
			bad:      either(from(15, 18.2, 0.33), from(23, 28.2, 0.33)),
			mitigate: 11.2, censored: true, recover: 2},
	} {
		t.Run(name, func(t *testing.T) {
			w, r := flapping(period, on, third(c.bad))
			card := Score(r, w.goals)
			f := card.Faults[0]
			if m := f.Mitigate; m == nil || m.Censored != c.censored ||
				m.Seconds < c.mitigate-0.2 || m.Seconds > c.mitigate+0.2 {
				t.Errorf("mitigate %+v, want %v s, censored: %v", m, c.mitigate, c.censored)
			}
			if x := f.Recover; x == nil || x.Censored || (x.By == mitigated) != c.mitigated ||
				x.Seconds < c.recover-0.2 || x.Seconds > c.recover+0.2 {
				t.Errorf("recover %+v, want %v s, mitigated: %v", x, c.recover, c.mitigated)
			}
			i := slices.IndexFunc(card.Notes, func(n Said) bool { return n.Code == CountsFromPause })
			if i < 0 || card.Notes[i].Of("at_seconds") != 26.2 ||
				card.Notes[i].Of("paused_seconds") != 4.8 {
				t.Errorf("notes %v, want the pause from 26.2 s on, for 4.8 s", card.Notes)
			}
		})
	}
}

// Users are well under a fault who were so for W of the time in which it was on: a long pause, and
// a moment of the next part, show nothing.
func TestPauseConfirmsNoMitigation(t *testing.T) {
	w := usually(crowd{rate: 100, bad: either(from(15, 18.2, 0.33), from(23, 26.2, 0.33))})
	w.fault, w.confirm = 16.5, 3 // half a second of the third part
	w.goals.Mitigate = within(12)
	r := w.record(1)
	r.Header.Faults[0].Traits = link.Traits{Counts: link.Requests, Period: 8 * time.Second,
		On: 3200 * time.Millisecond}
	m := Score(r, w.goals).Faults[0].Mitigate
	if m == nil || !m.Censored || m.Unconfirmed != atLift {
		t.Errorf("mitigate %+v, want it not confirmed when it was lifted", m)
	}
}

// A lift that comes as the next part begins, before a user could have met it, came in the
// pause; one in the middle of a part did not. Pauses finer than a window are none.
func TestLastPause(t *testing.T) {
	at := func(s float64) int64 { return t0 + int64(s*1e9) }
	for name, c := range map[string]struct {
		period, on, lift, want float64
	}{
		"in a pause":                  {8, 3.2, 14, 11.2},
		"in a part":                   {8, 3.2, 10, -1},
		"as a pause begins":           {8, 3.2, 11.2, 11.2},
		"as a part begins":            {8, 3.2, 16.002, 11.2},
		"when a part has begun":       {8, 3.2, 16.2, -1},
		"in the first part, at once":  {8, 3.2, 0.01, -1},
		"a short part was over":       {1, 0.05, 3.06, 3.05},
		"finer than can be measured":  {0.15, 0.1, 3.13, -1},
		"it is on throughout":         {0, 0, 16, -1},
		"at the end of several parts": {4, 1, 16, 13},
	} {
		x := span{injected: t0, lifted: at(c.lift), paused: never,
			period: time.Duration(c.period * 1e9), on: time.Duration(c.on * 1e9)}
		want := int64(never)
		if c.want >= 0 {
			want = at(c.want)
		}
		if got := x.lastPause(); got != want {
			t.Errorf("%s: %d, want %d", name, got-t0, want-t0)
		}
	}
}

// What a watcher's alarm took to be over counts from the pause, too: one that ends in it, long
// before the lift, did not end at once.
func TestAlertClearsFromThePause(t *testing.T) {
	w := usually(crowd{rate: 100, bad: either(from(15, 18.2, 0.33), from(23, 26.2, 0.33))})
	w.fault, w.confirm = 16, 3
	w.alarms = []float64{16, 17, 18, 24, 25, 26, 27} // over at 28
	r := w.record(1)
	wantTime(t, "alert-clear, of a fault that is on throughout",
		Score(r, w.goals).Watchers[0].Restore, 0)
	r.Header.Faults[0].Traits = link.Traits{Counts: link.Requests, Period: 8 * time.Second,
		On: 3200 * time.Millisecond}
	wantTime(t, "alert-clear", Score(r, w.goals).Watchers[0].Restore, 1.8)
}
