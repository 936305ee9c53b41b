//go:build linux

package loadgen

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// mostWorkers caps the requests in flight where a group does not say: beyond a
// few thousand goroutines the generator collapses before its target does.
const mostWorkers = 4096

// workersOf is how many requests may be in flight: enough for every request to
// run into its time-out, and a fifth more.
func workersOf(g load.Group) int {
	if g.Workers > 0 {
		return g.Workers
	}
	return int(min(g.Rate*g.Timeout.Seconds()*1.2+32, mostWorkers))
}

// groupRunner is the load of one group, under way. Vegeta paces and runs the workers;
// groupRunner is the transport they call, so that it has of every hit when it was due, and
// records it itself.
type groupRunner struct {
	spec  load.Group
	pacer Pacer
	start int64
	now   func() int64
	send  func(*load.Request) // makes the request and fills in its end
	rec   *recorder

	attacker *vegeta.Attacker
	ended    chan struct{} // closed when vegeta has ended

	mu      sync.Mutex
	ending  bool
	end     int64 // once ending: no hit due later is sent
	closed  bool
	begun   tally
	flights sync.WaitGroup // added to under mu, and never once closed
	flying  int
}

// newGroupRunner prepares the load of a group; nothing is sent before run.
func newGroupRunner(g load.Group, send func(*load.Request), rec *recorder,
	now func() int64) *groupRunner {
	c := &groupRunner{spec: g, pacer: pacerOf(g), now: now, send: send, rec: rec,
		ended: make(chan struct{})}
	most := uint64(workersOf(g))
	c.attacker = vegeta.NewAttacker(
		vegeta.Workers(min(most, 32)),
		vegeta.MaxWorkers(most),
		vegeta.Client(&http.Client{Transport: c}))
	return c
}

// run starts the load; the first request is due at start.
func (c *groupRunner) run(start int64) {
	c.start = start
	// Not what is asked for: that is send's.
	what := vegeta.NewStaticTargeter(vegeta.Target{Method: http.MethodGet, URL: "/"})
	results := c.attacker.Attack(what, vegetaPacer{c.pacer, start, c.now, c.over}, 0, "")
	go func() {
		defer close(c.ended)
		for range results { // unbuffered: a result that is not taken blocks its worker
		}
	}()
}

// settle is how long stop lets hits through that were due before it: pacing is
// late by a millisecond or two at any time, and those are not unsent.
const settle = 50 * time.Millisecond

// stop ends the pacing, records as unsent what was due and not begun, and
// returns when the last request in flight is recorded.
func (c *groupRunner) stop() {
	c.last(c.now)
	for end := time.Now().Add(settle); c.owing() && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	c.attacker.Stop()
	now := c.now()
	for _, seq := range c.close() {
		r := c.request(seq)
		r.Unsent, r.Done = true, now
		c.rec.add(r)
	}
	c.flights.Wait()
}

// cut ends the load at once: no hit begins any more, and halt ends the requests
// in flight. When it returns, none is left.
func (c *groupRunner) cut(halt func()) {
	c.last(c.now)
	c.close()
	c.attacker.Stop()
	halt()
	c.flights.Wait()
}

// last makes an instant the last at which a hit may be due. A clock is read under
// the lock: a hit that began between the two would be due after the end.
func (c *groupRunner) last(at func() int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ending, c.end = true, at()
}

// owing reports whether a hit that was due before the end has not begun.
func (c *groupRunner) owing() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.begun.next < c.dueBy(c.end)
}

// close lets no hit begin any more and gives those that never did.
func (c *groupRunner) close() []uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	return c.begun.missing(c.dueBy(c.end))
}

// over reports whether a hit is due only after the end.
func (c *groupRunner) over(seq uint64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.late(seq)
}

func (c *groupRunner) late(seq uint64) bool {
	return c.closed || c.ending && seq >= c.dueBy(c.end)
}

func (c *groupRunner) dueBy(at int64) uint64 { return c.pacer.Count(time.Duration(at - c.start)) }

// due is how many requests were due by an instant; after stop none is.
func (c *groupRunner) due(at int64) uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ending {
		at = min(at, c.end)
	}
	return c.dueBy(at)
}

// inFlight is how many requests wait for their answer.
func (c *groupRunner) inFlight() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.flying
}

// RoundTrip carries out the hit that vegeta calls for. What it gives back means
// nothing: the recorder has the answer.
func (c *groupRunner) RoundTrip(hit *http.Request) (*http.Response, error) {
	seq, err := strconv.ParseUint(hit.Header.Get("X-Vegeta-Seq"), 10, 64)
	if err != nil {
		return nil, fmt.Errorf("vegeta gave no sequence number: %w", err)
	}
	c.hit(seq)
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody,
		Request: hit}, nil
}

// hit makes one request, unless it comes too late to be one: a request that
// would begin after its own time-out says nothing about the target.
func (c *groupRunner) hit(seq uint64) {
	if !c.begin(seq) {
		return
	}
	defer c.finish()
	r := c.request(seq)
	if now := c.now(); now-r.Due > int64(c.spec.Timeout) {
		r.Unsent, r.Done = true, now
	} else {
		r.Sent = now
		c.send(&r)
	}
	c.rec.add(r)
}

func (c *groupRunner) request(seq uint64) load.Request {
	return load.Request{Seq: seq, Due: c.start + int64(c.pacer(seq)),
		User: uint32(seq % uint64(c.spec.Users))}
}

// begin reports whether a hit is still wanted; once closed none is, and those
// that were due are recorded as unsent.
func (c *groupRunner) begin(seq uint64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.late(seq) {
		return false
	}
	c.begun.add(seq)
	c.flights.Add(1)
	c.flying++
	return true
}

func (c *groupRunner) finish() {
	c.mu.Lock()
	c.flying--
	c.mu.Unlock()
	c.flights.Done()
}
