package sla

import (
	"math"
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// slice is one second of fault or recovery.
type slice struct {
	due, sent   int
	bad         int
	active, hit int // users
}

// user is when a synthetic user was last counted, by second, from 1; 0: never.
type user struct{ active, hit int32 }

// hits count the users of a group, who are numbered by themselves, into the
// seconds of fault and recovery.
type hits struct {
	start   int64 // of the first second
	seconds []slice
	users   numbered[user]
	ever    uint64 // users who had a bad request
}

// numbered keeps something of each user of a group, by number.
type numbered[T any] struct {
	first  []T
	others map[uint32]*T // of those with a number not below mostUsers
}

// mostUsers is how many have a place before they are met.
const mostUsers = 1 << 20

func newNumbered[T any](users int) numbered[T] {
	return numbered[T]{make([]T, min(max(0, users), mostUsers)), map[uint32]*T{}}
}

func (n *numbered[T]) of(number uint32) *T {
	if int(number) < len(n.first) {
		return &n.first[number]
	}
	if n.others[number] == nil {
		n.others[number] = new(T)
	}
	return n.others[number]
}

func newHits(c course, users int, seconds []slice) *hits {
	from, _, _ := c.phase("run")
	return &hits{start: from, seconds: seconds, users: newNumbered[user](users)}
}

func (h *hits) add(r *load.Request, bad bool) {
	now := int32((r.Due-h.start)/int64(time.Second)) + 1
	c := &h.seconds[now-1]
	c.due++
	if r.Unsent {
		return
	}
	u := h.users.of(r.User)
	c.sent++
	if u.active != now {
		u.active = now
		c.active++
	}
	if !bad {
		return
	}
	c.bad++
	if u.hit == 0 {
		h.ever++
	}
	if u.hit != now {
		u.hit = now
		c.hit++
	}
}

// seconds are those of fault and recovery, none of a run that did not get there.
func (c course) seconds() []slice {
	from, to, ok := c.phase("run")
	if !ok || to <= from {
		return nil
	}
	return make([]slice, int((to-from-1)/int64(time.Second))+1)
}

// impact measures how much of the users' world was hit, second by second.
func (s *scorer) impact() {
	if len(s.seconds) == 0 {
		return
	}
	for _, st := range s.streams {
		s.card.Impact.Users += uint64(st.group.Users)
	}
	s.degraded(s.seconds)
	s.level(s.seconds)
}

// degraded counts the seconds in which a share of the requests was bad that a
// user would call a fault, and those in which nearly all were.
func (s *scorer) degraded(seconds []slice) {
	out := &s.card.Impact
	var judged, bad, all, low, high float64
	count := func(n *float64, bad, of int, limit float64) {
		if of > 0 && float64(bad)/float64(of) >= limit {
			*n++
		}
	}
	for _, c := range seconds {
		if c.due < leastSlice {
			continue
		}
		judged++
		count(&bad, c.bad, c.sent, degraded)
		count(&all, c.bad, c.sent, full)
		count(&high, c.bad, c.due, degraded)
		count(&low, c.bad+c.due-c.sent, c.due, degraded)
	}
	if judged == 0 {
		return
	}
	well := func(not float64) *float64 { v := round(1 - not/judged); return &v }
	out.Degraded, out.Full = &bad, &all
	out.ByTime, out.ByTimeLow, out.ByTimeHigh = well(bad), well(low), well(high)
}

// level is that of the worst second; where chance alone could have put it on
// the other side of a limit, the higher one, flagged. Where most seconds have
// leastSlice users, those with fewer, such as the end of the run, are not counted. It is
// everyone where nearly all were hit, second after second, until they were as many.
func (s *scorer) level(seconds []slice) {
	out := &s.card.Impact
	least := 1
	if few := slices.DeleteFunc(slices.Clone(seconds),
		func(c slice) bool { return c.active >= leastSlice }); 2*len(few) < len(seconds) {
		least = leastSlice
	}
	all := 0
	for _, c := range seconds {
		n, k := c.active, c.hit
		if n < least {
			continue
		}
		share := float64(k) / float64(n)
		if all += n; share < full {
			all = 0
		}
		out.Everyone = out.Everyone || all >= leastSlice
		if k == 0 {
			continue
		}
		low, high := wilson(k, n, int(out.Users))
		switch l, sure := levelOf(high), levelOf(low); {
		case l > out.Level:
			out.Level, out.LevelUncertain = l, sure != l
		case l == out.Level:
			out.LevelUncertain = out.LevelUncertain && sure != l
		}
		out.Peak = max(out.Peak, round(share))
	}
}

func levelOf(share float64) int {
	switch {
	case share < level2:
		return 1
	case share <= level3:
		return 2
	}
	return 3
}

// wilson is the score interval of a share, k of n (Wilson, 1927), drawn from a
// population of a known size: the more of it was seen, the less is left to
// chance, and of all of it nothing (correction for a finite population).
func wilson(k, n, population int) (low, high float64) {
	p := float64(k) / float64(n)
	if n >= population {
		return p, p
	}
	m := float64(n) * float64(population-1) / float64(population-n)
	mid := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return max(0, mid-half), min(1, mid+half)
}
