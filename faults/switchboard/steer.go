//go:build linux

package switchboard

import (
	"fmt"
	"net/netip"
	"slices"
	"sync"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// steers are the rules that lead clients elsewhere, in force or lifted: counts outlive the
// lift.
type steers struct {
	checks func(netip.Addr) bool // a check asks from there

	mu    sync.Mutex
	rules map[string]*steered
	order []string
}

type steered struct {
	link.Steer
	on    bool
	count link.Count
}

func newSteers(subnet netip.Prefix) *steers {
	return &steers{rules: map[string]*steered{}, checks: ofChecks(subnet)}
}

func (*steers) kinds(r link.Rule) int { return set(r.Steer != nil) }

// apply begins a rule.
func (s *steers) apply(r link.Rule) (link.Bracket, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.rules[r.Name]; old != nil && old.on {
		return link.Bracket{}, fmt.Errorf("rule %q is in force already: lift it first", r.Name)
	}
	before := wire.Now()
	s.rules[r.Name] = &steered{Steer: *r.Steer, on: true,
		count: link.Count{Unit: "answers led elsewhere"}}
	if !slices.Contains(s.order, r.Name) {
		s.order = append(s.order, r.Name)
	}
	return link.Bracket{Before: before, After: wire.Now()}, nil
}

// lift ends a rule; one that is not in force is left alone.
func (s *steers) lift(name string) (link.Bracket, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := wire.Now()
	if r := s.rules[name]; r != nil {
		r.on = false
	}
	return link.Bracket{Before: before, After: wire.Now()}, nil
}

// count is what a rule led elsewhere; ok is false for one that was never applied.
func (s *steers) count(name string) (c link.Count, ok bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rules[name]
	if r == nil {
		return link.Count{}, false, nil
	}
	c = r.count
	c.Active = r.on
	return c, true, nil
}

// leftover names the rules that are in force.
func (s *steers) leftover() (out []string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range s.order {
		if s.rules[name].on {
			out = append(out, fmt.Sprintf("names steered by %q", name))
		}
	}
	return out, nil
}

// lead gives the addresses that a question is answered with instead, and counts
// it; none where no rule steers it.
func (s *steers) lead(q question, from netip.Addr) []netip.Addr {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range s.order {
		r := s.rules[id]
		if !r.on || len(r.To[q.client]) == 0 || slices.Contains(r.Except, from) ||
			!slices.ContainsFunc(r.Names, func(n string) bool { return plain(n) == q.name }) {
			continue
		}
		r.hit(from, s.checks)
		return r.To[q.client]
	}
	return nil
}

func (r *steered) hit(from netip.Addr, checks func(netip.Addr) bool) {
	r.count.Total++
	if checks(from) {
		r.count.Checks++
		return
	}
	r.count.Users++
	if r.count.Last = wire.Now(); r.count.First == 0 {
		r.count.First = r.count.Last
	}
}
