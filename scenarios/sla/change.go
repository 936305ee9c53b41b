package sla

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// segment is a stretch of a stream, by indices into bads: it begins and ends with
// a bad request.
type segment struct{ first, last int }

// segments are the stretches whose bad requests the steady state does not
// explain. Each is a maximal scoring segment (Ruzzo and Tompa, 1999) above the
// alarm's limit: its edges are where CUSUM last stood at zero before the alarm,
// run forwards for the onset and backwards for the end. It takes linear time.
func (s *stream) segments() []segment {
	type candidate struct {
		segment
		left, right float64 // cumulative score before and after it
		below       int     // the last candidate before it with a smaller left
	}
	var stack []candidate
	score := func(k int) (left float64) {
		return float64(k)*s.bad + float64(int(s.bads[k])-k)*s.good
	}
	for k := range s.bads {
		c := candidate{segment: segment{k, k}, left: score(k)}
		c.right = c.left + s.bad
		for {
			j := len(stack) - 1
			for j >= 0 && stack[j].left >= c.left {
				j = stack[j].below
			}
			if j < 0 || stack[j].right >= c.right {
				c.below = j
				stack = append(stack, c)
				break
			}
			c.first, c.left = stack[j].first, stack[j].left
			stack = stack[:j]
		}
	}
	var out []segment
	for _, c := range stack {
		if c.right-c.left > s.limit {
			out = append(out, c.segment)
		}
	}
	return out
}

// outage is one stretch of bad requests, its flaps merged.
type outage struct {
	stream   *stream
	onset    int64 // due of its first bad request
	known    int64 // when that request was known
	last     int64 // latest known among its bad requests
	due      int64 // due of its last bad request
	requests int
	bad      int
	flaps    int

	recovered int64 // confirmed; where censored, the last that is known of it
	censored  bool

	// by how much onset and recovery may be so, beside what chance does
	early, late time.Duration
	// how long its last bad request was under way: it may have ended as it began
	tail   time.Duration
	edges  [2]time.Duration // what chance does to onset and recovery; see edge
	near   [2]float64       // share of bad requests beside onset and recovery
	rest   bool             // more than the baseline explains stays bad after it
	before bool             // it was known before the faults that it is put down to
}

// still reports whether an outage that is not confirmed to be over by t was still there
// then, as far as an edge can be resolved; else its users were last seen unwell before.
func (o outage) still(t int64) bool { return o.last >= t-int64(o.ofRecovery()-o.tail) }

func (o outage) share() float64 { return float64(o.bad) / float64(max(1, o.requests)) }

// ofOnset and ofRecovery are how finely its edges are known: what chance does, what
// lies between two ways to estimate the edge, and the lag there.
func (o outage) ofOnset() time.Duration {
	return o.edges[0] + o.early + o.stream.lagNear(o.onset)
}

func (o outage) ofRecovery() time.Duration {
	return o.edges[1] + o.late + o.tail + o.stream.lagNear(o.recovered)
}

// edge is what chance does to an edge of a segment, the first (step 1) or the last
// (−1): 1/r + 6/(r·f), f being the share beside it, of as many bad requests as make an
// edge stand out, or of twice as many where that is less. The gap to a stray that is
// joined to it says nothing of that share, and is printed as what lies between two ways to
// estimate the edge.
func (s *stream) edge(g segment, step int) time.Duration {
	gap := time.Duration(0)
	if at := s.within(g, step); step > 0 {
		g.first = at
	} else {
		g.last = at
	}
	for _, n := range []int{perChange, 2 * perChange} {
		if n = min(n, g.last-g.first); n == 0 {
			continue
		}
		near, other := g.first, g.first+n
		if step < 0 {
			near, other = g.last-n, g.last
		}
		apart := time.Duration(s.due(int(s.bads[other])) - s.due(int(s.bads[near])))
		gap = max(gap, apart/time.Duration(n))
	}
	if gap == 0 { // of one bad request no share is known
		return longest
	}
	return time.Duration(float64(time.Second)/s.group.Rate) + perChange*gap
}

// outages finds them in a stream: segments, parted where it was quiet in between,
// and confirmed against the stretch that follows.
func (s *stream) outages(end int64, w time.Duration) []outage {
	var parts []outage
	for _, g := range s.segments() {
		parts = append(parts, s.parted(g)...)
	}
	return s.confirmed(s.standing(parts, w), end, w)
}

