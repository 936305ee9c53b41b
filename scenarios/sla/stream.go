package sla

import (
	"math"
	"sort"
	"time"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// stream is one group's requests as the change-point test sees them: those that
// were sent, in order of due. Their places are counted among themselves, without
// those never sent.
type stream struct {
	group  timeline.Group
	all    *timeline.Requests // with those never sent
	unsent []uint32           // places in all, those of the warm-up among them
	warm   int                // how many are the warm-up's
	bads   []uint32           // places
	// until then the baseline was slower than after it; see steady.usual
	cold       int64
	slower     *stream      // the same requests, bad where they were slower than calm
	slack      []slow       // see slows
	steadyBads baselineBads // bad requests of the baseline

	lag      spread          // of all
	late     int             // sent with a lag above w
	local    int             // failed on the load node itself
	lagged   int             // bad by the generator's lag alone
	slowing  bool            // the baseline's last part was slower than what was before it
	answered bool            // at least one was
	by       *answers        // of the whole run
	before   *answers        // of the baseline
	marks    map[string]bool // faults of which own answers came through

	p0, p1 float64
	good   float64 // score of a good request, below zero
	bad    float64 // score of a bad one
	limit  float64 // of an alarm
	spread float64 // the baseline's index of dispersion, at least 1; see dispersion
	calm   time.Duration
	p95    time.Duration // of the baseline, by which calm was set
	alarms []int64       // when the ideal observer raised its alarms
	most   map[int]int   // what allowed found
}

// newStream measures the baseline, from an instant until injected, and sets up the test.
// What came before it is left out.
func newStream(g timeline.Group, all *timeline.Requests, from, injected int64,
	streams int) *stream {
	s := &stream{group: g, all: all, by: newAnswers(),
		before: newAnswers(), marks: map[string]bool{}}
	s.warm = all.First(from)
	for i := range s.warm {
		s.unsent = append(s.unsent, uint32(i))
	}
	base := newSteady(from, injected)
	sent := 0
	for r := range all.Between(s.warm, all.Len()) {
		if r.Unsent {
			s.unsent = append(s.unsent, uint32(sent+len(s.unsent)))
			continue
		}
		bad := r.Bad(g.Slow)
		if r.Due < injected {
			base.add(r, bad)
			s.before.in(0).add(r, false)
		}
		if bad {
			s.bads = append(s.bads, uint32(sent))
		}
		s.sends(r)
		sent++
	}
	s.steadyBads = base.bad
	s.spread = s.steadyBads.dispersion()
	s.setTest(s.badBefore(injected), s.first(injected), sent, streams)
	s.p95, s.cold = base.usual()
	s.slowing = base.slowing()
	s.calm = calmLimit(s.p95)
	s.watch(injected, streams)
	return s
}

// sends counts what a request says of the generator that sent it.
func (s *stream) sends(r *load.Request) {
	lag := time.Duration(r.Sent - r.Due)
	s.lag.add(lag)
	if lag > window {
		s.late++
	}
	if r.Class == load.Local {
		s.local++
	}
	if r.Class == load.OK && !r.Injected && r.Bad(s.group.Slow) && took(r) <= s.group.Slow {
		s.lagged++
	}
	s.answered = s.answered || r.Status != 0
	s.by.in(0).add(r, false)
	if r.Injected {
		s.marks[r.Fault] = true
	}
}

// sent is how many were.
func (s *stream) sent() int { return s.all.Len() - len(s.unsent) }

// index in all of the one at a place among the sent.
func (s *stream) index(place int) int {
	return place + sort.Search(len(s.unsent),
		func(k int) bool { return int(s.unsent[k])-k > place })
}

// due of the one at a place.
func (s *stream) due(place int) int64 { return s.all.Due(s.index(place)) }

// known of the one at a place; see load.Request.
func (s *stream) known(place int) int64 {
	i := s.index(place)
	return s.all.Due(i) + min(s.all.Latency(i), int64(s.group.Slow))
}

// setTest sets the shares that the test tells apart, from a baseline of n
// requests of which bad were bad, and the score at which it alarms among total. Bad ones
// that come in bursts say as much less of their share.
func (s *stream) setTest(bad, n, total, streams int) {
	s.p0 = max(leastP0, upperBound(bad, n, s.spread))
	s.p1 = max(leastP1, p1Ratio*s.p0)
	if s.p1 > (1+s.p0)/2 { // a baseline that is void anyway
		s.p1 = (1 + s.p0) / 2
	}
	s.bad = math.Log(s.p1 / s.p0)
	s.good = math.Log1p(-s.p1) - math.Log1p(-s.p0)
	s.limit = max(1, s.spread) * math.Log(float64(max(1, total))*float64(max(1, streams))/alpha)
}

// upperBound is the one-sided Clopper-Pearson bound of a share, bad of n, where those of
// a burst count as one, as the index of dispersion has it.
func upperBound(bad, n int, spread float64) float64 {
	if bad >= n {
		return 0.5 // nothing is known; kept below certainty so that logarithms exist
	}
	d := max(1, spread)
	return min(0.5, mathext.InvRegIncBeta(float64(bad)/d+1, float64(n-bad)/d, Confidence))
}

// allowed is how many of n requests may be bad at p0, but for a chance of 10⁻⁴. Bad
// ones that come in bursts are as many fewer by themselves.
func (s *stream) allowed(n int) int {
	if most, ok := s.most[n]; ok {
		return most
	}
	spread := max(1, s.spread)
	b := distuv.Binomial{N: math.Ceil(float64(n) / spread), P: s.p0}
	most := int(spread * float64(sort.Search(n,
		func(k int) bool { return b.CDF(float64(k)) >= confirmQuantile })))
	if s.most == nil {
		s.most = map[int]int{}
	}
	s.most[n] = most
	return most
}

// first is the place of the first that was due at t or later.
func (s *stream) first(t int64) int {
	i := s.all.First(t)
	return i - below(s.unsent, i)
}

// below counts, of ascending places, those before n.
func below(places []uint32, n int) int {
	return sort.Search(len(places), func(k int) bool { return int(places[k]) >= n })
}

// badBefore counts the bad requests of the baseline, which ends at t: those that
// were under way at t are not its own.
func (s *stream) badBefore(t int64) (n int) {
	for _, i := range s.bads[:below(s.bads, s.first(t))] {
		if s.known(int(i)) < t {
			n++
		}
	}
	return n
}

// unwellBefore reports whether more requests that were due between two instants were known
// to be bad before the second than the baseline explains.
func (s *stream) unwellBefore(from, t int64) bool {
	a, b, bad := s.first(min(from, t)), s.first(t), 0
	for _, place := range s.bads[below(s.bads, a):below(s.bads, b)] {
		bad += int(one(s.known(int(place)) < t))
	}
	return bad > s.allowed(b-a)
}

func (s *stream) badIn(from, to int) int { return between(s.bads, from, to) }

// between counts, of ascending places, those from one to another.
func between(places []uint32, from, to int) int { return below(places, to) - below(places, from) }

// well reports whether the users were well over [t, t+w]: bad requests no more
// than the baseline explains, and a generator that kept up.
func (s *stream) well(t int64, w time.Duration) bool {
	from, to := s.first(t), s.first(t+int64(w))
	n := to - from
	if float64(n) < leastRate*s.group.Rate*w.Seconds()-1 || n == 0 {
		return false
	}
	return s.badIn(from, to) <= s.allowed(n)
}

// settled is the first instant from t on over which the users stayed well for w, all
// of it before end: t itself, or when the last bad request that stood against it was
// known. Doubt is how long it was the generator's own gaps that kept it from being
// confirmed.
func (s *stream) settled(t, end int64, w time.Duration) (at int64, doubt time.Duration, ok bool) {
	against := t
	for t+int64(w) <= end {
		if s.well(t, w) {
			return t, time.Duration(t - against), true
		}
		far, ever := s.sparse(t, w)
		if !ever {
			return 0, 0, false
		}
		if far > 0 {
			t += far
			continue
		}
		next := t + int64(window)
		if i := below(s.bads, s.first(t)); i < len(s.bads) && s.due(int(s.bads[i])) < next {
			// a made-up one is known before it is due
			next = max(s.known(int(s.bads[i])), s.due(int(s.bads[i]))+1)
			against = next
		}
		t = next
	}
	return 0, 0, false
}

// sparse is how much later than t, in whole windows and before the next bad request, there
// are still too few requests for the users to have been well for w; ever is false where
// there are from then on. A run of days without a request is not looked at step by step.
func (s *stream) sparse(t int64, w time.Duration) (far int64, ever bool) {
	least := leastRate*s.group.Rate*w.Seconds() - 1
	from, left := s.first(t), s.sent()
	if least > float64(left) {
		return 0, false
	}
	enough := from + max(1, int(math.Ceil(least))) - 1
	if enough >= left {
		return 0, false
	}
	far = s.due(enough) - int64(w) - t
	if i := below(s.bads, from); i < len(s.bads) {
		far = min(far, s.due(int(s.bads[i]))-t)
	}
	return max(0, far/int64(window)*int64(window)), true
}

// lagNear is the 99th percentile of the lag of those due within a second of an
// instant: as much later than its due time did a request meet what was there.
func (s *stream) lagNear(t int64) time.Duration {
	var lag spread
	for r := range s.all.Between(s.all.First(t-int64(time.Second)),
		s.all.First(t+int64(time.Second))) {
		if !r.Unsent {
			lag.add(time.Duration(r.Sent - r.Due))
		}
	}
	return lag.quantile(0.99)
}

// longest stands for a resolution that is none.
const longest = 1e6 * time.Second

// Resolution is how finely an onset or a recovery can be resolved: at r requests per
// second, of which the share f fails, 1/r + 6/(r·f).
func Resolution(r, f float64) time.Duration {
	s := (1 + perChange/f) / r
	if !(s < longest.Seconds()) {
		return longest
	}
	return time.Duration(s * float64(time.Second))
}

// MostConfirmed is the largest share of bad requests that a stretch which confirms a
// recovery may have: of more than a fifth no user would say that it was well.
const MostConfirmed = 0.2

// MayConfirm is the share of bad requests, in (0, 1], that a stretch of length confirm at
// r requests per second may have and still confirm a recovery, after a flawless baseline;
// of fewer than make a steady state it is any.
func MayConfirm(r float64, baseline, confirm time.Duration) float64 {
	var s stream
	n := int(r * confirm.Seconds())
	if n < leastBaseline {
		return 1
	}
	s.setTest(0, int(r*baseline.Seconds()), n, 1)
	return float64(s.allowed(n)) / float64(n)
}

// AlarmAfter is how long the share f of r requests per second has to be bad until the
// test alarms, on average, after a flawless baseline, in a run of so many streams; an
// outage that is shorter does not stand out. It is some days where f is too small for
// any length.
func AlarmAfter(r, f float64, baseline, run time.Duration, streams int) time.Duration {
	var s stream
	s.setTest(0, int(r*baseline.Seconds()), int(r*run.Seconds()), streams)
	drift := f*s.bad + (1-f)*s.good
	if after := s.limit / drift / r; drift > 0 && after < longest.Seconds() {
		return time.Duration(after * float64(time.Second))
	}
	return longest
}
