package sim

import (
	"context"
	"maps"
	"slices"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// rule is what one fault, flood or steer has done so far. It outlives its end.
type rule struct{ link.Count }

func (r *rule) active() bool { return r != nil && r.Active }

// of is the rule of a name, made where there is none; l.mu is held.
func of(all map[string]*rule, name string) *rule {
	if all[name] == nil {
		all[name] = &rule{}
	}
	return all[name]
}

// hit counts a request of a user that meets a fault; first: no other did before. l.mu is held.
func (l *Lab) hit(fault string) (at int64, first bool) {
	r := l.rules[fault]
	if r == nil { // it is done by a flood, which counts its own traffic, or without a rule
		return 0, false
	}
	at = l.ground.Switchboard.now()
	first = r.First == 0
	if first {
		r.First = at
	}
	r.Users, r.Total, r.Last = r.Users+1, r.Total+1, at
	return at, first
}

// changeRule changes a rule, and gives when, by the switchboard's clock.
func (l *Lab) changeRule(name string, do func(*rule)) link.Bracket {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := link.Bracket{Before: l.ground.Switchboard.now()}
	do(of(l.rules, name))
	b.After = l.ground.Switchboard.now()
	return b
}

// count is what a rule did.
func (l *Lab) count(name string) (c link.Count) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r := l.rules[name]; r != nil {
		c = r.Count
	}
	c.At = l.ground.Switchboard.now()
	return c
}

// boardCalls are the switchboard's.
func (l *Lab) boardCalls() calls {
	apply := func(_ context.Context, r link.Rule) (link.Bracket, error) {
		return l.changeRule(r.Name, func(of *rule) {
			of.Active, of.Unit = true, "requests met"
		}), nil
	}
	lift := func(_ context.Context, name string) (link.Bracket, error) {
		return l.changeRule(name, func(of *rule) { of.Active = false }), nil
	}
	count := func(_ context.Context, name string) (link.Count, error) {
		return l.count(name), nil
	}
	traffic := func(context.Context, struct{}) ([]link.Traffic, error) { return l.traffic(), nil }
	requests := func(context.Context, struct{}) ([]link.Traffic, error) { return l.requests(), nil }
	leftover := func(context.Context, struct{}) ([]string, error) { return l.leftover(), nil }
	return func(emit func(string, any) error) map[string]wire.Handler {
		l.board = emit
		return map[string]wire.Handler{
			"apply": wire.Handle(apply), "lift": wire.Handle(lift), "count": wire.Handle(count),
			"traffic": wire.Handle(traffic), "leftover": wire.Handle(leftover),
			"requests": wire.Handle(requests),
		}
	}
}

// traffic is a connection over each link.
func (l *Lab) traffic() (all []link.Traffic) {
	for _, x := range l.o.Plan.Switchboard.Links {
		all = append(all, link.Traffic{Link: x.ID, Connections: 1})
	}
	return all
}

// requests are those on proxied links, over which none goes here.
func (l *Lab) requests() (all []link.Traffic) {
	for _, x := range l.o.Plan.Switchboard.Links {
		if x.Proxied {
			all = append(all, link.Traffic{Link: x.ID, Connections: 1})
		}
	}
	return all
}

// leftover are the rules in force.
func (l *Lab) leftover() (left []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(l.rules)) {
		if l.rules[name].Active {
			left = append(left, "rule "+name)
		}
	}
	return left
}
