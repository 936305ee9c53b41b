package sla

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// A world is a drill whose truth is written down, and which is not the scoring's own model:
// failures may come in bursts, latencies have heavy tails and drift, users recover bit by
// bit, or never quite. Instants are seconds from the start of the run.
type world struct {
	groups                             []crowd
	baseline, fault, recovery, confirm float64
	also                               []onset   // faults beside the one of the whole fault phase
	only                               bool      // there is no fault but those
	alarms                             []float64 // the watcher is not content from each, for a second
	asks                               float64   // it asks for the first time, and then ten times a second
	watcher                            string    // its kind; http where empty
	goals                              timeline.Objectives
}

// onset is when a fault comes, and goes.
type onset struct {
	name     string
	from, to float64
}

// crowd is one load group. What is nil does not happen.
type crowd struct {
	rate  float64
	bad   func(at float64) float64 // share of requests that get a 503
	burst float64                  // mean length of a run of those; 0: each by itself
	took  func(at float64, r *rand.Rand) float64
	lag   func(at float64, r *rand.Rand) float64
}

// inject and lift are when the world's fault comes and goes, end when the run does.
func (w world) inject() float64 { return w.baseline }
func (w world) lift() float64   { return w.baseline + w.fault }
func (w world) end() float64    { return w.baseline + w.fault + w.recovery }

// usually 15 s of steady state, a fault for 10 s and 20 s after it, at 100/s, and
// users who ought to recover within 5 s.
func usually(groups ...crowd) world {
	return world{groups: groups, baseline: 15, fault: 10, recovery: 20, confirm: 5,
		goals: timeline.Objectives{Recover: within(5)}}
}

func within(seconds float64) *time.Duration {
	d := time.Duration(seconds * 1e9)
	return &d
}

// Shares of bad requests over time.

func always(share float64) func(float64) float64 { return func(float64) float64 { return share } }

// from is a share from one instant to another.
func from(begin, end, share float64) func(float64) float64 {
	return func(at float64) float64 {
		if at >= begin && at < end {
			return share
		}
		return 0
	}
}

// either is as bad as the worst of several.
func either(all ...func(float64) float64) func(float64) float64 {
	return func(at float64) (worst float64) {
		for _, f := range all {
			worst = max(worst, f(at))
		}
		return worst
	}
}

// creeping is everyone until an instant, and then fewer, by 1/e in each so many seconds.
func creeping(begin, until, each float64) func(float64) float64 {
	return func(at float64) float64 {
		switch {
		case at < begin:
			return 0
		case at < until:
			return 1
		}
		return math.Exp(-(at - until) / each)
	}
}

// every is bad for so long of every period, from an instant to another.
func every(begin, end, period, long float64) func(float64) float64 {
	return func(at float64) float64 {
		if at >= begin && at < end && math.Mod(at-begin, period) < long {
			return 1
		}
		return 0
	}
}

// Latencies, in seconds.

// about is lognormal around a median; the larger sigma, the heavier its tail.
func about(median, sigma float64) func(float64, *rand.Rand) float64 {
	return func(_ float64, r *rand.Rand) float64 { return median * math.Exp(sigma*r.NormFloat64()) }
}

// changing is about a median that changes over time.
func changing(median func(at float64) float64, sigma float64) func(float64, *rand.Rand) float64 {
	return func(at float64, r *rand.Rand) float64 { return median(at) * math.Exp(sigma*r.NormFloat64()) }
}

// step is one value before an instant and another from then on.
func step(at, before, after float64) func(float64) float64 {
	return func(t float64) float64 {
		if t < at {
			return before
		}
		return after
	}
}

