package sla

import (
	"math"
	"slices"
	"sort"
	"time"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/stormdrill/stormdrill/loadgen"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// stream is one group's requests as the change-point test sees them: those that
// were sent, in order of due.
type stream struct {
	group timeline.Group
	all   []loadgen.Request // with those never sent
	sent  []loadgen.Request
	bads  []int // indices into sent

	p0, p1 float64
	good   float64 // score of a good request, below zero
	bad    float64 // score of a bad one
	limit  float64 // of an alarm
	calm   time.Duration
}

// newStream measures the baseline, which ends at injected, and sets up the test.
func newStream(g timeline.Group, all []loadgen.Request, injected int64, streams int) *stream {
	s := &stream{group: g, all: all, sent: all}
	if slices.ContainsFunc(all, func(r loadgen.Request) bool { return r.Unsent }) {
		s.sent = slices.DeleteFunc(slices.Clone(all), func(r loadgen.Request) bool { return r.Unsent })
	}
	for i, r := range s.sent {
		if r.Bad(g.Slow) {
			s.bads = append(s.bads, i)
		}
	}
	base := s.first(injected)
	s.setTest(s.badBefore(injected), base, len(s.sent), streams)
	p95 := quantile(s.latencies(0, base), 0.95)
	s.calm = max(time.Duration(calmRatio*float64(p95)), p95+calmMore)
	return s
}

// setTest sets the shares that the test tells apart, from a baseline of n
// requests of which bad were bad, and the score at which it alarms among total.
func (s *stream) setTest(bad, n, total, streams int) {
	s.p0 = max(leastP0, upperBound(bad, n))
	s.p1 = max(leastP1, p1Ratio*s.p0)
	if s.p1 > (1+s.p0)/2 { // a baseline that is void anyway
		s.p1 = (1 + s.p0) / 2
	}
	s.bad = math.Log(s.p1 / s.p0)
	s.good = math.Log1p(-s.p1) - math.Log1p(-s.p0)
	s.limit = math.Log(float64(max(1, total)) * float64(max(1, streams)) / alpha)
}

// upperBound is the one-sided Clopper-Pearson bound of a share, bad of n.
func upperBound(bad, n int) float64 {
	if bad >= n {
		return 0.5 // nothing is known; kept below certainty so that logarithms exist
	}
	return min(0.5, mathext.InvRegIncBeta(float64(bad+1), float64(n-bad), baselineConfidence))
}

// allowed is how many of n requests may be bad at p0, but for a chance of 10⁻⁴.
func (s *stream) allowed(n int) int {
	b := distuv.Binomial{N: float64(n), P: s.p0}
	return sort.Search(n, func(k int) bool { return b.CDF(float64(k)) >= confirmQuantile })
}

// first is the index of the first sent request that was due at t or later.
func (s *stream) first(t int64) int {
	return sort.Search(len(s.sent), func(i int) bool { return s.sent[i].Due >= t })
}

// badUpTo counts bad requests among the first n.
func (s *stream) badUpTo(n int) int { return sort.SearchInts(s.bads, n) }

// badBefore counts the bad requests of the baseline, which ends at t: those that
// were under way at t are not its own.
func (s *stream) badBefore(t int64) (n int) {
	for _, i := range s.bads[:s.badUpTo(s.first(t))] {
		if s.sent[i].Known(s.group.Slow) < t {
			n++
		}
	}
	return n
}

func (s *stream) badIn(from, to int) int { return s.badUpTo(to) - s.badUpTo(from) }

func (s *stream) latencies(from, to int) []time.Duration {
	out := make([]time.Duration, 0, max(0, to-from))
	for _, r := range s.sent[from:max(from, to)] {
		out = append(out, r.Latency())
	}
	return out
}

// quantile is the nearest-rank quantile, zero of nothing. It sorts all.
func quantile(all []time.Duration, q float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[max(0, int(math.Ceil(q*float64(len(all))))-1)]
}

// well reports whether the users were well over [t, t+w]: bad requests no more
// than the baseline explains, p95 within calm, and a generator that kept up.
func (s *stream) well(t int64, w, calm time.Duration) bool {
	from, to := s.first(t), s.first(t+int64(w))
	n := to - from
	if float64(n) < leastRate*s.group.Rate*w.Seconds()-1 || n == 0 {
		return false
	}
	return s.badIn(from, to) <= s.allowed(n) && quantile(s.latencies(from, to), 0.95) <= calm
}

// settled is the first instant from t on over which the users stayed well for
// w, all of it before end.
func (s *stream) settled(t, end int64, w, calm time.Duration) (int64, bool) {
	for ; t+int64(w) <= end; t += int64(window) {
		if s.well(t, w, calm) {
			return t, true
		}
	}
	return 0, false
}

// resolution is how finely an edge of an outage of the given share is known.
func (s *stream) resolution(share float64) time.Duration {
	if share <= 0 || s.group.Rate <= 0 {
		return 0
	}
	return Resolution(s.group.Rate, share)
}

// longest stands for a resolution that is none.
const longest = 1e6 * time.Second

// Resolution is how finely an onset or a recovery can be told: at r requests per
// second, of which the share f fails, 1/r + 6/(r·f).
func Resolution(r, f float64) time.Duration {
	s := (1 + perChange/f) / r
	if !(s < longest.Seconds()) {
		return longest
	}
	return time.Duration(s * float64(time.Second))
}
