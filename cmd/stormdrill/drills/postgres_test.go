//go:build drill

package drills

import (
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// reported are the rows that pg-node listed in a node's log once it had said the words.
func reported(t *testing.T, log, words string) map[string]bool {
	t.Helper()
	_, report, ok := strings.Cut(log, words)
	if !ok {
		t.Fatalf("no %q in the log:\n%s", words, log)
	}
	report, _, _ = strings.Cut(report, "pg-node:")
	all := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^had (\S+)$`).FindAllStringSubmatch(report, -1) {
		all[m[1]] = true
	}
	return all
}

// failover runs a drill and, where its test fails, says what the servers said of
// themselves, and why and how long the application failed.
func failover(t *testing.T, scenario string) outcome {
	t.Helper()
	o := run(t, scenario)
	t.Cleanup(func() {
		if !t.Failed() {
			return
		}
		for _, node := range []string{"pg-1", "pg-2"} {
			t.Logf("%s: %q", node, regexp.MustCompile(`(?m)^pg-node:.*|^.* LOG:  .*`).FindAllString(o.log(t,
				node),
				-1))
		}
		type reason struct {
			times       int
			first, last string // in nanoseconds of the machine's monotonic clock
		}
		reasons := map[string]reason{}
		for _, m := range regexp.MustCompile(`(?m)^(\d+) failed \S+ (.*)$`).FindAllStringSubmatch(o.log(t,
			"app"),
			-1) {
			r := reasons[m[2]]
			if r.times++; r.times == 1 {
				r.first = m[1]
			}
			r.last = m[1]
			reasons[m[2]] = r
		}
		t.Logf("app: %+v", reasons)
	})
	return o
}

// between lists the writes that were acknowledged after one fault was in force and
// before the next was injected.
func between(t *testing.T, r *timeline.Record, cut, lost string) (ids []string,
	apart time.Duration) {
	t.Helper()
	var from, to int64
	for _, m := range r.Marks {
		switch {
		case m.Name == timeline.MarkInject && m.Fault == cut:
			from = m.After
		case m.Name == timeline.MarkInject && m.Fault == lost:
			to = m.Before
		}
	}
	if from == 0 || to <= from {
		t.Fatalf("no injection of %s, and then of %s: %+v", cut, lost, r.Marks)
	}
	for q := range r.Requests["clerks"].All() {
		if q.Acknowledged() && q.Sent > from && q.Done < to {
			ids = append(ids, load.WriteID(r.Header.Run, "clerks", q.Seq))
		}
	}
	return ids, time.Duration(to - from)
}

// Two databases that are made, copied and started take the machine from measurements beside
// them: these drills run after one another, before the others.

// A standby whose line was cut before its primary was killed has lost, to the last
// one, what the killed primary's own files turn out to have besides; the primary comes
// back as its standby, not as a second one that leads.
func TestDrillPostgresLost(t *testing.T) {
	o := failover(t, "postgres-lost.yaml")
	o.want(t, sla.Pass, 0)
	r, first, second := o.record(t), o.log(t, "pg-1"), o.log(t, "pg-2")
	lost := o.lostExactly(t, r, reported(t, first, "pg-2 leads timeline 2: replaced"),
		reported(t, second, "pg-node: leads"))
	certain, apart := between(t, r, "cut", "lost")
	for _, id := range certain {
		if !lost[id] {
			t.Errorf("%s was acknowledged while it had reached the primary alone, and is there",
				id)
		}
	}
	if len(certain) == 0 {
		t.Errorf("no write in the %s between the cut and the loss, at 50/s", apart)
	}
	o.recoveryPoint(t, r, lost, "lost")
	if !strings.Contains(first, "pg-node: follows pg-2") {
		t.Errorf("the old primary did not come back as a standby:\n%s", first)
	}
	t.Logf("%d of %d acknowledged writes lost, %d of them in the %s between; rpo %+v, rto %+v",
		len(lost), o.card.Data.Acknowledged, len(certain), apart, o.card.Data.RPO,
		o.card.Times.Mitigate)
}

// Where the primary waits for its standby to apply a write, none is lost; the price is
// that nothing is acknowledged from the cut until the standby has taken over.
func TestLongPostgresLostInSync(t *testing.T) {
	text, err := os.ReadFile("postgres-lost.yaml")
	if err != nil {
		t.Fatal(err)
	}
	o := failover(t, rewritten(t, "postgres-lost", text, "REPORT:", "SYNC: remote_apply, REPORT:",
		"rpo: 3s", "rpo: 0s\n  max-lost-writes: 0"))
	o.want(t, sla.Pass, 0)
	r := o.record(t)
	had, got := reported(t, o.log(t, "pg-1"), "pg-2 leads timeline 2: replaced"),
		reported(t, o.log(t, "pg-2"), "pg-node: leads")
	if lost := o.lostExactly(t, r, had, got); len(lost) > 0 {
		t.Errorf("%d writes lost", len(lost))
	}
	if ids, apart := between(t, r, "cut", "lost"); len(ids) > 0 {
		t.Errorf("%d writes were acknowledged in the %s in which the standby could not be reached",
			len(ids), apart)
	}
	maps.DeleteFunc(had, func(id string, _ bool) bool { return got[id] })
	t.Logf("%d acknowledged, none lost; %d committed by the primary, not replicated and not acknowledged; rto %+v",
		o.card.Data.Acknowledged, len(had), o.card.Times.Mitigate)
}
