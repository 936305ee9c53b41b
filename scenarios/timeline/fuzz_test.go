package timeline_test

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// file is a record's in memory.
type file struct{ bytes.Buffer }

func (*file) Sync() error  { return nil }
func (*file) Close() error { return nil }

const second = int64(time.Second)

// small is the file of a short drill with one of everything; change alters its header, and
// more adds to it.
func small(t testing.TB, change func(*timeline.Header), more func(*timeline.Writer) error) []byte {
	f := &file{}
	w := timeline.NewWriter(f)
	limit := 2 * time.Second
	lost := 1
	h := timeline.Header{
		Scenario: "small", Run: "00000000000000aa", Seed: 7, Mono: 9 * second,
		Wall: time.Unix(1_700_000_000, 0).UTC(),
		Phases: timeline.Phases{Baseline: 10 * time.Second, Hold: 5 * time.Second,
			Recovery: 10 * time.Second, Confirm: 2 * time.Second},
		Groups: []timeline.Group{{Name: "users", Rate: 20, Users: 7, Slow: time.Second,
			Ledger: true}},
		Faults: []timeline.Fault{{Name: "bad", Kind: "http-status", Aim: "users -> app",
			For: 5 * time.Second, Share: 1, Scope: "core"}},
		Watch: []timeline.Watcher{{Name: "probe", Kind: "http", Fails: 2, Every: time.Second},
			{Name: "pager", Kind: "webhook", Match: "firing", Resolved: "resolved"}},
		Steers: []timeline.Steer{{Name: "over", When: "probe"}},
		Objectives: timeline.Objectives{Detect: map[string]time.Duration{"probe": limit,
			"pager": limit}, Restore: map[string]time.Duration{"probe": limit},
			Mitigate: &limit, Recover: &limit, Lose: &lost, RPO: &limit, Budget: "99.9% per 30d",
			Profile: "handbook",
			Keep: []string{"success of users in run >= 90%",
				"p95 of users in recovery <= 1.5 x baseline"}},
	}
	if change != nil {
		change(&h)
	}
	must := func(errs ...error) {
		for _, err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	at := func(s float64) int64 { return 10*second + int64(s*float64(second)) }
	mark := func(name, fault string, s float64) {
		must(w.Mark(timeline.Mark{Name: name, Fault: fault, Before: at(s), After: at(s) + 1000}))
	}
	must(w.Header(h), w.Clock(wire.Offset{Shift: 3, Bound: 5}))
	mark(timeline.MarkStart, "", 0)
	for s := range 25 {
		must(w.Block(users(t, at(float64(s)), s)))
		must(w.Answer(load.Answer{Check: "probe", Start: at(float64(s)), End: at(float64(s) + 0.1),
			Good: s < 11 || s > 16, Known: true}),
			w.Usage(load.Usage{At: at(float64(s)), Group: "users", Due: uint64(20 * s),
				Sent: uint64(20 * s), Machine: load.Pressure{Load: 0.5, Cores: 2}}))
	}
	must(w.Delivery(load.Delivery{Hook: "pager", At: at(11), Body: "firing"}),
		w.Delivery(load.Delivery{Hook: "pager", At: at(17), Body: "resolved"}))
	mark(timeline.MarkInject, "bad", 10)
	must(w.Proof(timeline.Proof{Fault: "bad", When: "during", At: at(14),
		Count: link.Count{Unit: "503s answered", Users: 100, First: at(10), Last: at(14),
			At: at(14), Active: true}}))
	must(w.Mark(timeline.Mark{Name: timeline.MarkSteer, Steer: "over", Before: at(12),
		After: at(12)}), w.Mark(timeline.Mark{Name: timeline.MarkSteerBack, Steer: "over",
		Before: at(18), After: at(18)}))
	mark(timeline.MarkLift, "bad", 15)
	must(w.Proof(timeline.Proof{Fault: "bad", When: "after", At: at(15),
		Count: link.Count{Unit: "503s answered", Users: 100, First: at(10), Last: at(14),
			At: at(15)}}))
	mark(timeline.MarkClear, "bad", 15)
	mark(timeline.MarkRecovery, "", 15)
	must(w.Findings(load.EncodeFindings("users", []load.Finding{{Seq: 1}, {Seq: 3, Lost: true}})))
	must(w.Traffic([]link.Traffic{{Link: "users -> app:80", Connections: 3}}),
		w.Note(timeline.Note{At: at(3), Kind: "unknown-name", Text: "x"}))
	if more != nil {
		must(more(w))
	}
	mark(timeline.MarkEnd, "", 25)
	must(w.Close())
	return f.Bytes()
}

// users are a second's requests; those from the tenth to the fourteenth second fail.
func users(t testing.TB, from int64, s int) load.Block {
	var rs []load.Request
	for i := range 20 {
		due := from + int64(i)*second/20
		r := load.Request{Seq: uint64(20*s + i), Due: due, Sent: due + 1000, Done: due + 2_000_000,
			User: uint32(i % 7), Node: "app", Status: 200, Attempts: 1, Reused: true}
		if s >= 10 && s < 15 {
			r.Status, r.Class, r.Injected, r.Fault = 503, load.Status, true, "bad"
		}
		rs = append(rs, r)
	}
	b, err := load.EncodeBlock("users", rs)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// judged reads a record, and where it can be read takes it as far as every report.
func judged(t testing.TB, b []byte) (*timeline.Record, sla.Scorecard, error) {
	r, err := timeline.Read(bytes.NewReader(b))
	if (r == nil) == (err == nil) {
		t.Fatalf("record %v, error %v", r, err)
	}
	if err != nil {
		return nil, sla.Scorecard{}, err
	}
	card := sla.Score(r, r.Header.Objectives)
	if _, err := json.Marshal(card); err != nil {
		t.Fatalf("scorecard: %v", err)
	}
	for _, write := range []func(io.Writer, sla.Scorecard) error{reports.Metrics,
		func(w io.Writer, c sla.Scorecard) error { return reports.Markdown(w, reports.Report{Card: c}) },
		func(w io.Writer, c sla.Scorecard) error { return reports.JUnit(w, reports.Report{Card: c}) },
		func(w io.Writer, c sla.Scorecard) error { return reports.Text(w, c, reports.TextOptions{}) }} {
		if err := write(io.Discard, card); err != nil {
			t.Fatal(err)
		}
	}
	return r, card, nil
}

// Whatever a record's file holds, reading and judging it end, and what broke off, or
// never came to its end, is no pass. Checksums are no obstacle: they are made right.
func FuzzScore(f *testing.F) {
	f.Add(small(f, nil, nil))
	f.Add(small(f, func(h *timeline.Header) { h.Control, h.Faults = true, nil }, nil))
	f.Add([]byte("SDRECORD\x02\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		timeline.Repair(b)
		r, card, err := judged(t, b)
		if err != nil || card.Verdict != sla.Pass {
			return
		}
		ended := slices.ContainsFunc(r.Marks,
			func(m timeline.Mark) bool { return m.Name == timeline.MarkEnd })
		if r.Truncated || !ended {
			t.Fatalf("a pass of a record that broke off: truncated %v, ended %v", r.Truncated,
				ended)
		}
	})
}
