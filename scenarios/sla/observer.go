package sla

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// noticed is when an observer of all this stream's requests, in the order in which they
// became known, first raises an alarm at from or later: the ideal observer.
func (s *stream) noticed(from int64) (int64, bool) {
	for _, t := range s.alarms {
		if t >= from {
			return t, true
		}
	}
	return 0, false
}

// watch lets the ideal observer look at all requests, and finds those slower than
// calm. After each alarm it begins anew.
func (s *stream) watch(injected int64, streams int) {
	o := observer{test: s, least: leastWaiting}
	slower, place := s.pace(), uint32(0)
	for r := range s.all.Between(s.warm, s.all.Len()) {
		if r.Unsent {
			continue
		}
		if took(r) > s.calm {
			slower.see(place, r.Due, injected)
		}
		o.see(seen{r.Known(s.group.Slow), place}, r.Bad(s.group.Slow), r.Due)
		place++
	}
	o.until(math.MaxInt64)
	s.alarms = o.alarms
	s.slower = slower.stream(s, injected, streams)
}

// seen is a request as the observer has it.
type seen struct {
	known int64
	place uint32
}

func byKnown(a, b seen) int {
	return cmp.Or(cmp.Compare(a.known, b.known), cmp.Compare(a.place, b.place))
}

// observer is the change-point test in the order of known. A request is known at
// its due at the earliest: what was known before the latest due is overtaken by
// none that follows, and what is left waiting is only what was under way.
type observer struct {
	test      *stream // it goes by the scores and limit of that
	good, bad []seen
	least     int // how many may be waiting before it is worth a look
	most      int // how many may be now
	sum       float64
	alarms    []int64
}

// leastWaiting costs little memory, and makes looking cheap.
const leastWaiting = 1 << 14

// see takes in the request that was due at last.
func (o *observer) see(r seen, bad bool, due int64) {
	if bad {
		o.bad = append(o.bad, r)
	} else {
		o.good = append(o.good, r)
	}
	if len(o.good)+len(o.bad) >= o.most {
		o.until(due)
		o.most = max(o.least, 2*(len(o.good)+len(o.bad)))
	}
}

// until takes in what was known before t. The good ones need no sorting: all
// that counts is how many of them come before each of the bad.
func (o *observer) until(t int64) {
	slices.SortFunc(o.bad, byKnown)
	before := make([]int, len(o.bad)+1)
	at, waiting := 0, o.good[:0]
	for _, g := range o.good {
		if g.known >= t {
			waiting = append(waiting, g)
			continue
		}
		if at > 0 && byKnown(g, o.bad[at-1]) < 0 || at < len(o.bad) && byKnown(o.bad[at], g) < 0 {
			at = sort.Search(len(o.bad), func(k int) bool { return byKnown(g, o.bad[k]) < 0 })
		}
		before[at]++
	}
	o.good = waiting
	k := 0
	for ; k < len(o.bad) && o.bad[k].known < t; k++ {
		o.well(before[k])
		o.unwell(o.bad[k].known)
	}
	o.well(before[k])
	o.bad = o.bad[:copy(o.bad, o.bad[k:])]
}

// well takes in n good requests.
func (o *observer) well(n int) {
	for ; n > 0 && o.sum > 0; n-- {
		o.sum = max(0, o.sum+o.test.good)
	}
}

// unwell takes in a bad one.
func (o *observer) unwell(known int64) {
	if o.sum += o.test.bad; o.sum > o.test.limit {
		o.alarms = append(o.alarms, known)
		o.sum = 0
	}
}
