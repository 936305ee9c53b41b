package sla

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// What a scorecard prints beside a time holds: in 95 of 100 runs each time lies within
// its own resolution of the truth, also where the generator lags, the steady state is
// noisy, users are slow at first when they are well again, or watchers count from an
// onset.
func TestPrintedResolutionsHold(t *testing.T) {
	for _, c := range []struct {
		name        string
		rate, share float64
		kind        string
		change      func(s *sim, to int64)
	}{
		{"as it is", 100, 0.3, "503", nil},
		{"all at 1,000/s", 1000, 1, "reset", nil},
		{"faint", 100, 0.05, "slow", nil},
		{"noisy", 400, 0.5, "503", func(s *sim, _ int64) { s.noise = 0.004 }},
		{"noisy, all", 400, 1, "hang", func(s *sim, _ int64) { s.noise = 0.006 }},
		{"lagging", 1000, 1, "503", func(s *sim, _ int64) {
			s.lag = func(r *rand.Rand) int64 { return 20*ms + r.Int64N(20*ms) }
			s.downs[0].from -= 30 * ms // a request meets what is there when it is sent
			s.downs[0].to -= 30 * ms
		}},
		{"half, then a twentieth", 400, 0.5, "503", func(s *sim, to int64) {
			from := s.downs[0].from
			s.downs = []down{{from, from + 2*sec, 0.5, "503"}, {from + 2*sec, to, 0.05, "503"}}
		}},
		{"slow at first", 400, 1, "reset", func(s *sim, to int64) {
			s.adjust = func(q *load.Request) {
				if at := q.Due - t0; at >= to && at < to+sec {
					q.Done += 100 * ms
				}
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			n, missed := runs(100, 400), map[string]int{}
			for seed := range n {
				from := 12*sec + int64(seed)*37*ms%sec
				to := from + 6*sec + int64(seed)*11*ms%sec
				s := sim{rate: c.rate, length: 40 * time.Second, inject: from - 10*ms, lift: to +
					6*sec, confirm: 3 * time.Second,
					seed: uint64(seed), downs: []down{{from, to, c.share, c.kind}}, unused: true,
					watch: []timeline.Watcher{{Name: "pager", Kind: "http", Fails: 1, Oks: 1,
						Every: time.Second}},
					answers: []load.Answer{answer(5*sec, true), answer(from+2*sec, false),
						answer(to+9*sec, true)}}
				well := to + 3*ms // the bad answer's own time
				if c.kind == "hang" || c.kind == "slow" {
					well = to + 500*ms // known τ after its due
				}
				mitigated := well
				if c.change != nil {
					c.change(&s, to)
				}
				card := Score(s.record(), s.goals)
				if len(card.Outages) != 1 || !slices.Equal(card.Outages[0].By, []string{"fault"}) {
					missed["outage"]++
					continue
				}
				hold := func(what string, have, resolution float64, want int64) {
					if math.Abs(have-float64(want)/1e9) > resolution {
						missed[what]++
					}
				}
				o, times := card.Outages[0], card.Times
				hold("onset", o.Onset, o.Resolution, from)
				hold("recovery", o.Recovery, o.Resolution, well)
				hold("outage", times.Outage.Seconds, times.Outage.Resolution, well-from)
				hold("mitigate", times.Mitigate.Seconds, times.Mitigate.Resolution, mitigated-from)
				hold("detect", times.Detect.Seconds, times.Detect.Resolution, 2*sec)
			}
			for what, k := range missed {
				if k > int(math.Ceil(0.05*float64(n))) {
					t.Errorf("%s: %d of %d are further from the truth than what is printed", what,
						k, n)
				}
			}
		})
	}
}

// So does the sum of several faults' outages, each with two ends: the doubt of one alone is beyond
// the truth in half of the runs. What overlaps is one outage, with the doubt of one.
func TestSumOfOutagesHolds(t *testing.T) {
	const outages = 6
	n, missed := runs(40, 400), 0
	for seed := range n {
		w := usually(crowd{rate: 100})
		w.only, w.fault, w.confirm = true, 16*outages, 3
		want := 0.0
		var bad []func(float64) float64
		for i := range outages {
			begin := 15 + 16*float64(i) + float64(seed*37%1000)/1000
			end := begin + 4 + float64((seed+i)*11%1000)/1000
			want += end - begin
			bad = append(bad, from(begin, end, 0.1))
			w.also = append(w.also, onset{fmt.Sprint("fault ", i), begin - 0.01, end + 0.3})
		}
		w.groups[0].bad = either(bad...)
		o := Score(w.record(uint64(seed)), w.goals).Times.Outage
		if o == nil || math.Abs(o.Seconds-want) > o.Resolution {
			missed++
		}
	}
	if missed > int(math.Ceil(0.05*float64(n))) {
		t.Errorf("%d of %d sums are further from the truth than what is printed", missed, n)
	}
	at := func(from, to int64, doubt float64) faultOutage {
		return faultOutage{onset: t0 + from*sec, end: t0 + to*sec, resolution: doubt}
	}
	if o := together([]faultOutage{at(1, 5, 0.1), at(20, 22, 0.2), at(4, 9, 0.3)}); o.Seconds != 10 ||
		o.Resolution != 0.5 {
		t.Errorf("have %+v, want 10 s ± 500 ms", o)
	}
}

// What is certain of a time that did not end is what is left when its doubt is taken off: that is
// said, and judged.
func TestCensoredTimesAreBounds(t *testing.T) {
	for want, x := range map[string]Time{
		"time-exceeds seconds=14.9":       {Seconds: 15, Resolution: 0.1, Censored: true},
		"time-to-lift seconds=5.93":       {Seconds: 6, Resolution: 0.07, Censored: true, Unconfirmed: atLift},
		"time-to-end seconds=0":           {Seconds: 0.05, Resolution: 0.07, Censored: true, Unconfirmed: atEnd},
		"time-to-relapse seconds=1":       {Seconds: 1, Censored: true, Unconfirmed: atRest},
		"time-to-other-fault seconds=2.5": {Seconds: 3, Resolution: 0.5, Censored: true, Unconfirmed: byOther},
	} {
		said := x.Said()
		if said.String() != want {
			t.Errorf("%+v: have %s, want %s", x, said, want)
		}
		bound := said.Of("seconds").(float64)
		limit := time.Duration(1e9 * bound)
		for _, c := range []struct {
			limit time.Duration
			want  string
		}{{limit - time.Millisecond, Missed}, {limit + time.Millisecond, Undecided}} {
			if o := atMost("outage", c.limit, &x, Said{}); c.limit > 0 && o.Result != c.want {
				t.Errorf("%+v, limit %s: %s, want %s", x, c.limit, o.Result, c.want)
			}
		}
	}
}

// A time to detect is known no better than what it counts from: an onset of which no
// count says when, or an effect that a poll of counters saw. An ideal observer has the
// same doubt, the distance from it has none of it. Where the onset lies between the
// injection and the effect, it cannot be further off than they are.
func TestDetectHasTheDoubtOfItsOrigin(t *testing.T) {
	for name, c := range map[string]struct {
		change      func(*sim, *timeline.Record)
		least, most float64
	}{
		"own traffic": {func(_ *sim, r *timeline.Record) {
			p := &r.Proofs[0].Count
			p.Own, p.Users, p.Total, p.First = true, 0, 900, t0+14*sec
			r.Marks[1].Before, r.Marks[1].After = t0+14*sec, t0+14*sec
		}, 0.19, 0.3}, // 1/100 + 6/(100·0.33), and 1 ms of lag
		"polled": {func(_ *sim, r *timeline.Record) { r.Proofs[0].Count.Late = 5 * ms }, 0.005,
			0.005},
		"found": {func(*sim, *timeline.Record) {}, 0, 0},
		"in between": {func(_ *sim, r *timeline.Record) { r.Proofs[0].Count.First = t0 + 15*sec + 60*ms },
			0.001, 0.06},
	} {
		s := usual()
		r := s.record()
		c.change(&s, r)
		for _, of := range []string{"", "fault"} {
			r.Header.Watch[0].Of = of
			card := Score(r, s.goals)
			d, ideal, behind := card.Watchers[0].Detect, card.Times.Ideal, card.Watchers[0].Behind
			if d == nil || d.Resolution < c.least || d.Resolution > c.most ||
				ideal.Resolution != d.Resolution || behind.Resolution != 0 {
				t.Errorf("%s, of %q: detect %+v, ideal %+v, behind %+v, want ± %v to %v", name, of,
					d, ideal, behind, c.least, c.most)
			}
		}
	}
}

// An injection is a bracket and a counter is polled: the time from one to the other is
// known no better.
func TestEffectHasAResolution(t *testing.T) {
	s := usual()
	r := s.record()
	r.Marks[1].After += 2 * ms
	r.Proofs[0].Count.Late = 5 * ms
	if f := Score(r, s.goals).Faults[0]; f.EffectResolution != 0.007 {
		t.Errorf("have %+v, want 7 ms", f)
	}
}
