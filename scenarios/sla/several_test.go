package sla

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// Outages that follow each other in one record are told apart, each as exactly as
// one alone, whatever the share that fails: how well the users were in between says
// nothing of how bad it was.
func TestSeveralOutagesInOneRecord(t *testing.T) {
	const outages = 10
	for _, rate := range []float64{100, 1000} {
		for _, share := range []float64{0.05, 0.3, 1} {
			t.Run(fmt.Sprintf("%v/s, %v%%", rate, 100*share), func(t *testing.T) {
				t.Parallel()
				lasts, every := 1500*ms, 4*sec
				if rate*share < 10 {
					lasts, every = 7*sec, 16*sec
				}
				var errs []time.Duration
				for seed := range (runs(20, 300) + outages - 1) / outages { // each run has as many of them
					s := sim{rate: rate, length: 20*time.Second + time.Duration(outages*every),
						inject: 19 * sec, lift: 19*sec + outages*every,
						confirm: time.Second, seed: uint64(seed)}
					for i := range int64(outages) {
						from := 20*sec + i*every + int64(seed)*37*ms%300
						s.downs = append(s.downs, down{from, from + lasts, share, "503"})
					}
					errs = append(errs, s.missedByEach()...)
				}
				// Of outages that are alone, fewer than one in a hundred is.
				if beyond := count(errs,
					bound(rate, share)); beyond > int(math.Ceil(0.01*float64(len(errs)))) {
					t.Errorf("%d of %d errors are above %v, want at most 1%%", beyond, len(errs),
						bound(rate, share))
				}
			})
		}
	}
}

// missedByEach is by how much a record's outages are found too early or too late, onset and
// recovery; without end where one is not found, or found together with another.
func (s sim) missedByEach() (errs []time.Duration) {
	const own = 3 * ms // the bad answer's own time
	have := Score(s.record(), s.goals).Outages
	overlap := func(o Outage, d down) bool {
		return o.Onset < float64(d.to)/1e9 && o.Recovery > float64(d.from)/1e9
	}
	for i, d := range s.downs {
		k := slices.IndexFunc(have, func(o Outage) bool { return overlap(o, d) })
		if k < 0 || have[k].Flaps > 0 || i > 0 && overlap(have[k], s.downs[i-1]) ||
			i+1 < len(s.downs) && overlap(have[k], s.downs[i+1]) {
			errs = append(errs, undetected, undetected)
			continue
		}
		errs = append(errs, off(have[k].Onset, d.from), off(have[k].Recovery, d.to+own))
	}
	return errs
}

// One long outage of a small share is one, and has no flaps, also where all failed at
// first: a stretch without a failure that chance explains is no recovery.
func TestLongFaintOutageIsOne(t *testing.T) {
	for name, first := range map[string]float64{"faint": 0.05, "all at first": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range runs(15, 500) {
				s := sim{rate: 100, length: 110 * time.Second, inject: 20 * sec, lift: 100 * sec,
					confirm: time.Second, seed: uint64(seed),
					downs: []down{{20 * sec, 22 * sec, first, "503"},
						{22 * sec, 100 * sec, 0.05, "503"}}}
				if have := Score(s.record(), s.goals).Outages; len(have) != 1 || have[0].Flaps > 0 {
					t.Errorf("seed %d: have %+v, want one outage without a flap", seed, have)
				}
			}
		})
	}
}

// Users who were answered for W between two outages recovered from the first, however
// slowly they were.
func TestSlowInBetweenIsRecovered(t *testing.T) {
	s := usual()
	s.lift, s.confirm = 32*sec, 2*time.Second
	s.downs = []down{{15 * sec, 17 * sec, 1, "503"}, {25 * sec, 27 * sec, 1, "503"}}
	s.adjust = func(q *load.Request) {
		if at := q.Due - t0; at >= 17*sec && at < 25*sec {
			q.Done += 100 * ms
		}
	}
	have := Score(s.record(), s.goals).Outages
	if len(have) != 2 || have[0].Flaps+have[1].Flaps != 0 || math.Abs(have[0].Recovery-17) > 0.1 ||
		math.Abs(have[1].Recovery-27) > 0.1 {
		t.Errorf("have %+v, want two, to 17 s and to 27 s", have)
	}
}
