package sla

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

const (
	ms  = int64(time.Millisecond)
	sec = int64(time.Second)
)

// down is a stretch in which a share of requests goes wrong in a way.
type down struct {
	from, to int64 // of due, from the start of the run
	share    float64
	kind     string // reset, 503, hang, slow
}

// sim is a drill with a known truth: what is written here is what happened.
type sim struct {
	rate       float64
	length     time.Duration
	inject     int64 // also the effect
	lift       int64
	downs      []down
	noise      float64 // share of requests that are bad for no reason
	timeout    time.Duration
	slow       time.Duration
	confirm    time.Duration
	seed       uint64
	lag        func(r *rand.Rand) int64 // of each request; default up to 1 ms
	touched    uint64                   // default 1000
	watch      []timeline.Watcher
	answers    []load.Answer
	deliveries []load.Delivery
	adjust     func(*load.Request)
	unused     bool // the fault touched no request of the users
	goals      timeline.Objectives
	unlifted   bool
	control    bool // no fault: what is written here happens all the same
}

// t0 is where the run starts on the record's clock.
const t0 = int64(1_000_000) * sec

func (s sim) record() *timeline.Record {
	random := rand.New(rand.NewPCG(s.seed, 1))
	s.defaults()
	r := &timeline.Record{
		Header: timeline.Header{Version: timeline.Version, Scenario: "simulated",
			Run: "00000000000000aa", Seed: s.seed,
			Wall: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Mono: t0,
			Phases: timeline.Phases{Baseline: time.Duration(s.inject),
				Hold: time.Duration(s.lift - s.inject), Confirm: s.confirm},
			Groups: []timeline.Group{{Name: "users", Rate: s.rate, Users: 100, Slow: s.slow}},
			Faults: []timeline.Fault{{Name: "fault", Kind: "http-status", Aim: "users -> web",
				What: "answers 503 to all of requests", For: time.Duration(s.lift - s.inject)}},
			Watch: s.watch, Objectives: s.goals},
		Requests: map[string]*timeline.Requests{"users": packed(int(s.length.Seconds()*s.rate),
			func(out []load.Request) { s.requests(out, random) })},
		Answers:    s.answers,
		Deliveries: s.deliveries,
	}
	s.marks(r)
	return r
}

func (s *sim) defaults() {
	if s.timeout == 0 {
		s.timeout = 2 * time.Second
	}
	if s.slow == 0 {
		s.slow = 500 * time.Millisecond
	}
	if s.confirm == 0 {
		s.confirm = 5 * time.Second
	}
	if s.touched == 0 && !s.unused {
		s.touched = 1000
	}
	if s.lag == nil {
		s.lag = func(r *rand.Rand) int64 { return r.Int64N(ms) }
	}
}

func (s *sim) marks(r *timeline.Record) {
	mark := func(name, fault string, at int64) {
		r.Marks = append(r.Marks, timeline.Mark{Name: name, Fault: fault, Before: t0 + at,
			After: t0 + at})
	}
	count := link.Count{Unit: "503s answered", Users: s.touched, Total: s.touched, Active: false}
	if s.touched > 0 {
		count.First = t0 + s.inject
	}
	mark(timeline.MarkStart, "", 0)
	if s.control {
		r.Header.Control, r.Header.Faults = true, nil
		mark(timeline.MarkHold, "", s.inject)
		mark(timeline.MarkRecovery, "", s.lift)
		mark(timeline.MarkEnd, "", int64(s.length))
		return
	}
	mark(timeline.MarkInject, "fault", s.inject)
	if !s.unlifted {
		mark(timeline.MarkLift, "fault", s.lift)
		r.Proofs = append(r.Proofs, timeline.Proof{Fault: "fault", When: "after", At: t0 + s.lift,
			Count: count})
		mark(timeline.MarkClear, "fault", s.lift)
		mark(timeline.MarkRecovery, "", s.lift)
	}
	mark(timeline.MarkEnd, "", int64(s.length))
}

// drawn are reused: a table of accuracy packs some hundred thousand million requests.
var drawn = sync.Pool{New: func() any { return new([]load.Request) }}

// packed are so many requests, drawn into a slice that has been used before.
func packed(n int, draw func([]load.Request)) *timeline.Requests {
	all := drawn.Get().(*[]load.Request)
	defer drawn.Put(all)
	if cap(*all) < n {
		*all = make([]load.Request, n)
	}
	*all = (*all)[:n]
	draw(*all)
	return timeline.Pack(*all)
}

func (s *sim) requests(out []load.Request, random *rand.Rand) {
	phase := random.Float64()
	for i := range out {
		at := int64((float64(i) + phase) / s.rate * float64(sec))
		due := t0 + at
		q := load.Request{Seq: uint64(i), Due: due, Sent: due + s.lag(random),
			User: uint32(i % 100), Attempts: 1, Node: "web", Status: 200}
		q.Done = q.Sent + 2*ms + random.Int64N(2*ms)
		if random.Float64() < s.noise {
			q.Class, q.Status = load.Status, 500
		}
		for _, d := range s.downs {
			if at >= d.from && at < d.to && random.Float64() < d.share {
				s.hit(&q, d.kind)
			}
		}
		if s.adjust != nil {
			s.adjust(&q)
		}
		out[i] = q
	}
}

func (s *sim) hit(q *load.Request, kind string) {
	switch kind {
	case "503":
		q.Class, q.Status = load.Status, 503
	case "reset":
		q.Class, q.Status, q.Node = load.Reset, 0, ""
	case "hang":
		q.Class, q.Status, q.Node, q.Done = load.Timeout, 0, "", q.Sent+int64(s.timeout)
	case "slow":
		q.Done = q.Sent + sec
	default:
		panic("no kind " + kind)
	}
}

// edit changes requests of a group one by one.
func edit(r *timeline.Record, group string, change func(i int, q *load.Request)) {
	all := collect(r.Requests[group])
	for i := range all {
		change(i, &all[i])
	}
	r.Requests[group] = timeline.Pack(all)
}

func collect(q *timeline.Requests) (all []load.Request) {
	for r := range q.All() {
		all = append(all, *r)
	}
	return all
}
