//go:build drill

package drills

import (
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// A real Prometheus and Alertmanager: the alert is noticed when it fires, which its own time
// stamp says, after the query that it is about, and before Alertmanager has it and a person
// is notified; labels that it does not have are noticed by no watcher.
func TestDrillPrometheus(t *testing.T) {
	t.Parallel()
	o := run(t, "prometheus.yaml")
	o.want(t, sla.Pass, 0)
	r := o.record(t)
	first, before := firstBad(r)
	fired := first["alert"]
	firedAsStamped(t, r, 2*time.Second, 0)
	if down := first["down"]; down.Detail != "1 series" || down.End > fired.End {
		t.Errorf("the query: %+v, the alert: %+v", down, fired)
	}
	notified, ok := first["notified"]
	if !ok || !strings.HasPrefix(notified.Detail, "active since ") || notified.End < before["alert"].Start {
		t.Errorf("Alertmanager: %+v, the alert: %+v", notified, fired)
	}
	if n := len(r.Deliveries); n != 2 {
		t.Fatalf("%d notifications, want that it fires and that it is over", n)
	}
	// A poll sees that Alertmanager has it only some time after it was sent.
	if notified := r.Deliveries[0].At; notified < before["alert"].Start {
		t.Errorf("notified at %d, pending until %d", notified, before["alert"].Start)
	}
	if other, ok := first["other"]; ok {
		t.Errorf("an alert with another label: %+v", other)
	}
	wantChain(t, sla.Score(r, r.Header.Objectives), 2)
}

// firstBad are, of each watcher that asks, the first answer that is no good one, and the last good
// one before.
func firstBad(r *timeline.Record) (first, before map[string]load.Answer) {
	first, before = map[string]load.Answer{}, map[string]load.Answer{}
	for _, a := range r.Answers {
		if _, seen := first[a.Check]; seen || !a.Known {
			continue
		}
		if a.Good {
			before[a.Check] = a
		} else {
			first[a.Check] = a
		}
	}
	return first, before
}

// onRecord is an instant of the wall clock on the clock that the record is on.
func onRecord(r *timeline.Record, at time.Time) int64 {
	return r.Header.Mono + int64(at.Sub(r.Header.Wall))
}

// firedAsStamped holds that the watcher alert was seen pending, and firing, when Prometheus's
// own time stamps say, by a clock that is ahead by so much: they are those of its evaluations,
// of which one may be late on a busy machine.
func firedAsStamped(t *testing.T, r *timeline.Record, waits, ahead time.Duration) {
	t.Helper()
	all, before := firstBad(r)
	fired, pending := all["alert"], before["alert"]
	_, since, _ := strings.Cut(fired.Detail, "active since ")
	active, err := time.Parse(time.RFC3339Nano, since)
	if err != nil || !strings.HasPrefix(pending.Detail, "pending since "+since) {
		t.Fatalf("%+v behind %+v: %v", fired, pending, err)
	}
	due := onRecord(r, active.Add(waits-ahead))
	const stamp = int64(2 * time.Millisecond) // what Prometheus rounds time stamps to, and clocks differ by
	if fired.End < due-stamp || pending.Start > due+int64(time.Second) {
		t.Errorf("asked from %d to %d, answered pending, and to %d, firing: Prometheus had it fire at %d",
			pending.Start, pending.End, fired.End, due)
	}
}

// wantChain holds that the steps of the chain are there, one after the other as far as
// their resolution shows; that the rule's is when Prometheus says; and that nothing cried
// falsely.
func wantChain(t *testing.T, card sla.Scorecard, received int) {
	t.Helper()
	if len(card.Chains) != 1 || card.Notifications == nil || *card.Notifications !=
		(sla.Notifications{Received: received}) {
		t.Fatalf("chains %+v, notifications %+v", card.Chains, card.Notifications)
	}
	var before *sla.Time
	for _, s := range card.Chains[0].Steps {
		switch {
		case s.Step == "acknowledged":
			if s.Time != nil {
				t.Errorf("%s: %+v, and no person was asked", s.Step, s.Time)
			}
			continue
		case s.Time == nil || s.Time.Censored || s.Cost == nil || s.Cost.Failed == 0:
			t.Errorf("%s: %+v", s.Step, s)
			continue
		case before != nil && s.Time.Seconds+s.Time.Resolution < before.Seconds-before.Resolution:
			t.Errorf("%s: after %+v, the step before after %+v", s.Step, s.Time, before)
		}
		before = s.Time
		// The rule is there when its evaluation has ended, which a busy machine may delay.
		if s.Step == "pending" && (s.Stamped == nil || *s.Stamped-s.Time.Seconds > s.Time.Resolution+
			0.005 || s.Time.Seconds-*s.Stamped > s.Time.Resolution+0.2) {
			t.Errorf("pending after %+v, by Prometheus's own stamp %v", s.Time, s.Stamped)
		}
	}
	for _, w := range card.Watchers {
		if w.FalseBy != (sla.False{}) {
			t.Errorf("%s: %+v", w.Name, w.FalseBy)
		}
	}
}
