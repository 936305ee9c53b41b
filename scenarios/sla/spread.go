package sla

import (
	"math"
	"slices"
	"time"
)

// spread is how many of a set took how long, to the microsecond, which is what a
// record has: its quantiles are exact. Times under a second are counted, each
// microsecond by itself; the few that are longer are listed.
type spread struct {
	pages  [pages][]uint32 // each of perPage µs; nil: none of them
	longer []time.Duration
	sorted bool
	n      int
}

const (
	perPage = 4096
	pages   = 256
)

// add counts one; what is below zero, as one of zero.
func (s *spread) add(d time.Duration) {
	s.n++
	us := uint64(max(0, d+time.Microsecond/2) / time.Microsecond)
	if us >= pages*perPage {
		s.longer, s.sorted = append(s.longer, time.Duration(us)*time.Microsecond), false
		return
	}
	p := &s.pages[us/perPage]
	if *p == nil {
		*p = make([]uint32, perPage)
	}
	(*p)[us%perPage]++
}

// join adds all that another has.
func (s *spread) join(o *spread) {
	for k, counts := range o.pages {
		if counts == nil {
			continue
		}
		if s.pages[k] == nil {
			s.pages[k] = make([]uint32, perPage)
		}
		for i, c := range counts {
			s.pages[k][i] += c
		}
	}
	s.longer, s.sorted = append(s.longer, o.longer...), false
	s.n += o.n
}

// over counts those that took longer than a time.
func (s *spread) over(d time.Duration) (n int) {
	us := uint64(max(0, d) / time.Microsecond)
	for p := us / perPage; p < pages; p++ {
		for i, c := range s.pages[p] {
			if p*perPage+uint64(i) > us {
				n += int(c)
			}
		}
	}
	for _, l := range s.longer {
		if l > d {
			n++
		}
	}
	return n
}

// quantile is the nearest-rank quantile, zero of nothing.
func (s *spread) quantile(q float64) time.Duration {
	if s.n == 0 {
		return 0
	}
	return s.at(rank(q, s.n))
}

// rank is the place, from 1, of a nearest-rank quantile among n.
func rank(q float64, n int) int { return max(1, int(math.Ceil(q*float64(n)))) }

// at is the k-th shortest, from 1.
func (s *spread) at(k int) time.Duration {
	for page, counts := range s.pages {
		for i, c := range counts {
			if k -= int(c); k <= 0 {
				return time.Duration(page*perPage+i) * time.Microsecond
			}
		}
	}
	if !s.sorted {
		slices.Sort(s.longer)
		s.sorted = true
	}
	return s.longer[k-1]
}
