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
	score := func(k int) (left float64) { return float64(k)*s.bad + float64(s.bads[k]-k)*s.good }
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
	told     int64 // known of that request
	last     int64 // latest known among its bad requests
	due      int64 // due of its last bad request
	requests int
	bad      int
	flaps    int
	firstBad int // index into bads

	recovered int64 // confirmed; valid unless censored
	censored  bool
}

func (o outage) share() float64 { return float64(o.bad) / float64(max(1, o.requests)) }

func (o outage) resolution() time.Duration { return o.stream.resolution(o.share()) }

// outages finds them in a stream: segments, parted where the users were well for
// w in between, and confirmed against the stretch that follows.
func (s *stream) outages(end int64, w time.Duration) []outage {
	var parts []outage
	for _, g := range s.segments() {
		parts = append(parts, s.parted(g)...)
	}
	out := s.merged(parts, w)
	for i := range out {
		t, ok := s.settled(out[i].last, end, w, s.calm)
		out[i].recovered, out[i].censored = t, !ok
	}
	return out
}

func (s *stream) outageOf(g segment) outage {
	o := outage{stream: s, firstBad: g.first, requests: s.bads[g.last] - s.bads[g.first] + 1, bad: g.last - g.first + 1}
	o.onset, o.due = s.sent[s.bads[g.first]].Due, s.sent[s.bads[g.last]].Due
	o.told = s.sent[s.bads[g.first]].Known(s.group.Slow)
	for _, i := range s.bads[g.first : g.last+1] {
		o.last = max(o.last, s.sent[i].Known(s.group.Slow))
	}
	return o
}

// parted cuts a segment at its quiet stretches: those which its own share of bad
// requests does not explain, by the same test turned round, and in which the
// baseline's share explains what was bad.
func (s *stream) parted(g segment) []outage {
	whole := s.outageOf(g)
	f := min(whole.share(), 1-1e-9)
	if f <= s.p1 {
		return []outage{whole}
	}
	quiet := math.Log1p(-s.p0) - math.Log1p(-f) // of a good request, above zero
	loud := math.Log(s.p0 / f)
	var parts []outage
	from := g.first
	// CUSUM over the gaps: a quiet stretch begins after bad request k, at its last
	// zero, and ends before the bad request at which the score was highest.
	for k := g.first; k < g.last; {
		sum, best, until := 0.0, 0.0, k
		for j := k; j < g.last; j++ {
			sum += float64(s.bads[j+1]-s.bads[j]-1) * quiet
			if sum > best {
				best, until = sum, j+1
			}
			sum += loud
			if sum <= 0 {
				break
			}
		}
		if best > s.limit && until-k-1 <= s.allowed(s.bads[until]-s.bads[k]-1) {
			parts = append(parts, s.outageOf(segment{from, k}))
			from, k = until, until
			continue
		}
		k++
	}
	return append(parts, s.outageOf(segment{from, g.last}))
}

// merged joins parts that were well for less than w in between: a relapse that
// counts as a flap. A part with no more bad requests than a confirmed recovery
// may have is none.
func (s *stream) merged(parts []outage, w time.Duration) []outage {
	var out []outage
	stray := s.allowed(int(s.group.Rate * w.Seconds()))
	for _, p := range parts {
		if len(parts) > 1 && p.bad <= stray {
			continue
		}
		if k := len(out) - 1; k >= 0 && p.onset-out[k].last < int64(w) {
			o := &out[k]
			o.flaps += 1 + p.flaps
			o.last, o.due = max(o.last, p.last), p.due
			o.requests += p.requests
			o.bad += p.bad
			continue
		}
		out = append(out, p)
	}
	return out
}

// noticed is when an observer of all this stream's requests, in the order in
// which it could know them, first raises an alarm at from or later: the ideal
// observer.
func (s *stream) noticed(from int64) (int64, bool) {
	type seen struct {
		known int64
		bad   bool
	}
	all := make([]seen, len(s.sent))
	for i, r := range s.sent {
		all[i] = seen{r.Known(s.group.Slow), r.Bad(s.group.Slow)}
	}
	slices.SortStableFunc(all, func(a, b seen) int { return cmp.Compare(a.known, b.known) })
	sum := 0.0
	for _, r := range all {
		if !r.bad {
			sum = max(0, sum+s.good)
			continue
		}
		if sum += s.bad; sum > s.limit {
			if r.known >= from {
				return r.known, true
			}
			sum = 0
		}
	}
	return 0, false
}