func (s *stream) outageOf(g segment) outage {
	first, last := int(s.bads[g.first]), int(s.bads[g.last])
	o := outage{stream: s, requests: last - first + 1, bad: g.last - g.first + 1,
		onset: s.due(first), known: s.known(first), due: s.due(last)}
	for _, i := range s.bads[g.first : g.last+1] {
		o.last = max(o.last, s.known(int(i)))
	}
	o.early = time.Duration(s.due(int(s.bads[s.within(g, 1)])) - o.onset)
	o.late = time.Duration(max(0, o.last-s.known(int(s.bads[s.within(g, -1)]))))
	o.tail = time.Duration(o.last - o.due)
	o.edges = [2]time.Duration{s.edge(g, 1), s.edge(g, -1)}
	o.near = [2]float64{s.shareAt(g, 1), s.shareAt(g, -1)}
	return o
}

// within is the first (step 1) or the last (−1) bad request of a segment as the share
// of those near its edge would have it. The alarm's test is for the least share that is
// an outage: where far more fail, a bad request of the steady state that comes soon
// before or after is still part of it by that test, and not by this one.
func (s *stream) within(g segment, step int) int {
	edge, other := g.first, g.last
	if step < 0 {
		edge, other = g.last, g.first
	}
	f := s.shareAt(g, step)
	if f <= s.p1 {
		return edge
	}
	sum, least, at := 0.0, 0.0, edge
	for j := edge; j != other; j += step {
		gap := int(s.bads[max(j, j+step)]-s.bads[min(j, j+step)]) - 1
		if sum += math.Log(f/s.p0) - float64(gap)*s.quietScore(f); sum < least {
			least, at = sum, j+step
		}
		if sum > s.limit {
			break // no alarm's worth of bad requests is a stray
		}
	}
	return at
}

// shareAt is the share of bad requests beside the first (step 1) or the last (−1) of a
// segment.
func (s *stream) shareAt(g segment, step int) float64 {
	return s.shareNear(func(n int) segment {
		if step < 0 {
			return segment{max(g.first, g.last-n), g.last}
		}
		return segment{g.first, min(g.last, g.first+n)}
	})
}

// parted cuts a segment at its quiet stretches.
func (s *stream) parted(g segment) []outage {
	var parts []outage
	from := g.first
	for k := g.first; k < g.last; {
		until, ok := s.quiet(segment{from, g.last}, k)
		if !ok {
			k++
			continue
		}
		last, first := s.edges(k, until)
		parts = append(parts, s.outageOf(segment{from, last}))
		from, k = first, until
	}
	return append(parts, s.outageOf(segment{from, g.last}))
}

// edges are the last bad request of the outage before a quiet stretch, from the bad
// request k to the bad request until, and the first of the one behind it. That there is
// one says little of where it begins and ends: of a small share the first bad requests
// lie as far apart as those of the steady state. So each edge is where the alarm's own
// test puts it, as of an outage that is alone; where the two would meet, the stretch
// is the widest gap.
func (s *stream) edges(k, until int) (last, first int) {
	gap := func(j int) int { return int(s.bads[j+1]-s.bads[j]) - 1 } // behind the bad request j
	last, first = k, until
	for sum, best, j := 0.0, 0.0, k+1; j < until; j++ {
		if sum += s.bad + float64(gap(j-1))*s.good; sum > best {
			best, last = sum, j
		}
	}
	for sum, best, j := 0.0, 0.0, until-1; j > k; j-- {
		if sum += s.bad + float64(gap(j))*s.good; sum > best {
			best, first = sum, j
		}
	}
	if last < first {
		return last, first
	}
	widest := k
	for j := k; j < until; j++ {
		if gap(j) > gap(widest) {
			widest = j
		}
	}
	return widest, widest + 1
}

