//go:build drill

package main

import (
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/bench"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// BenchmarkScore10M scores a record of ten million requests with the real binary:
//
//	go test ./cmd/stormdrill -run '^$' -bench Score10M -benchtime 3x
//
// It prints seconds of wall clock and of CPU, the most memory that was resident,
// the record's size for each request, and megabytes of it judged in a second.
func BenchmarkScore10M(b *testing.B) {
	binary := filepath.Join(b.TempDir(), "stormdrill")
	build := exec.Command("go", "build", "-trimpath", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	record := filepath.Join(b.TempDir(), "record")
	const requests = 10_000_000
	if err := longRecord(record, requests); err != nil {
		b.Fatal(err)
	}
	info, err := os.Stat(record)
	if err != nil {
		b.Fatal(err)
	}
	var cpu time.Duration
	var resident int64
	for b.Loop() {
		score := exec.Command(binary, "score", "--format", "json", record)
		score.Stderr = os.Stderr
		if err := score.Run(); score.ProcessState.ExitCode() > exitInconclusive {
			b.Fatal(err)
		}
		cpu += score.ProcessState.UserTime() + score.ProcessState.SystemTime()
		resident = max(resident, score.ProcessState.SysUsage().(*syscall.Rusage).Maxrss<<10)
	}
	each := b.Elapsed().Seconds() / float64(b.N)
	b.ReportMetric(each, "s/op")
	b.ReportMetric(0, "ns/op") // seconds say it
	b.ReportMetric(cpu.Seconds()/float64(b.N), "cpu-s/op")
	b.ReportMetric(float64(resident)/1e6, "MB-resident")
	b.ReportMetric(float64(info.Size())/requests, "B/request")
	b.ReportMetric(float64(info.Size())/1e6/each, "MB/s")
	t := bench.NewTable(b, "| requests | record | to score it | CPU | most resident |")
	t.Row("%d | %.0f MB, %.1f bytes a request | %.1f s | %.1f s | %.0f MB", requests,
		float64(info.Size())/1e6, float64(info.Size())/requests,
		each, cpu.Seconds()/float64(b.N), float64(resident)/1e6)
	bench.AtMost(b, "seconds", each, 5)
	bench.AtMost(b, "MB resident", float64(resident)/1e6, 200)
}

// longRecord writes a drill of n requests, 5,000 a second: four fifths of them on
// connections that live for some seconds, the others each on a TLS connection of
// its own. Three nodes answer, of which one gives 503s for 20 s of a fault that
// lasts a minute, and hangs for 3 s before.
func longRecord(path string, n int) error {
	w, err := timeline.Create(path)
	if err != nil {
		return err
	}
	l := &longRun{Writer: w, random: rand.New(rand.NewPCG(1, 2))}
	length := int64(n) * int64(time.Second) / 5000
	l.inject, l.clear = start+length/2, start+length/2+int64(time.Minute)
	l.keep(w.Header(l.header(time.Duration(length))))
	l.mark(timeline.MarkStart, "", start)
	for at := start; at < start+length; at += quarter {
		l.load("shoppers", 4000, at)
		l.load("page", 1000, at)
		l.keep(w.Answer(load.Answer{Check: "balancer", Start: at, End: at + int64(time.Millisecond),
			Known: true,
			Good:  at < l.inject+4*int64(time.Second) || at > l.clear}))
		if (at-start)%int64(time.Second) == 0 {
			l.keep(w.Usage(load.Usage{At: at, Group: "shoppers", LagP99: time.Millisecond,
				Machine: load.Pressure{Load: 1.5, Cores: 2}}))
		}
	}
	l.mark(timeline.MarkInject, "bad-node", l.inject)
	l.mark(timeline.MarkLift, "bad-node", l.clear)
	l.mark(timeline.MarkClear, "bad-node", l.clear)
	l.mark(timeline.MarkRecovery, "", l.clear)
	l.mark(timeline.MarkEnd, "", start+length)
	l.keep(w.Proof(timeline.Proof{Fault: "bad-node", When: "after", At: l.clear, Count: link.Count{
		Unit: "503s answered", Users: 30_000, Total: 30_000, First: l.inject, Last: l.clear}}))
	return errors.Join(l.err, w.Close())
}

const (
	start   = int64(time.Hour)
	quarter = int64(250 * time.Millisecond)
)

// longRun is a long record in the making.
type longRun struct {
	*timeline.Writer
	random        *rand.Rand
	inject, clear int64
	groups        map[string]*underWay
	err           error
}

// underWay are a group's requests that are not done yet.
type underWay struct {
	seq     uint64
	waiting []load.Request
}

func (l *longRun) keep(err error) { l.err = errors.Join(l.err, err) }

func (l *longRun) mark(name, fault string, at int64) {
	l.keep(l.Mark(timeline.Mark{Name: name, Fault: fault, Before: at, After: at +
		int64(time.Millisecond)}))
}

func (l *longRun) header(length time.Duration) timeline.Header {
	detect, recovered := 5*time.Second, 30*time.Second
	return timeline.Header{Scenario: "ten-million", Run: "0123456789abcdef", Mono: start,
		Wall: time.Unix(1_700_000_000, 0).UTC(),
		Phases: timeline.Phases{Baseline: length / 2, Hold: time.Minute,
			Recovery: length/2 - time.Minute, Confirm: 5 * time.Second},
		Groups: []timeline.Group{{Name: "shoppers", Rate: 4000, Users: 20_000,
			Slow: 500 * time.Millisecond}, {Name: "page", Rate: 1000, Users: 5000,
			Slow: 500 * time.Millisecond}},
		Faults: []timeline.Fault{{Name: "bad-node", Kind: "http-status", Aim: "lb -> app-2",
			For: time.Minute, Share: 1}},
		Watch: []timeline.Watcher{{Name: "balancer", Kind: "haproxy",
			WatcherTraits: (&watch.HAProxy{}).Traits(), Fails: 1, Oks: 1,
			Every: time.Duration(quarter)}},
		Objectives: timeline.Objectives{Detect: map[string]time.Duration{"balancer": detect},
			Recover: &recovered, Profile: "handbook",
			Keep: []string{"success of shoppers in run >= 99%",
				"p95 of page in recovery <= 1.25 x baseline", "tls of page in run >= 99%",
				"p99 of node app-1 in run <= 100ms"}},
	}
}

// load adds what a group does in the quarter of a second from at, and flushes what is done
// by its end.
func (l *longRun) load(group string, rate int, at int64) {
	if l.groups == nil {
		l.groups = map[string]*underWay{}
	}
	g := l.groups[group]
	if g == nil {
		g = &underWay{}
		l.groups[group] = g
	}
	for i := range rate / 4 {
		g.waiting = append(g.waiting, l.request(group, g.seq,
			at+int64(i)*int64(time.Second)/int64(rate)))
		g.seq++
	}
	var done []load.Request
	g.waiting = slices.DeleteFunc(g.waiting, func(q load.Request) bool {
		if q.Done < at+quarter {
			done = append(done, q)
		}
		return q.Done < at+quarter
	})
	b, err := load.EncodeBlock(group, done)
	l.keep(err)
	l.keep(l.Block(b))
}

var names = []string{"app-1", "app-2", "app-3"}

func (l *longRun) request(group string, seq uint64, due int64) load.Request {
	ms := func(mean float64) int64 { return int64(l.random.ExpFloat64() * mean * float64(time.Millisecond)) }
	node := l.random.IntN(3)
	q := load.Request{Seq: seq, Due: due, Sent: due + ms(0.2), Node: names[node], Status: 200,
		Attempts: 1, Reused: true}
	took := int64(1500*time.Microsecond) + ms(1.5)
	if l.random.IntN(100) == 0 {
		took += ms(40)
	}
	step := func(mean float64) load.Step {
		return load.StepOf(time.Duration(ms(mean)), l.random.IntN(100_000) > 0)
	}
	switch {
	case group == "page":
		q.User, q.Reused = uint32(seq%5000), false
		q.Lookup, q.Handshake, q.TLS = step(1), step(0.3), step(4)
		took += int64(q.Lookup.Took() + q.Handshake.Took() + q.TLS.Took())
	case l.random.IntN(10) == 0:
		q.Reused, q.Handshake = false, step(0.3)
	}
	if group != "page" {
		q.User = uint32(seq % 20_000)
	}
	switch since := due - l.inject; {
	case node == 1 && since >= 0 && since < 3*int64(time.Second):
		q.Class, q.Status, q.Node, took = load.Timeout, 0, "", 2*int64(time.Second)
	case node == 1 && since >= 0 && since < 23*int64(time.Second):
		q.Class, q.Status, q.Injected, q.Node = load.Status, 503, true, ""
	case l.random.IntN(100_000) == 0:
		q.Class, q.Status, q.Node = load.Reset, 0, ""
	}
	q.Done = q.Sent + took
	return q
}
