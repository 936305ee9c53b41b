//go:build linux

package switchboard

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/dns"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// dnsRules are the rules on names, in force or lifted: counts outlive the lift.
type dnsRules struct {
	touched func(rule string, at int64)
	users   map[string]bool // clients that are load groups
	nodes   map[string]bool // clients that are nodes: users and checks are not told apart
	check   func(netip.Addr) bool

	mu    sync.Mutex
	rules map[string]*dnsRule
	order []string
}

type dnsRule struct {
	link.DNS
	name  string
	on    bool
	over  chan struct{} // closed at the lift: what is held goes on
	count link.Count
}

func newDNSRules(s link.Spec, touched func(string, int64)) *dnsRules {
	d := &dnsRules{touched: touched, users: map[string]bool{}, nodes: map[string]bool{},
		check: ofChecks(s.Subnet), rules: map[string]*dnsRule{}}
	for _, l := range s.Links {
		d.nodes[l.To] = true
		if l.Users {
			d.users[l.From] = true
		}
	}
	return d
}

func (*dnsRules) kinds(r link.Rule) int { return set(r.DNS != nil) }

// apply begins a rule.
func (d *dnsRules) apply(r link.Rule) (link.Bracket, error) {
	if !slices.Contains(link.DNSAnswers, r.DNS.Answer) {
		return link.Bracket{}, fmt.Errorf("rule %q: no answer %q", r.Name, r.DNS.Answer)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if old := d.rules[r.Name]; old != nil && old.on {
		return link.Bracket{}, fmt.Errorf("rule %q is in force already: lift it first", r.Name)
	}
	before := wire.Now()
	d.rules[r.Name] = &dnsRule{DNS: *r.DNS, name: r.Name, on: true, over: make(chan struct{}),
		count: link.Count{Unit: "queries answered " + r.DNS.Answer}}
	if !slices.Contains(d.order, r.Name) {
		d.order = append(d.order, r.Name)
	}
	return link.Bracket{Before: before, After: wire.Now()}, nil
}

// lift ends a rule; one that is not in force is left alone.
func (d *dnsRules) lift(name string) (link.Bracket, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := wire.Now()
	if r := d.rules[name]; r != nil && r.on {
		r.on = false
		close(r.over)
	}
	return link.Bracket{Before: before, After: wire.Now()}, nil
}

func (d *dnsRules) count(name string) (c link.Count, ok bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.rules[name]
	if r == nil {
		return link.Count{}, false, nil
	}
	c = r.count
	c.Active = r.on
	return c, true, nil
}

// leftover names the rules that are in force.
func (d *dnsRules) leftover() (out []string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, name := range d.order {
		if d.rules[name].on {
			out = append(out, fmt.Sprintf("answers changed by %q", name))
		}
	}
	return out, nil
}

// hit finds the first rule for a question, and counts it.
func (d *dnsRules) hit(client string, from netip.Addr, name string) *dnsRule {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, id := range d.order {
		r := d.rules[id]
		if !r.on || !slices.Contains(r.Askers, client) ||
			len(r.Names) > 0 && !slices.ContainsFunc(r.Names,
				func(n string) bool { return plain(n) == name }) {
			continue
		}
		if r.Share > 0 && rand.Float64() >= r.Share {
			continue // another rule may still be for it
		}
		now := wire.Now()
		r.count.Total++
		if !d.users[client] && !d.nodes[client] || d.check(from) ||
			slices.Contains(r.Apart, client) {
			r.count.Checks++
			return r
		}
		r.count.Blind = r.count.Blind || d.nodes[client]
		r.count.Users++
		r.count.Last = now
		if r.count.First == 0 {
			r.count.First = now
			go d.touched(r.name, now) // not under the lock: it writes
		}
		return r
	}
	return nil
}

// nowhere is an address of TEST-NET-1 (RFC 5737): no packet of a drill leaves for
// it, for nodes refuse to dial outside their subnet.
var nowhere = netip.MustParseAddr("192.0.2.1")

// disturb changes an answer; nil is silence.
func (r *dnsRule) disturb(a dns.Answer, q dns.Query, client string) *dns.Answer {
	switch r.Answer {
	case "nxdomain":
		return &dns.Answer{Code: dns.NameError}
	case "servfail":
		return &dns.Answer{Code: dns.ServerFailure}
	case "refused":
		return &dns.Answer{Code: dns.Refused}
	case "empty":
		return &dns.Answer{}
	case "none":
		return nil
	case "slow":
		select {
		case <-time.After(r.Delay):
		case <-r.over:
		}
	case "truncated":
		if q.UDP {
			a.Truncated, a.Addresses = true, nil
		}
	case "wrong", "stale":
		if q.Type == dns.A {
			return r.foreign(a, client)
		}
	}
	return &a
}

// foreign is an answer with another address, which lives as long as the right one would.
func (r *dnsRule) foreign(a dns.Answer, client string) *dns.Answer {
	to := r.Address
	if r.Answer == "stale" {
		to = r.Moved[client]
	}
	if !to.IsValid() {
		to = nowhere
	}
	ttl := a.TTL
	if len(a.Addresses) == 0 {
		ttl = shortTTL
	}
	return &dns.Answer{Addresses: []netip.Addr{to}, TTL: ttl}
}
