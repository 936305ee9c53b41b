package sla

import (
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// probed is a drill with a watcher that fails after three bad answers at most.
func probed(fails int, answers ...int64) sim {
	s := two(down{15 * sec, 20 * sec, 1, "503"})
	s.watch = []timeline.Watcher{{Name: "pager", Kind: "http", Fails: fails, Oks: 1,
		Every: time.Second}}
	for _, at := range answers { // below zero: a bad one
		s.answers = append(s.answers, answer(max(at, -at), at >= 0))
	}
	s.goals.Detect = map[string]time.Duration{"pager": 3 * time.Second}
	s.goals.Restore = map[string]time.Duration{"pager": 10 * time.Second}
	return s
}

// A watcher that cannot meet the fault has detected nothing, whatever it said meanwhile,
// and is not convicted where it was silent.
func TestWatcherThatCannotMeetIt(t *testing.T) {
	for name, answers := range map[string][]int64{
		"silent":      {10 * sec, 16 * sec, 18 * sec, 26 * sec},
		"coincidence": {10 * sec, -16 * sec, 18 * sec, 26 * sec},
	} {
		s := probed(1, answers...)
		s.watch[0].Unmet, s.watch[0].ToMeet = []string{"fault"}, timeline.ToMeet{As: "users"}
		card := Score(s.record(), s.goals)
		w := card.Watchers[0]
		if card.Verdict != Inconclusive || card.Void || w.Detect != nil || w.Restore != nil ||
			card.Times.Detect != nil {
			t.Errorf("%s: have %s %q, %+v", name, card.Verdict, card.Reasons, w)
		}
		if why := strings.Join(lines(card.Reasons), "\n"); !strings.Contains(why, "cannot-meet faults=[fault] watcher=pager as=users") {
			t.Errorf("%s: %q, want the cure", name, why)
		}
		if want := strings.Count(name, "coincidence"); w.FalseAlarms != want {
			t.Errorf("%s: %d false alarms, want %d", name, w.FalseAlarms, want)
		}
	}
	s := probed(1, 10*sec, 16*sec, 18*sec, 26*sec) // one that can is
	if card := Score(s.record(), s.goals); card.Verdict != Fail {
		t.Errorf("one that can meet it: have %s %q", card.Verdict, card.Reasons)
	}
}

// An alarm that came and went before the effect is a false one, however soon after the
// injection: a blip is no detection.
func TestBlipIsNoDetection(t *testing.T) {
	s := probed(1, 10*sec, -16*sec, 17*sec, 22*sec, 24*sec, 26*sec, 28*sec)
	s.downs = []down{{20 * sec, 24 * sec, 1, "503"}}
	r := s.record()
	r.Proofs[0].Count.First = t0 + 20*sec
	card := Score(r, s.goals)
	if w := card.Watchers[0]; card.Verdict != Fail || w.FalseAlarms != 1 || w.Detect == nil ||
		!w.Detect.Censored {
		t.Errorf("have %s %q, %+v", card.Verdict, card.Reasons, w)
	}
	s = probed(1, 10*sec, -16*sec, -21*sec, -23*sec, 26*sec) // it began before, and was right to go on
	s.downs = []down{{20 * sec, 24 * sec, 1, "503"}}
	r = s.record()
	r.Proofs[0].Count.First = t0 + 20*sec
	if w := Score(r, s.goals).Watchers[0]; w.FalseAlarms != 0 || w.Detect == nil ||
		w.Detect.Censored || w.Detect.Seconds > 0 {
		t.Errorf("an alarm that stayed on: have %+v", w)
	}
}

// A watcher that cries on after the recovery is not content: it is so with its last
// all-clear.
func TestRestoreEndsWithTheLastAllClear(t *testing.T) {
	s := probed(1, 10*sec, -16*sec, -20*sec, 26*sec, -40*sec, 41*sec, -50*sec, 52*sec)
	card := Score(s.record(), s.goals)
	if r := card.Watchers[0].Restore; card.Verdict != Fail || r == nil || r.Seconds < 26 ||
		r.Seconds > 27.5 {
		t.Errorf("have %s %q, restore %+v", card.Verdict, card.Reasons, r)
	}
}

// A fault on a watcher's own link only is proven by checks, and no user met it.
func TestFaultOfWatchersOnly(t *testing.T) {
	s := two()
	s.unused = true
	limit := 10 * time.Second
	s.goals.Recover = &limit
	r := s.record()
	r.Header.Faults[0].Watchers, r.Header.Faults[0].Unmet = true, true
	r.Proofs[0].Count.Checks = 10
	card := Score(r, s.goals)
	if f := card.Faults[0]; f.Proof.Effective != "yes" || f.Absorbed || card.Void ||
		card.Verdict != Inconclusive {
		t.Errorf("have %s %q, %+v", card.Verdict, card.Reasons, f)
	}
}

// A fault that was absorbed asks for no detection where the SLA says so; one that users
// felt does.
func TestDetectIfFelt(t *testing.T) {
	for name, c := range map[string]struct {
		downs   []down
		iffy    bool
		verdict Verdict
	}{
		"absorbed":          {nil, true, Pass},
		"absorbed, and all": {nil, false, Inconclusive},
		"felt":              {[]down{{15 * sec, 20 * sec, 1, "503"}}, true, Fail},
	} {
		s := probed(1, 10*sec, 16*sec, 18*sec, 26*sec)
		s.downs, s.goals.Restore = c.downs, nil
		if c.iffy {
			s.goals.IfFelt = []string{"pager"}
		}
		if card := Score(s.record(), s.goals); card.Verdict != c.verdict {
			t.Errorf("%s: have %s %q, want %s", name, card.Verdict, card.Reasons, c.verdict)
		}
	}
}

// A server that takes long to start has recovered at once from when it serves again, and
// the outage says how long users were without it; lift and clear are both in the picture.
func TestOutageIsFromTheFirstBadRequestToTheLast(t *testing.T) {
	for limit, want := range map[time.Duration]string{10 * time.Second: Missed, 20 * time.Second: Met} {
		s := two(down{15 * sec, 30 * sec, 1, "reset"})
		recover := 3 * time.Second
		s.goals.Recover, s.goals.Outage = &recover, &limit
		s.lift = 16 * sec
		r := s.record()
		for i := range r.Marks {
			if m := &r.Marks[i]; m.Name == timeline.MarkClear {
				m.Before, m.After = t0+30*sec-50*ms, t0+30*sec
			}
		}
		card := Score(r, s.goals)
		for _, o := range card.Objectives {
			if o.Name == "recover" && o.Result != Met || o.Name == "outage" && o.Result != want {
				t.Errorf("limit %v: %+v", limit, o)
			}
		}
		names := ""
		for _, p := range card.Picture.Marks {
			names += string(p.What.Code) + " "
		}
		if !strings.Contains(names, "lift ") || !strings.Contains(names, "clear ") {
			t.Errorf("marks %q, want lift and clear", names)
		}
	}
}
