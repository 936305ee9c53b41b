package sla

import (
	"math"
	"time"
)

// Levels of impact, as shares of users (HANDBOOK: level 1 under 5 %, level 2 to
// 30 %, level 3 everyone; what it leaves open, 30 to 100 %, is level 3 here, and
// 99 % is full).
const (
	level2 = 0.05
	level3 = 0.30
)

// slice is one second of fault or recovery.
type slice struct {
	due, sent   int
	bad         int
	active, hit map[userID]bool
}

// userID is a synthetic user: they are numbered per group.
type userID struct {
	group int
	user  uint32
}

// impact measures how much of the users' world was hit, second by second.
func (s *scorer) impact() {
	out := &s.card.Impact
	from, to, ok := s.course.phase("run")
	if !ok || to <= from {
		return
	}
	seconds := make([]slice, int((to-from-1)/int64(time.Second))+1)
	ever := map[userID]bool{}
	for g, st := range s.streams {
		out.Users += uint64(st.group.Users)
		for _, r := range s.within(st, "run") {
			c := &seconds[(r.Due-from)/int64(time.Second)]
			c.due++
			if r.Unsent {
				continue
			}
			if c.active == nil {
				c.active, c.hit = map[userID]bool{}, map[userID]bool{}
			}
			id := userID{g, r.User}
			c.sent++
			c.active[id] = true
			if r.Bad(st.group.Slow) {
				c.bad++
				c.hit[id], ever[id] = true, true
			}
		}
	}
	out.UsersHit = uint64(len(ever))
	s.degraded(seconds)
	s.level(seconds)
}

// degraded counts the seconds in which a share of the requests was bad that a
// user would call a fault, and those in which nearly all were.
func (s *scorer) degraded(seconds []slice) {
	out := &s.card.Impact
	var judged, low, high float64
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
		count(&out.Degraded, c.bad, c.sent, degraded)
		count(&out.Full, c.bad, c.sent, full)
		count(&high, c.bad, c.due, degraded)
		count(&low, c.bad+c.due-c.sent, c.due, degraded)
	}
	if judged == 0 {
		return
	}
	well := func(not float64) *float64 { v := round(1 - not/judged); return &v }
	out.ByTime, out.ByTimeLow, out.ByTimeHigh = well(out.Degraded), well(low), well(high)
}

// level is that of the worst second; where chance alone could have put it on
// the other side of a limit, the higher one, flagged.
func (s *scorer) level(seconds []slice) {
	out := &s.card.Impact
	for _, c := range seconds {
		n, k := len(c.active), len(c.hit)
		if k == 0 {
			continue
		}
		low, high := wilson(k, n, int(out.Users))
		share := float64(k) / float64(n)
		if l := levelOf(high); l > out.Level || l == out.Level && share > out.Peak {
			out.Level, out.Straddles = l, levelOf(low) != l
		}
		if share > out.Peak {
			out.Peak = round(share)
		}
	}
	out.Everyone = out.Peak >= full
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

// z is of a two-sided interval of 95 %.
const z = 1.959964

// wilson is the score interval of a share, k of n (Wilson, 1927), drawn from a
// population whose size is known: the more of it was seen, the less is left to
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
