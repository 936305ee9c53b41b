package sla

import (
	"math/rand/v2"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// moreWorlds are rows about several faults, strays, slowness that comes and goes, and
// watchers at the boundary of their limit.
func moreWorlds() []row {
	users := func(bad func(float64) float64) crowd { return crowd{rate: 100, bad: bad} }
	return []row{
		// Two faults, in both orders and overlapping.
		{"two faults, one of which is felt, in every overlap", func(r *rand.Rand) (world, truth) {
			w := usually(users(nil))
			at, long := 16+6*r.Float64(), 2+8*r.Float64()
			w.also = []onset{{"other", at, min(at+long, 24.9)}}
			w.groups[0].bad = from(at, min(at+long, 24.9), 1)
			return w, truth{well: true}
		}},
		{"two faults, both felt, in every order and overlap, 2 s until users are well",
			func(r *rand.Rand) (world, truth) {
				return both(r, 2), truth{well: true, recover: [2]float64{2 - 0.01, 2 + 0.01}}
			}},
		{"the same, 7 s until users are well", func(r *rand.Rand) (world, truth) {
			return both(r, 7), truth{ill: true, recover: [2]float64{7 - 0.01, 7 + 0.01}}
		}},
		{"unwell for 6 to 9 s after a fault, until the next one comes",
			func(r *rand.Rand) (world, truth) {
				next := 26 + 3*r.Float64()
				w := usually(users(from(15, next+3, 1)))
				w.fault, w.only, w.also = 20, true,
					[]onset{{"one", 15, 20}, {"other", next, next + 3}}
				return w, truth{ill: true, recover: [2]float64{next - 20 - 0.01, next - 20 + 0.01}}
			}},
		{"0.15 % of 1,000/s stay bad between two outages", func(*rand.Rand) (world, truth) {
			w := usually(crowd{rate: 1000,
				bad: either(from(15, 20, 1), from(20, 50, 0.0015), from(50, 55, 1))})
			w.fault, w.only, w.also = 40, true, []onset{{"one", 15, 20}, {"other", 50, 55}}
			return w, truth{ill: true}
		}},
		{"4 % of answers take 50 ms, with the fault on 11 %", func(*rand.Rand) (world, truth) {
			return usually(crowd{rate: 100, took: func(at float64, r *rand.Rand) float64 {
				if r.Float64() < 0.04+from(15, 25, 0.07)(at) {
					return 0.05
				}
				return 0.003
			}}), truth{well: true, holds: func(c Scorecard) bool { return c.Faults[0].Slower && !c.Faults[0].Absorbed }}
		}},
		{"a probe's alarm within 0.15 s of its limit", func(r *rand.Rand) (world, truth) {
			w := watched(r, "http")
			seen := w.asks // the first question that finds users unwell is answered 2 ms later
			for seen < w.alarms[0] {
				seen += 0.1
			}
			late := seen+0.002-15 > 2
			return w, truth{well: !late, ill: late}
		}},
		{"a balancer that is polled, within 0.15 s of its limit",
			func(r *rand.Rand) (world, truth) {
				w := watched(r, "lb")
				late := w.alarms[0]-15 > 2
				return w, truth{well: !late, ill: late}
			}},
	}
}

// both are two faults of 2 to 8 s that everybody feels, in any order and overlap, some at
// one instant or one within the other, and users unwell for so long after the last.
func both(r *rand.Rand, tail float64) world {
	some := func() onset {
		at := 15 + 8*r.Float64()
		return onset{"", at, at + 2 + 6*r.Float64()}
	}
	a, b := some(), some()
	if r.IntN(5) == 0 {
		b.to, b.from = a.from+b.to-b.from, a.from
	}
	a.name, b.name = "one", "other"
	last := max(a.to, b.to)
	w := usually(crowd{rate: 100, bad: either(from(a.from, a.to, 1), from(b.from, b.to, 1),
		from(last, last+tail, 1))})
	w.only, w.fault, w.also = true, 17, []onset{a, b}
	return w
}

// watched is a drill whose watcher finds users unwell some 2 s after the injection, which
// is its limit, at any phase.
func watched(r *rand.Rand, kind string) world {
	w := usually(crowd{rate: 100, bad: from(15, 25, 1)})
	w.watcher, w.asks = kind, 0.1*r.Float64()+0.001
	for at := 16.85 + 0.3*r.Float64(); at < 25; at++ {
		w.alarms = append(w.alarms, at)
	}
	w.goals = timeline.Objectives{Detect: map[string]time.Duration{"probe": 2 * time.Second}}
	return w
}
