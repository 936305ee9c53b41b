package sla

import (
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// also adds a second fault to a record, from one instant of the run to another.
func also(r *timeline.Record, name string, from, to int64, groups ...string) {
	r.Header.Faults = append(r.Header.Faults,
		timeline.Fault{Name: name, Kind: "refuse", Aim: "users -> web",
			What: "refuses new connections", Groups: groups})
	mark := func(kind string, at int64) {
		r.Marks = append(r.Marks, timeline.Mark{Name: kind, Fault: name, Before: t0 + at,
			After: t0 + at})
	}
	mark(timeline.MarkInject, from)
	mark(timeline.MarkLift, to)
	mark(timeline.MarkClear, to)
	r.Proofs = append(r.Proofs, timeline.Proof{Fault: name, When: "after", At: t0 + to, Count: link.Count{Unit: "SYNs refused", Users: 1000, Total: 1000, First: t0 + from + 12*ms}}) // a counter has no clock: it is seen late
}

func two(downs ...down) sim {
	return sim{rate: 100, length: 60 * time.Second, inject: 15 * sec, lift: 25 * sec, seed: 5,
		confirm: 2 * time.Second, downs: downs}
}

// Faults one after the other each have an outage and times of their own, though
// the name of the earlier one sorts behind; the worst time stands for all.
func TestFaultsInSequence(t *testing.T) {
	s := two(down{15 * sec, 27 * sec, 1, "reset"}, down{35 * sec, 37 * sec, 1, "reset"})
	r := s.record()
	also(r, "a-later", 35*sec, 39*sec)
	card := Score(r, s.goals)
	if o := card.Outages; len(o) != 2 || by(o[0]) != "fault" || by(o[1]) != "a-later" ||
		len(o[0].With) != 0 {
		t.Fatalf("outages %+v", o)
	}
	wantTime(t, "outage", card.Times.Outage, 14)
	wantTime(t, "outage of fault", card.Faults[0].Outage, 12)
	wantTime(t, "outage of a-later", card.Faults[1].Outage, 2)
	wantTime(t, "recover", card.Times.Recover, 2)
	wantTime(t, "recover of a-later", card.Faults[1].Recover, 0)
	wantTime(t, "mitigate of a-later", card.Faults[1].Mitigate, 2)
	limit := 20 * time.Second
	s.goals.Mitigate, s.goals.Recover = &limit, &limit
	for _, o := range Score(r, s.goals).Objectives {
		if o.Fault != "fault" {
			t.Errorf("%s: of %q, want the fault that caused it", o.Name, o.Fault)
		}
	}
	if m := card.Times.Mitigate; m == nil || !m.Censored {
		t.Errorf("mitigate %+v, want it censored: fault's outage outlasted it", m)
	}
}

// What begins with a fault while users have been well under another for W is put down to
// the former; the latter was on in its outage, and is not absorbed. A group that the
// former cannot meet has it from the other one.
func TestFaultsThatOverlap(t *testing.T) {
	s := two(down{20 * sec, 24 * sec, 1, "reset"})
	r := s.record()
	also(r, "a-later", 20*sec, 24*sec)
	card := Score(r, s.goals)
	if o := card.Outages; len(o) != 1 || by(o[0]) != "a-later" || card.Faults[0].Absorbed ||
		card.Faults[0].During != "a-later" || card.Faults[1].Absorbed {
		t.Errorf("outages %+v, faults %+v", o, card.Faults)
	}
	wantTime(t, "recover", card.Times.Recover, 0)

	r = s.record()
	also(r, "a-later", 20*sec, 24*sec, "others")
	card = Score(r, s.goals)
	if o := card.Outages; len(o) != 1 || by(o[0]) != "fault" || card.Faults[0].Absorbed ||
		!card.Faults[1].Absorbed {
		t.Errorf("of a group that cannot meet it: outages %+v, faults %+v", o, card.Faults)
	}
}

// A fault that comes into another's outage, and whose drops its requests met, shares it
// where no answer says which of them it was, and users are to have recovered when both
// are gone; mitigated it is only before the first of them is lifted.
func TestFaultWithinAnOutage(t *testing.T) {
	s := two(down{15 * sec, 31 * sec, 1, "reset"})
	r := s.record()
	also(r, "a-later", 20*sec, 30*sec)
	card := Score(r, s.goals)
	if o := card.Outages; len(o) != 1 || by(o[0]) != "fault a-later" || len(o[0].With) != 0 {
		t.Fatalf("outages %+v", o)
	}
	if f := card.Faults[1]; f.Absorbed || f.During != "" || f.Outage == nil {
		t.Errorf("the later fault: %+v", f)
	}
	wantTime(t, "recover", card.Times.Recover, 1)
	if m := card.Times.Mitigate; m == nil || !m.Censored || m.Seconds > 10.2 {
		t.Errorf("mitigate %+v, want it censored at the first lift", m)
	}
}

func by(o Outage) string { return strings.Join(o.By, " ") }

// A watcher that says which fault it is to notice counts from that one.
func TestWatcherOfOneFault(t *testing.T) {
	s := two(down{15 * sec, 20 * sec, 1, "reset"}, down{35 * sec, 39 * sec, 1, "reset"})
	s.watch = []timeline.Watcher{{Name: "pager", Kind: "http", Fails: 1, Oks: 1, Every: time.Second,
		Of: "a-later"}}
	s.answers = append(s.answers, answer(10*sec, true), answer(36*sec, false), answer(40*sec, true))
	r := s.record()
	also(r, "a-later", 35*sec, 39*sec)
	card := Score(r, s.goals)
	wantTime(t, "detect", card.Watchers[0].Detect, 1)
	wantTime(t, "restore", card.Watchers[0].Restore, 1)
	r.Header.Watch[0].Of = ""
	wantTime(t, "detect of any", Score(r, s.goals).Watchers[0].Detect, 21)
	r.Header.Watch[0].Of = "fault"
	if d := Score(r, s.goals).Watchers[0].Detect; d == nil || !d.Censored {
		t.Errorf("detect of the first: %+v, want it never noticed", d)
	}
}

func wantTime(t *testing.T, what string, have *Time, want float64) {
	t.Helper()
	if have == nil || have.Censored || have.Seconds < want-0.2 || have.Seconds > want+0.2 {
		t.Errorf("%s: have %+v, want %v ± 0.2", what, have, want)
	}
}