// quiet reports whether a quiet stretch begins behind the bad request k of a part,
// and before which it ends: one that the share of bad requests on neither side of it
// explains, by the same test turned round, and in which the baseline's share explains
// what was bad. The share of the whole would not do: the longer the users are well in
// between, the less it says of how bad it was.
func (s *stream) quiet(g segment, k int) (until int, ok bool) {
	before := s.shareNear(func(n int) segment { return segment{max(g.first, k-n), k} })
	behind := func(k int) float64 {
		return s.shareNear(func(n int) segment { return segment{k, min(g.last, k+n)} })
	}
	next := behind(k + 1)
	// By the share before it strays amid it weigh little, and a lighter outage behind it
	// looks quiet; by the share behind it, the other way round.
	for _, f := range []float64{cmp.Or(before, next),
		min(cmp.Or(before, next), cmp.Or(next, before))} {
		until = s.quietGap(g, k, f)
		after := behind(until)
		f = min(cmp.Or(before, after), cmp.Or(after, before))
		all, bad := int(s.bads[until]-s.bads[k])-1, until-k-1
		score := float64(all-bad)*s.quietScore(f) + float64(bad)*math.Log(s.p0/f)
		if f > s.p1 && score > s.limit && bad <= s.allowed(all) {
			return until, true
		}
	}
	return until, false
}

// quietGap is where a stretch behind the bad request k ends that speaks most against a
// share f of bad requests: CUSUM over the gaps, from its last zero to its highest,
// before it falls as far as makes an alarm.
func (s *stream) quietGap(g segment, k int, f float64) (until int) {
	until = k + 1
	for sum, best, j := 0.0, 0.0, k; j < g.last; j++ {
		if sum += float64(s.bads[j+1]-s.bads[j]-1) * s.quietScore(f); sum > best {
			best, until = sum, j+1
		}
		if sum += math.Log(s.p0 / f); sum <= 0 || sum < best-s.limit {
			break
		}
	}
	return until
}

// quietScore is how much a good request speaks for the baseline's share and against f.
func (s *stream) quietScore(f float64) float64 { return math.Log1p(-s.p0) - math.Log1p(-f) }

// shareNear is the share of bad requests on one side of a bad request: over as few as
// make an alarm, which no outage has less of, or over twice as many, by which chance
// does less; the larger of the two, as the latter may reach beyond its outage. One more
// that was good is taken in: that a few in a row were bad does not say that all are. 0
// where there is none.
func (s *stream) shareNear(side func(n int) segment) (share float64) {
	near := int(math.Ceil(s.limit / s.bad))
	for _, n := range []int{near, 2 * near} {
		if g := side(n); g.last > g.first {
			share = max(share, float64(g.last-g.first)/float64(s.bads[g.last]-s.bads[g.first]+1))
		}
	}
	return share
}

// standing leaves out parts with no more bad requests than a confirmed recovery may have.
func (s *stream) standing(parts []outage, w time.Duration) []outage {
	if len(parts) < 2 {
		return parts
	}
	stray := s.allowed(int(s.group.Rate * w.Seconds()))
	return slices.DeleteFunc(parts, func(p outage) bool { return p.bad <= stray })
}

// confirmed finds when the users recovered from each. Where they were not well for w
// before the next began, that is a relapse: they count as one, with a flap.
func (s *stream) confirmed(parts []outage, end int64, w time.Duration) []outage {
	var out []outage
	for i, p := range parts {
		if k := len(out) - 1; k >= 0 && out[k].censored {
			out[k].relapse(p)
		} else {
			out = append(out, p)
		}
		o, until := &out[len(out)-1], end
		if i+1 < len(parts) {
			until = parts[i+1].onset
		}
		t, doubt, ok := s.settled(o.last, until, w)
		o.late += doubt
		if o.recovered, o.censored = t, !ok; !ok {
			o.recovered = o.last
			if o.still(end) {
				o.recovered = end
			}
		}
	}
	return out
}

// wellBefore reports whether users were well between an outage and what came soon after
// it: more good requests lie there than the lesser of the shares beside it explains. Users
// who get well bit by bit have ever longer stretches without a bad one, and no flap.
func (o *outage) wellBefore(p outage) bool {
	s := o.stream
	f := min(o.near[1], p.near[0])
	from, to := s.first(o.due)+1, s.first(p.onset)
	bad := s.badIn(from, to)
	return f > s.p0 && float64(to-from-bad)*s.quietScore(f)+float64(bad)*math.Log(s.p0/f) > s.limit
}

// relapse adds what came before the users had recovered.
func (o *outage) relapse(p outage) {
	if o.wellBefore(p) {
		o.flaps++
	}
	o.last, o.due, o.late, o.tail, o.edges[1], o.near[1] = max(o.last, p.last), p.due, p.late,
		p.tail, p.edges[1], p.near[1]
	o.requests += p.requests
	o.bad += p.bad
}
