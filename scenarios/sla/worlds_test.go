package sla

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// truth is what is true of a world, by which its verdicts are judged.
type truth struct {
	well bool    // a pass is right
	ill  bool    // a fail is right
	rest float64 // share that stays bad to the end: a pass is false only where the scorecard does not say that it could not have detected it

	recover [2]float64           // time to recover lies in it; beyond what is printed is a miss. Both 0: not asked
	holds   func(Scorecard) bool // what else is true; a miss where it is not said. nil: nothing
}

// row is one kind of world: what is drawn anew in each run comes from the random.
type row struct {
	what string
	draw func(r *rand.Rand) (world, truth)
}

// tally is what came out in a row's runs.
type tally struct{ runs, pass, falsePass, falseFail, undecided, missed, timed int }

func (t *tally) add(o tally) {
	t.runs, t.pass, t.falsePass, t.falseFail = t.runs+o.runs, t.pass+o.pass,
		t.falsePass+o.falsePass, t.falseFail+o.falseFail
	t.undecided, t.missed, t.timed = t.undecided+o.undecided, t.missed+o.missed, t.timed+o.timed
}

// run scores one world and says what that was worth.
func (c row) run(seed uint64) (out tally) {
	w, is := c.draw(rand.New(rand.NewPCG(seed, 11)))
	card := Score(w.record(seed), w.goals)
	out.runs = 1
	switch card.Verdict {
	case Pass:
		out.pass = 1
		if !is.well && (is.rest == 0 || is.rest >= standsOut(card)) {
			out.falsePass = 1
		}
	case Fail:
		if !is.ill {
			out.falseFail = 1
		}
	default:
		out.undecided = 1
	}
	if t := card.Times.Recover; t != nil && !t.Censored && is.recover != [2]float64{} {
		out.timed = 1
		if t.Seconds+t.Resolution < is.recover[0] || t.Seconds-t.Resolution > is.recover[1] {
			out.missed = 1
		}
	}
	if is.holds != nil {
		out.timed++
		if !is.holds(card) {
			out.missed++
		}
	}
	return out
}

// all runs a row n times, on all processors; each run by its own seed, whatever ran it.
func (c row) all(n int) (sum tally) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for k := range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			var own tally
			for seed := k; seed < n; seed += runtime.GOMAXPROCS(0) {
				own.add(c.run(uint64(seed)))
			}
			mu.Lock()
			defer mu.Unlock()
			sum.add(own)
		})
	}
	wg.Wait()
	return sum
}

// mostOf is how many of n may come out where a share of them is allowed: more would be
// seen once in a million such tests.
func mostOf(n int, share float64) int {
	b := distuv.Binomial{N: float64(n), P: share}
	for k := 0; ; k++ {
		if b.CDF(float64(k)) >= 1-1e-6 {
			return k
		}
	}
}

// What may come out: of passes that are false, 5 in 10,000; of fails, α and what the
// judge's own tests err; of times beyond what is printed beside them, one in twenty.
const (
	mostFalsePasses = 5e-4
	mostFalseFails  = 5e-4
	mostMissed      = 0.05
)

// No verdict is false in worlds that are not the judge's own model, and every ± holds.
func TestWorlds(t *testing.T) {
	out := newTable(t, "worlds", "| world | passes | false passes | false fails | undecided | beyond ± | runs |")
	for _, c := range slices.Concat(worlds(), moreWorlds()) {
		put := out.place()
		t.Run(c.what, func(t *testing.T) {
			n := runs(12, 10_000)
			s := c.all(n)
			if s.falsePass > mostOf(n, mostFalsePasses) ||
				s.falseFail > mostOf(n, mostFalseFails) || s.timed > 0 &&
				s.missed > mostOf(s.timed, mostMissed) {
				t.Errorf("%+v", s)
			}
			put(fmt.Sprintf("| %s | %d | %d | %d | %d | %d of %d | %d |", c.what, s.pass,
				s.falsePass, s.falseFail, s.undecided, s.missed, s.timed, s.runs))
		})
	}
}

// countOf is so many outages, none with a flap.
func countOf(n int) func(Scorecard) bool {
	return func(c Scorecard) bool { return len(c.Outages) == n && unbroken(c) }
}

// unbroken is no flap.
func unbroken(c Scorecard) bool {
	return !slices.ContainsFunc(c.Outages, func(o Outage) bool { return o.Flaps > 0 })
}

