package run

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/plan"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// A drill of ten minutes at 1,000 requests a second goes through the recorder without
// leaving anything in memory: all of it is in the record.
func TestRecorderHoldsNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "record")
	rec, err := newRecorder(path)
	if err != nil {
		t.Fatal(err)
	}
	header := timeline.Header{Groups: []timeline.Group{{Name: "shoppers", Slow: time.Second}}}
	rec.plan(&plan.Plan{Header: header, Scenario: &scenarios.Scenario{}})
	rec.begin(header, wire.Offset{})
	const seconds, rate = 600, 1000
	second := func(s int) {
		rs := make([]load.Request, rate)
		for i := range rs {
			due := int64(s)*int64(time.Second) + int64(i)*int64(time.Millisecond)
			rs[i] = load.Request{Seq: uint64(s*rate + i), Due: due, Sent: due, Done: due +
				2_000_000, Attempts: 1, Status: 200}
		}
		b, err := load.EncodeBlock("shoppers", rs)
		if err != nil {
			t.Fatal(err)
		}
		body, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		rec.event("load", "requests", body)
	}
	inUse := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	second(0) // what is kept of one second is there
	before := inUse()
	for s := range seconds - 1 {
		second(s + 1)
	}
	if grown := inUse() - before; grown > 1<<20 {
		t.Errorf("grown by %d bytes", grown)
	}
	if seen, _ := rec.last(); seen.Rate != rate {
		t.Errorf("the last second: have %+v", seen)
	}
	if err := rec.close(); err != nil {
		t.Fatal(err)
	}
	r, err := timeline.Open(path)
	if err != nil || r.Requests["shoppers"].Len() != seconds*rate {
		t.Errorf("the record: have %d requests, %v", r.Requests["shoppers"].Len(), err)
	}
}

// No entry of a record holds the value of a secret, by whatever way it came.
func TestRecordHoldsNoSecret(t *testing.T) {
	t.Setenv("MARK", "m4rk3r")
	mark, err := secret.Text("${env:MARK}").Reveal()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "record")
	rec, err := newRecorder(path)
	if err != nil {
		t.Fatal(err)
	}
	header := timeline.Header{Summary: mark, Faults: []timeline.Fault{{Name: "f", What: mark}},
		Watch:  []timeline.Watcher{{Name: "w", What: mark}},
		Steers: []timeline.Steer{{Name: "s", What: mark}}}
	rec.plan(&plan.Plan{Header: header, Scenario: &scenarios.Scenario{}})
	_ = rec.Mark(timeline.Mark{Name: timeline.MarkError, Detail: mark}) // before the header, too
	rec.begin(header, wire.Offset{})
	_ = rec.Proof(timeline.Proof{Fault: "f", Count: link.Count{Unit: mark, Detail: mark}})
	rec.answer(load.Answer{Check: "w", Detail: mark})
	rec.delivery(load.Delivery{Hook: "w", Body: mark})
	rec.note(timeline.Note{Text: mark})
	if err := rec.close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil || bytes.Contains(b, []byte(mark)) || bytes.Count(b, []byte("${env:MARK}")) < 9 {
		t.Errorf("%d names, %v: %q", bytes.Count(b, []byte("${env:MARK}")), err, b)
	}
}

// A record that can no longer be written ends the drill at once: its first failure is
// reported, once, and is what the drill fails with.
func TestRecorderReportsThatItBroke(t *testing.T) {
	rec, err := newRecorder(filepath.Join(t.TempDir(), "record"))
	if err != nil {
		t.Fatal(err)
	}
	rec.begin(timeline.Header{}, wire.Offset{})
	select {
	case err := <-rec.broken:
		t.Fatalf("reported before anything failed: %v", err)
	default:
	}
	rec.event("load", "requests", json.RawMessage("{"))
	rec.event("load", "answer", json.RawMessage("["))
	reported := <-first(t.Context(), make(chan error), rec.broken)
	if reported == nil || !strings.HasPrefix(reported.Error(), "load node: requests: ") {
		t.Errorf("reported %v", reported)
	}
	if err := rec.close(); err != reported {
		t.Errorf("fails with %v, reported %v", err, reported)
	}
}
