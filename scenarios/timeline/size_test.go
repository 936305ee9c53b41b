package timeline

import (
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// mostBytes is what a request may take on disk.
const mostBytes = 24

// A real record (HAProxy, one of three nodes bad, 200 requests per second in
// blocks of a quarter of a second, a check polled ten times a second) takes at
// most 24 bytes per request: its requests, and everything else in it too.
func TestRequestsAreSmallOnDisk(t *testing.T) {
	b, err := os.ReadFile("../../testdata/records/haproxy-check/record")
	if err != nil {
		t.Fatal(err)
	}
	if whole := bytesEach(t, b); whole > mostBytes {
		t.Errorf("%.1f bytes a request: want %d at most", whole, mostBytes)
	}
}

// bytesEach is how many bytes of a file there are for each of its requests, all else
// among them.
func bytesEach(t *testing.T, file []byte) float64 {
	byKind, count := map[entry]int{}, map[entry]int{}
	requests := 0
	for _, f := range framesOf(t, file) {
		byKind[f.kind] += f.size
		count[f.kind]++
		if f.kind == entryBlock {
			x, err := parseBlock(f.payload)
			if err != nil {
				t.Fatal(err)
			}
			requests += x.Count
		}
	}
	if requests == 0 {
		t.Fatal("no requests")
	}
	of := func(kind entry) float64 { return float64(byKind[kind]) / float64(max(1, count[kind])) }
	whole := float64(len(file)) / float64(requests)
	t.Logf("%d requests of %.1f bytes; with all else %.1f: %d answers of %.1f, %d usages of %.1f",
		requests,
		float64(byKind[entryBlock])/float64(requests), whole, count[entryAnswer], of(entryAnswer),
		count[entryUsage], of(entryUsage))
	return whole
}

// At low rates it is what comes by the second that weighs: two checks, one of them a
// balancer's state polled ten times a second, the load node's own state, and
// blocks of few requests. From 50 requests per second on that is within the bound,
// and from 100 on where each has a TLS connection of its own, to a name that is asked
// for anew.
func TestRecordsOfLowRatesAreSmall(t *testing.T) {
	for _, c := range []struct {
		name string
		rate int
		tls  bool
	}{{"50/s", 50, false}, {"100/s, a TLS connection each", 100, true}} {
		t.Run(c.name, func(t *testing.T) {
			if each := bytesEach(t, lowRate(t, c.rate, c.tls)); each > mostBytes {
				t.Errorf("%.1f bytes a request: want %d at most", each, mostBytes)
			}
		})
	}
}

// lowRate is the file of a drill of 45 s with one load group, as a load node emits it.
func lowRate(t *testing.T, rate int, tls bool) []byte {
	m := &memory{}
	w := newWriter(m)
	random := rand.New(rand.NewPCG(5, 6))
	ok := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	jitter := func(mean time.Duration) int64 { return int64(random.ExpFloat64() * float64(mean)) }
	step := func(mean time.Duration) load.Step { return load.StepOf(time.Duration(jitter(mean)), true) }
	share := func() *float64 { f := float64(random.IntN(3000)) / 1e4; return &f }
	const (
		length  = 45 * time.Second
		quarter = int64(250 * time.Millisecond)
		start   = int64(3 * time.Hour)
	)
	ok(w.Header(lowHeader(rate)))
	due := func(seq int) int64 { return start + int64(seq)*int64(time.Second)/int64(rate) }
	seq, poll := 0, start
	for at := start; at < start+int64(length); at += quarter {
		var done []load.Request
		for ; due(seq) < at+quarter; seq++ {
			q := long(1, random)[0]
			q.Seq, q.User, q.Due = uint64(seq), uint32(seq%300), due(seq)
			q.Sent = q.Due + jitter(200*time.Microsecond)
			q.Done = q.Sent + int64(2*time.Millisecond) + jitter(3*time.Millisecond)
			q.Reused, q.Lookup, q.Handshake, q.TLS = !tls, 0, 0, 0
			if tls {
				q.Lookup, q.Handshake, q.TLS = step(900*time.Microsecond),
					step(300*time.Microsecond), step(6*time.Millisecond)
			}
			done = append(done, q)
		}
		ok(w.Block(block(t, "shoppers", done)))
		for ; poll < at+quarter; poll += int64(100 * time.Millisecond) {
			begun := poll + jitter(200*time.Microsecond)
			ok(w.Answer(load.Answer{Check: "balancer", Start: begun, End: begun +
				int64(time.Millisecond) + jitter(500*time.Microsecond), Good: true, Known: true,
				Detail: "UP"}))
		}
		if (at-start)%int64(time.Second) == 0 {
			begun := at + jitter(200*time.Microsecond)
			ok(w.Answer(load.Answer{Check: "probe", Start: begun, End: begun +
				int64(time.Millisecond) + jitter(time.Millisecond), Good: true, Known: true,
				Detail: "200"}))
			ok(w.Usage(load.Usage{At: at + jitter(time.Millisecond), Group: "shoppers",
				Due: uint64(seq), Sent: uint64(seq), InFlight: 1,
				LagP99:      time.Duration(jitter(time.Millisecond)).Round(time.Microsecond),
				Descriptors: 13 + random.IntN(5),
				Machine: load.Pressure{Load: float64(random.IntN(300)) / 100, Cores: 2,
					CPU: share(), Memory: share(), IO: share()}}))
		}
		if (at-start)%int64(10*time.Second) == 0 {
			ok(w.Clock(wire.Offset{Shift: 391, Bound: 100_000}))
		}
	}
	for _, name := range []string{MarkStart, MarkInject, MarkLift, MarkClear, MarkRecovery, MarkEnd} {
		ok(w.Mark(Mark{Name: name, Fault: "bad-node", Before: start + int64(length)/2,
			After: start + int64(length)/2 + 123_456}))
	}
	for _, when := range []string{"before", "during", "after"} {
		ok(w.Proof(Proof{Fault: "bad-node", When: when, At: start + int64(length)/2,
			Count: link.Count{Unit: "503s answered",
				Users: 58, Checks: 16, Total: 74, First: start + 123_456_789, Last: start +
					987_654_321,
				At: start + int64(length)/2}}))
	}
	links := []link.Traffic{}
	for _, l := range []string{"lb -> app-1:8080", "lb -> app-2:8080", "lb -> app-3:8080", "ready -> app-1:8080", "ready -> app-2:8080",
		"ready -> app-3:8080", "shoppers -> lb:8080", "watch:balancer -> lb:8404", "watch:probe -> lb:8080"} {
		links = append(links, link.Traffic{Link: l, Connections: 165, Requests: 1411})
	}
	ok(w.Traffic(links))
	ok(w.Close())
	return m.Bytes()
}

// lowHeader is as long as those of the shipped drills.
func lowHeader(rate int) Header {
	limit := 5 * time.Second
	return Header{Scenario: "bad-lb-node",
		Summary: "One of three nodes behind a load balancer answers 503; its check has to take it out.",
		Run:     "0123456789abcdef", Seed: 15431710152148435100, Tool: "v0.1.0",
		Wall: time.Unix(1_700_000_000, 123_456_789).UTC(), Mono: int64(3 * time.Hour),
		Phases: Phases{Baseline: 15 * time.Second, Hold: 15 * time.Second,
			Recovery: 15 * time.Second, Confirm: 3 * time.Second},
		Groups: []Group{{Name: "shoppers", Rate: float64(rate), Users: 300,
			Slow: 500 * time.Millisecond}},
		Faults: []Fault{{Name: "bad-node", Kind: "http-status", Aim: "lb -> app-2",
			What: "answers 503 to all of requests", For: 15 * time.Second,
			Share: 1. / 3, Nodes: []string{"app-2"}, Groups: []string{"shoppers"}, Scope: "node"}},
		Watch: []Watcher{{Name: "balancer", Kind: "lb", Fails: 1, Oks: 1,
			Every: 100 * time.Millisecond,
			What:  "reads the state of app-2 at http://lb:8404/state every 100ms"},
			{Name: "probe", Kind: "http", Fails: 2, Oks: 1, Every: time.Second,
				What: "asks http://lb:8080/health every 1s; 2 bad answers in a row are a finding"}},
		Objectives: Objectives{Detect: map[string]time.Duration{"balancer": limit}, Recover: &limit,
			Keep: []string{"success of shoppers in run >= 90%"}}}
}