// worlds are the rows of the table, those that were judged worst first.
func worlds() []row {
	one := func(g crowd) world { return usually(g) }
	users := func(bad func(float64) float64) crowd { return crowd{rate: 100, bad: bad} }
	bad := truth{ill: true}
	fixed := func(what string, w world, is truth) row {
		return row{what, func(*rand.Rand) (world, truth) { return w, is }}
	}
	limitOf := func(w world, seconds float64) world { w.goals.Recover = within(seconds); return w }
	brownout := func(rate, share float64) row {
		return fixed(fmt.Sprintf("brown-out for ever: %g %% of %g/s from the injection", 100*share,
			rate),
			one(crowd{rate: rate, bad: from(15, 99, share)}), truth{ill: true, rest: share})
	}
	many := func(n int, g crowd) (all []crowd) {
		for range n {
			all = append(all, g)
		}
		return all
	}
	alarming := one(users(from(15, 25, 1)))
	alarming.goals.Restore = map[string]time.Duration{"probe": *within(5)}
	alarming.alarms = []float64{16, 17, 18, 19, 20, 21, 22, 23, 24, 31, 33, 35, 37, 39, 41, 43}
	return []row{
		// Nothing but the fault, and what a steady state may have.
		fixed("no harm at all", one(users(nil)), truth{well: true}),
		fixed("an outage that ends with the fault", one(users(from(15, 25, 1))),
			truth{well: true, recover: [2]float64{0, 0.02}}),
		fixed("the same, 0.05 % bad all along", one(users(either(from(15, 25, 1), always(0.0005)))),
			truth{well: true}),
		fixed("0.05 % bad all along, in bursts of 3",
			one(crowd{rate: 100, bad: either(from(15, 25, 1), always(0.0005)), burst: 3}),
			truth{well: true}),
		fixed("0.05 % bad all along, in bursts of 10",
			one(crowd{rate: 100, bad: either(from(15, 25, 1), always(0.0005)), burst: 10}),
			truth{well: true}),
		fixed("0.5 % bad all along, in bursts of 3, at 1,000/s",
			one(crowd{rate: 1000, bad: either(from(15, 25, 1), always(0.005)), burst: 3}),
			truth{well: true}),
		fixed("20 groups of 20/s, 0.1 % bad all along",
			usually(many(20, crowd{rate: 20, bad: either(from(15, 25, 1), always(0.001))})...),
			truth{well: true}),
		fixed("latencies with a heavy tail (σ 1.2)",
			one(crowd{rate: 100, bad: from(15, 25, 1), took: about(0.005, 1.2)}),
			truth{well: true, recover: [2]float64{0, 0.05}}),
		fixed("latencies that drift by a half",
			one(crowd{rate: 100, bad: from(15, 25, 1),
				took: changing(func(at float64) float64 { return 0.01 + 0.005*at/45 },
					0.3)}), truth{well: true}),

		// 1: nothing after clear and confirm could fail a run.
		fixed("down for good 6 s after the recovery",
			one(users(either(from(15, 25, 1), from(31, 99, 1)))), bad),
		fixed("a collapse 12 s after a fault that no user felt", one(users(from(37, 99, 1))), bad),
		fixed("down for 1.5 s of every 7 s, for ever",
			one(users(either(from(15, 25, 1), every(26, 99, 7, 1.5)))), bad),
		fixed("seven alarms after the recovery", alarming, bad),

		// 2: brown-outs for ever.
		brownout(1000, 0.001), brownout(1000, 0.0012), brownout(1000, 0.005), brownout(1000, 0.05),
		brownout(100, 0.005), brownout(100, 0.01), brownout(100, 0.05),
		fixed("fifty groups of 2/s that lose 5 % each",
			usually(many(50, crowd{rate: 2, bad: from(15, 99, 0.05)})...),
			truth{ill: true, rest: 0.05}),
		fixed("4 % of 10/s stay bad after an outage",
			one(crowd{rate: 10, bad: either(from(15, 25, 1), from(25, 99, 0.04))}),
			truth{ill: true, rest: 0.04}),
		fixed("2 % of 100/s stay bad after an outage",
			one(users(either(from(15, 25, 1), from(25, 99, 0.02)))), truth{ill: true, rest: 0.02}),
		fixed("0.5 % of 1,000/s stay bad, in bursts of 3",
			one(crowd{rate: 1000, bad: either(from(15, 25, 1), from(25, 99, 0.005)), burst: 3}),
			truth{ill: true, rest: 0.005}),

		// 3, 13: latency.
		fixed("3 ms become 450 ms for ever, no failure",
			one(crowd{rate: 100, took: changing(step(15, 0.003, 0.45), 0.02)}), bad),
		fixed("back after an outage, a hundred times slower",
			one(crowd{rate: 100, bad: from(15, 25, 1), took: changing(step(25, 0.003, 0.3), 0.05)}),
			bad),
		fixed("the same after a cold first second",
			one(crowd{rate: 100, bad: from(15, 25, 1), took: changing(func(at float64) float64 {
				return map[bool]float64{true: 0.4}[at < 1] + map[bool]float64{true: 0.3}[at > 25] +
					0.003
			}, 0.05)}), bad),

		// 15: a hiccup after the recovery, and a generator that lags.
		{"answers of 120 ms for 0.3 s, seconds after the recovery",
			func(r *rand.Rand) (world, truth) {
				at := 26 + 6*r.Float64()
				return limitOf(one(crowd{rate: 50, bad: from(15, 25, 1),
						took: changing(func(t float64) float64 { return 0.003 + from(at, at+0.3, 0.117)(t) },
							0.05)}), 2),
					truth{well: true, recover: [2]float64{0, 0.03}}
			}},
		fixed("a generator that lags by up to 20 ms after the fault",
			one(crowd{rate: 100, bad: from(15, 25, 1), lag: func(at float64, r *rand.Rand) float64 {
				return r.Float64() * step(25, 0.001, 0.02)(at)
			}}), truth{well: true, recover: [2]float64{0, 0.05}}),

		// 16, 17, 18: edges.
		{"a recovery within a tenth of the limit, above it", func(r *rand.Rand) (world, truth) {
			late := 5.1 + 0.4*r.Float64()
			return one(users(either(from(15, 25, 1), from(25, 25+late, 0.3)))),
				truth{ill: true, recover: [2]float64{late - 0.01, late + 0.01}}
		}},
		{"everyone, then 5 % for some seconds more", func(r *rand.Rand) (world, truth) {
			late := 5.1 + 2*r.Float64()
			w := one(users(either(from(15, 25, 1), from(25, 25+late, 0.05))))
			w.recovery = 30
			return w, truth{ill: true, rest: 0.05, recover: [2]float64{late - 0.01, late + 0.01}}
		}},
		{"a recovery in steps: 100, 30, 5 %", func(r *rand.Rand) (world, truth) {
			a, b := 1+2*r.Float64(), 4+3*r.Float64()
			w := limitOf(one(users(either(from(15, 25, 1), from(25, 25+a, 0.3),
				from(25, 25+b, 0.05)))), 20)
			w.recovery = 40
			return w, truth{well: true, recover: [2]float64{b - 0.01, b + 0.01}}
		}},
		{"a creeping recovery, by 1/e each 3 s", func(*rand.Rand) (world, truth) {
			w := limitOf(one(users(creeping(15, 25, 3))), 40)
			w.recovery = 60
			// From when a fiftieth is bad to when one in a thousand is cannot be resolved
			// further.
			return w, truth{well: true, recover: [2]float64{3 * math.Log(50), 3 * math.Log(1000)},
				holds: unbroken}
		}},
		{"two outages, the second lighter and 25 s later", func(r *rand.Rand) (world, truth) {
			w := one(users(either(from(15, 18, 1), from(43, 49, 0.1+0.2*r.Float64()))))
			w.fault, w.goals = 40, timeline.Objectives{Mitigate: within(60)}
			return w, truth{well: true, holds: countOf(2)}
		}},
		{"six outages of 4 s, 16 s apart, of 10 to 100 %", func(r *rand.Rand) (world, truth) {
			w, all := one(users(nil)), []func(float64) float64{}
			for k := range 6 {
				at := 15 + 20*float64(k)
				all = append(all, from(at, at+4, 0.1+0.9*r.Float64()))
			}
			w.fault, w.goals, w.groups[0].bad = 120, timeline.Objectives{Mitigate: within(115)},
				either(all...)
			return w, truth{well: true, holds: countOf(6)}
		}},
		// 20: percentiles.
		{"p95 in recovery as in the baseline, limit 1.1 of it", func(*rand.Rand) (world, truth) {
			w := one(crowd{rate: 50, took: about(0.05, 0.5)})
			w.goals = timeline.Objectives{Keep: []string{"p95 in recovery <= 1.1 x baseline"}}
			return w, truth{well: true}
		}},
		{"p95 in recovery a tenth above its limit", func(*rand.Rand) (world, truth) {
			w := one(crowd{rate: 100, took: about(0.05, 0.5)})
			w.goals = timeline.Objectives{Keep: []string{fmt.Sprintf("p95 in recovery <= %.1fms",
				1000*0.05*math.Exp(0.5*1.645)/1.1)}}
			return w, bad
		}},
		// 21: the calm test of few requests.
		fixed("10/s, latencies with a tail (σ 0.8)",
			one(crowd{rate: 10, bad: from(15, 25, 1), took: about(0.02, 0.8)}),
			truth{well: true, recover: [2]float64{0, 0.11}}),
		// 29: dead from the start.
		fixed("dead before anything is injected", one(users(always(1))), truth{}),
	}
}
