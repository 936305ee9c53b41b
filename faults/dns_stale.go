package faults

import (
	"context"
	"errors"
	"net/netip"

	"github.com/stormdrill/stormdrill/faults/link"
)

// moved binds a move of names: a client is given the new address at once, and the old one
// refuses, so that a client that still has it in a cache finds no service there.
func (f *DNS) moved(name string, rule link.DNS, site Site) (Injection, error) {
	if len(f.Names) == 0 {
		return nil, setting("names", "names are missing: want those that have moved, such as "+
			"names: [shop]")
	}
	rule.Moved = map[string]netip.Addr{}
	for _, l := range site.Moved {
		rule.Moved[l.From] = l.Addr
	}
	for _, a := range site.Askers {
		if _, ok := rule.Moved[a]; !ok {
			return nil, setting("to", "to %s: no link leads there from %s", f.To, a)
		}
	}
	ids, err := onLinks(site, false)
	if err != nil {
		return nil, err
	}
	return move{
		names: ruleInjection{site.Switchboard, link.Rule{Name: name + ", names", DNS: &rule}},
		retired: ruleInjection{site.Switchboard,
			link.Rule{Name: name, Links: ids, Dead: &link.Dead{Process: true}}},
	}, nil
}

// move is two rules: new names, and a retired address. What it does to users is
// what the retired address does; hearing the new one does no harm.
type move struct{ names, retired ruleInjection }

// Inject has the new address answered before the old one refuses.
func (m move) Inject(ctx context.Context) (link.Bracket, error) {
	n, err := m.names.Inject(ctx)
	if err != nil {
		return n, err
	}
	r, err := m.retired.Inject(ctx)
	return link.Bracket{Before: n.Before, After: r.After}, err
}

// Lift goes back, in the reverse order, whatever fails.
func (m move) Lift(ctx context.Context) (link.Bracket, error) {
	r, rerr := m.retired.Lift(ctx)
	n, nerr := m.names.Lift(ctx)
	return link.Bracket{Before: r.Before, After: n.After}, errors.Join(rerr, nerr)
}

// Proof counts what the retired address refused.
func (m move) Proof(ctx context.Context) (link.Count, error) {
	c, err := m.retired.Proof(ctx)
	if err != nil {
		return c, err
	}
	n, err := m.names.Proof(ctx)
	c.Active = c.Active || n.Active
	return c, err
}
