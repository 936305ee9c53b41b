//go:build drill

package drills

import (
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// A real Prometheus and Alertmanager: the alert is noticed when it fires, which its own time
// stamp says, after the query that it is about, and before Alertmanager has it and a person
// is told; labels that it does not have are noticed by nobody.
func TestDrillPrometheus(t *testing.T) {
	t.Parallel()
	o := run(t, "prometheus.yaml")
	o.want(t, sla.Pass, 0)
	r := o.record(t)
	ahead := time.Now().UnixNano() - wire.Now() // of the clock that the record is on
	first := map[string]load.Answer{}
	var before load.Answer
	for _, a := range r.Answers {
		if _, seen := first[a.Check]; seen || !a.Known {
			continue
		}
		if !a.Good {
			first[a.Check] = a
		} else if a.Check == "alert" {
			before = a
		}
	}
	fired, ok := first["alert"]
	_, since, _ := strings.Cut(fired.Detail, "active since ")
	active, err := time.Parse(time.RFC3339Nano, since)
	if !ok || err != nil || !strings.HasPrefix(before.Detail, "pending since "+since) {
		t.Fatalf("%+v behind %+v: %v", fired, before, err)
	}
	// It fires at an evaluation, of which there is one a second; one may be late on a busy machine.
	due := active.Add(2*time.Second).UnixNano() - ahead
	const stamp = int64(2 * time.Millisecond) // what Prometheus rounds time stamps to, and clocks differ by
	if fired.End < due-stamp || before.Start > due+int64(time.Second) {
		t.Errorf("asked from %d to %d, told pending, and to %d, firing: Prometheus had it fire at %d",
			before.Start, before.End, fired.End, due)
	}
	if down := first["down"]; down.Detail != "1 series" || down.End > fired.End {
		t.Errorf("the query: %+v, the alert: %+v", down, fired)
	}
	notified, ok := first["notified"]
	if !ok || !strings.HasPrefix(notified.Detail, "active since ") || notified.End < before.Start {
		t.Errorf("Alertmanager: %+v, the alert: %+v", notified, fired)
	}
	if n := len(r.Deliveries); n != 2 {
		t.Fatalf("%d notifications, want that it fires and that it is over", n)
	}
	// A poll sees that Alertmanager has it only some time after it was told.
	if told := r.Deliveries[0].At; told < before.Start {
		t.Errorf("told at %d, pending until %d", told, before.Start)
	}
	if other, ok := first["other"]; ok {
		t.Errorf("an alert with another label: %+v", other)
	}
	wantChain(t, sla.Score(r, r.Header.Objectives))
}

// wantChain holds that the steps of the chain are there, one after the other as far as their
// resolution tells; that the rule's is when Prometheus says; and that nothing cried falsely.
func wantChain(t *testing.T, card sla.Scorecard) {
	t.Helper()
	if len(card.Chains) != 1 || card.Notifications == nil || *card.Notifications !=
		(sla.Notifications{Received: 2}) {
		t.Fatalf("chains %+v, notifications %+v", card.Chains, card.Notifications)
	}
	var before *sla.Time
	for _, s := range card.Chains[0].Steps {
		switch {
		case s.Step == "acknowledged":
			if s.Time != nil {
				t.Errorf("%s: %+v, and nobody was asked", s.Step, s.Time)
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
