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
}
