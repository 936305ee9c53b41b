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
	sent, bad   int
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
			if r.Unsent {
				continue
			}
			c := &seconds[(r.Due-from)/int64(time.Second)]
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
	judged := 0
	for _, c := range seconds {
		if c.sent < leastSlice {
			continue
		}
		judged++
		share := float64(c.bad) / float64(c.sent)
		if share >= degraded {
			out.Degraded++
		}
		if share >= full {
			out.Full++
		}
	}
	if judged > 0 {
		out.ByTime = round(1 - out.Degraded/float64(judged))
	}
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
		low, high := wilson(k, n)
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

// wilson is the score interval of a share, k of n (Wilson, 1927).
func wilson(k, n int) (low, high float64) {
	m, p := float64(n), float64(k)/float64(n)
	mid := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return max(0, mid-half), min(1, mid+half)
}
