package sla

import (
	"time"
)

// slower is how a group's latency is judged: by the change-point test on “slower than
// calm”, which is set up from the baseline like that on “bad”.

// pace gathers the requests that were slower than calm.
type pace struct {
	places []uint32
	base   []int64 // when those of the baseline were due
	first  int64
}

func (s *stream) pace() *pace {
	p := &pace{}
	if s.sent() > 0 {
		p.first = max(s.due(0), s.cold)
	}
	return p
}

// see takes in the place of one that was slower.
func (p *pace) see(place uint32, due, injected int64) {
	p.places = append(p.places, place)
	if due < injected && due >= p.first {
		p.base = append(p.base, due)
	}
}

// stream is the group's requests as the test on latency sees them.
func (p *pace) stream(of *stream, injected int64, streams int) *stream {
	s := &stream{group: of.group, all: of.all, unsent: of.unsent, bads: p.places}
	s.spread = baselineBads{p.first, injected, p.base}.dispersion()
	s.setTest(len(p.base), s.first(injected)-s.first(p.first), of.sent(), streams)
	return s
}

// slow is a stretch in which a group's latency was not as before.
type slow struct {
	from, until int64
	edge        time.Duration // how finely its end is known
	early       time.Duration // and its beginning
	tail        time.Duration // how long its last one was under way: it may have ended as it began
}

// slows are all of them, each from the first due to the last known.
func (s *stream) slows() []slow {
	if s.slack != nil {
		return s.slack
	}
	s.slack = []slow{}
	for _, g := range s.slower.segments() {
		x := slow{from: s.due(int(s.slower.bads[g.first])), edge: s.slower.edge(g, -1),
			early: s.slower.edge(g, 1)}
		for _, place := range s.slower.bads[g.first : g.last+1] {
			x.until = max(x.until, s.known(int(place)))
		}
		x.tail = time.Duration(x.until - s.due(int(s.slower.bads[g.last])))
		s.slack = append(s.slack, x)
	}
	return s.slack
}

// unhurried reports whether latency was as before over a stretch: p95 within calm,
// or no more requests above it than windows of that size had in the baseline.
func (s *stream) unhurried(from, to int64) bool {
	a, b := s.first(from), s.first(to)
	n := b - a
	return n == 0 || between(s.slower.bads, a, b) <= max(n-rank(calmQuantile, n),
		s.slower.allowed(n))
}

// calmAfter is when latency was as before again after an outage, or anything else that
// was over at an instant: at once, or when the slowness that adjoins it, as far as its
// beginning can be resolved, ended. What comes only later is a matter of its own, unless it
// comes before users were calm for W and lasts for longer than that: they were not yet.
func (s *stream) calmAfter(over int64, w time.Duration) (calm int64, doubt time.Duration) {
	calm, doubt = over, time.Duration(float64(time.Second)/s.group.Rate)
	for _, x := range s.slows() {
		adjoins := x.from-int64(max(window, min(x.early, w))) <= calm
		if lasts := x.from <= calm+int64(w) && x.until-x.from > int64(w); (adjoins || lasts) &&
			x.until > calm {
			calm, doubt = x.until, x.edge+x.tail
		}
	}
	return calm, doubt
}
