//go:build linux

package loadgen

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

func fakeNow() int64 { return time.Now().UnixNano() }

// rush runs a group for a time under a fake clock and gives what it recorded,
// by sequence number.
func rush(t *testing.T, g load.Group, length time.Duration,
	send func(*load.Request)) []load.Request {
	t.Helper()
	var all []load.Request
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		rec := newRecorder(g.Name, func(_ string, body any) error {
			rs, err := load.DecodeBlock(body.(load.Block))
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, rs...)
			return nil
		})
		c := newGroupRunner(g, send, rec, fakeNow)
		c.run(fakeNow())
		time.Sleep(length)
		c.stop()
		if err := rec.flush(); err != nil {
			t.Error(err)
		}
		<-c.ended
	})
	slices.SortFunc(all, func(a, b load.Request) int { return int(a.Seq) - int(b.Seq) })
	for i, r := range all {
		if r.Seq != uint64(i) {
			t.Fatalf("request %d is recorded as %d: none may be missing or recorded twice", i,
				r.Seq)
		}
	}
	return all
}

func TestEveryRequestIsSentWhenDue(t *testing.T) {
	g := load.Group{Name: "shoppers", URL: "http://lb/", Rate: 200, Users: 7, Timeout: time.Second}
	all := rush(t, g, 10*time.Second-time.Millisecond, func(r *load.Request) { r.Done = fakeNow() })
	if len(all) != 2000 {
		t.Fatalf("%d requests in 10 s at 200/s", len(all))
	}
	for i, r := range all {
		if r.Due-all[0].Due != int64(i)*5e6 || r.Sent != r.Due || r.User != uint32(i%7) ||
			r.Unsent {
			t.Fatalf("request %d: %+v", i, r)
		}
	}
}

// Capped workers hide a stall from a measurement that starts at sent; from due it shows.
func TestStallShowsInLatencyFromDue(t *testing.T) {
	const stall = time.Second
	var once sync.Once
	var stalled, service time.Duration
	g := load.Group{Name: "g", URL: "http://lb/", Rate: 100, Users: 1, Timeout: 3 * time.Second,
		Workers: 1}
	all := rush(t, g, 4*time.Second-time.Millisecond, func(r *load.Request) {
		once.Do(func() { time.Sleep(stall) })
		r.Done = fakeNow()
	})
	for _, r := range all[1:] {
		stalled = max(stalled, r.Latency())
		service = max(service, time.Duration(r.Done-r.Sent))
	}
	if service != 0 {
		t.Fatalf("service time %s: this test's server answers at once", service)
	}
	if want := stall - 10*time.Millisecond; stalled != want {
		t.Fatalf("the request behind the stall took %s from due, want %s", stalled, want)
	}
}

func TestWhatCouldNotBeSentIsUnsent(t *testing.T) {
	g := load.Group{Name: "g", URL: "http://lb/", Rate: 100, Users: 1, Timeout: 2 * time.Second,
		Workers: 5}
	hung := func(r *load.Request) {
		time.Sleep(g.Timeout)
		r.Done, r.Class = fakeNow(), load.Timeout
	}
	all := rush(t, g, 10*time.Second+time.Millisecond, hung)
	if len(all) != 1001 {
		t.Fatalf("%d recorded, 1001 were due", len(all))
	}
	sent := 0
	for _, r := range all {
		switch {
		case !r.Unsent:
			sent++
			if lag := time.Duration(r.Sent - r.Due); lag > g.Timeout {
				t.Errorf("request %d was sent %s late, later than its time-out", r.Seq, lag)
			}
		case r.Sent != 0 || r.Done < r.Due || r.Bad(0):
			t.Fatalf("unsent request %+v", r)
		}
	}
	if sent > 5*6 {
		t.Errorf("5 workers sent %d requests of 2 s in 10 s", sent)
	}
}

func TestStopIsPromptAtALowRate(t *testing.T) {
	g := load.Group{Name: "g", URL: "http://lb/", Rate: 0.01, Users: 1, Timeout: time.Second}
	synctest.Test(t, func(t *testing.T) {
		c := newGroupRunner(g, func(r *load.Request) { r.Done = fakeNow() }, newRecorder("g", nil),
			fakeNow)
		c.run(fakeNow())
		time.Sleep(time.Second)
		before := time.Now()
		c.stop()
		if took := time.Since(before); took != 0 {
			t.Errorf("stop took %s", took)
		}
		<-c.ended
	})
}

func TestRequestsInFlightAreWaitedFor(t *testing.T) {
	g := load.Group{Name: "g", URL: "http://lb/", Rate: 10, Users: 1, Timeout: 2 * time.Second}
	all := rush(t, g, 950*time.Millisecond, func(r *load.Request) {
		time.Sleep(time.Second)
		r.Done = fakeNow()
	})
	for _, r := range all {
		if r.Unsent || r.Latency() != time.Second {
			t.Fatalf("%+v", r)
		}
	}
	if len(all) != 10 {
		t.Fatalf("%d recorded", len(all))
	}
}