// record is what a drill in that world leaves behind.
func (w world) record(seed uint64) *timeline.Record {
	random := rand.New(rand.NewPCG(seed, 7))
	at := func(seconds float64) int64 { return t0 + int64(seconds*1e9) }
	r := &timeline.Record{
		Header: timeline.Header{Version: timeline.Version, Scenario: "world",
			Run: "00000000000000aa", Seed: seed, Mono: t0,
			Wall: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
			Phases: timeline.Phases{Baseline: time.Duration(w.baseline * 1e9),
				Hold:     time.Duration(w.fault * 1e9),
				Recovery: time.Duration(w.recovery * 1e9), Confirm: time.Duration(w.confirm * 1e9)},
			Objectives: w.goals},
		Requests: map[string]*timeline.Requests{},
	}
	for k, g := range w.groups {
		name := fmt.Sprintf("users-%02d", k)
		r.Header.Groups = append(r.Header.Groups,
			timeline.Group{Name: name, Rate: g.rate, Users: 20, Slow: 500 * time.Millisecond})
		r.Requests[name] = packed(int(w.end()*g.rate),
			func(out []load.Request) { g.requests(out, random) })
	}
	mark := func(name, fault string, seconds float64) {
		r.Marks = append(r.Marks, timeline.Mark{Name: name, Fault: fault, Before: at(seconds),
			After: at(seconds)})
	}
	mark(timeline.MarkStart, "", 0)
	faults := w.also
	if !w.only {
		faults = append([]onset{{"fault", w.inject(), w.lift()}}, w.also...)
	}
	for _, f := range faults {
		r.Header.Faults = append(r.Header.Faults,
			timeline.Fault{Name: f.name, Kind: "http-status", Aim: "users -> web",
				At:  time.Duration((f.from - w.inject()) * 1e9),
				For: time.Duration((f.to - f.from) * 1e9)})
		mark(timeline.MarkInject, f.name, f.from)
		mark(timeline.MarkLift, f.name, f.to)
		mark(timeline.MarkClear, f.name, f.to)
		r.Proofs = append(r.Proofs, timeline.Proof{Fault: f.name, When: "after", At: at(f.to),
			Count: link.Count{Unit: "503s answered", Users: 1000, Total: 1000, First: at(f.from)}})
	}
	mark(timeline.MarkRecovery, "", w.lift())
	mark(timeline.MarkEnd, "", w.end())
	if len(w.alarms) > 0 {
		r.Header.Watch = []timeline.Watcher{{Name: "probe", Kind: cmp.Or(w.watcher, "http"),
			WatcherTraits: timeline.WatcherTraits{Polled: w.watcher == "lb",
				Told: w.watcher == "webhook"}, Fails: 1, Oks: 1, Every: 100 * time.Millisecond}}
		r.Answers = w.answers(at)
	}
	return r
}

// answers are the watcher's, ten a second.
func (w world) answers(at func(float64) int64) (all []load.Answer) {
	for t := cmp.Or(w.asks, 0.05); t < w.end(); t += 0.1 {
		good := true
		for _, a := range w.alarms {
			good = good && !(t >= a && t < a+1)
		}
		all = append(all, load.Answer{Check: "probe", Start: at(t), End: at(t + 0.002), Good: good,
			Known: true})
	}
	return all
}

func (g crowd) requests(out []load.Request, random *rand.Rand) {
	phase, running := random.Float64(), false
	for i := range out {
		at := (float64(i) + phase) / g.rate
		due := t0 + int64(at*1e9)
		q := load.Request{Seq: uint64(i), Due: due, Sent: due + random.Int64N(ms),
			User: uint32(i % 20), Attempts: 1, Node: "web", Status: 200}
		if g.lag != nil {
			q.Sent = due + int64(g.lag(at, random)*1e9)
		}
		took := 0.003 + 0.002*random.Float64()
		if g.took != nil {
			took = g.took(at, random)
		}
		q.Done = q.Sent + int64(took*1e9)
		if running = g.fails(at, running, random); running {
			q.Class, q.Status = load.Status, 503
		}
		out[i] = q
	}
}

// fails draws whether a request is bad, given the one before it: in runs of a mean
// length, of which as many begin as make the share.
func (g crowd) fails(at float64, running bool, random *rand.Rand) bool {
	if g.bad == nil {
		return false
	}
	share := g.bad(at)
	switch {
	case g.burst <= 1 || share >= 1:
		return random.Float64() < share
	case running:
		return random.Float64() < 1-1/g.burst
	}
	return random.Float64() < share/(1-share)/g.burst
}
