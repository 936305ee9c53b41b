//go:build linux

package switchboard

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"sync"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// packets is the kernel side: rules on links' packets, each with counters.
type packets struct {
	rules     *ruleset
	addresses *addresses
	links     map[string]path // kernel links, by id
	// ids of links on which users' traffic cannot be distinguished from checks
	between     map[string]bool
	first, last netip.Addr // where checks come from
	touched     func(rule string, at int64)

	mu      sync.Mutex // guards what follows, and is held over every change
	applied map[string]*cut
	serial  int
	polls   sync.WaitGroup
}

// cut is one applied rule. After the lift it stays, as its count.
type cut struct {
	rule   link.Rule
	tag    string    // what its kernel rules carry: unique, as names come again
	tallys []tally   // its counters
	memory *memory   // of flows, of an idle-drop
	stalls []stalled // listeners, of an accept-stall
	on     bool
	count  link.Count
	looked int64         // when the counters were last read, ns
	stop   chan struct{} // ends the polling
}

// tally is one counter of a cut.
type tally struct {
	name         string
	users, blind bool
}

func newPackets(rules *ruleset, at *addresses, s link.Spec,
	touched func(rule string, at int64)) *packets {
	p := &packets{rules: rules, addresses: at, links: map[string]path{}, between: map[string]bool{},
		touched: touched, applied: map[string]*cut{}}
	p.first, p.last = checkRange(s.Subnet)
	nodes := map[string]bool{}
	for _, l := range s.Links {
		nodes[l.To], nodes[l.Name] = true, true
	}
	for _, l := range pathsOf(s.Links) {
		p.links[l.ID] = l
		p.between[l.ID] = !l.Users && nodes[l.From]
	}
	return p
}

func (*packets) kinds(r link.Rule) (n int) {
	for _, k := range packetKinds(r) {
		n += set(k.is)
	}
	return n
}

// set is 1 of a kind that is set.
func set(is bool) int {
	if is {
		return 1
	}
	return 0
}

// apply puts a rule in force on all its links at once.
func (p *packets) apply(r link.Rule) (link.Bracket, error) {
	if d := r.SynDrop; d != nil && !(d.Share > 0 && d.Share <= 1) {
		return link.Bracket{}, fmt.Errorf("rule %q: share %v: must lie above 0 and not above 1",
			r.Name, d.Share)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.applied[r.Name]; c != nil && c.on {
		return link.Bracket{}, fmt.Errorf("rule %q is in force already: lift it first", r.Name)
	}
	links, err := p.find(r)
	if err != nil {
		return link.Bracket{}, err
	}
	p.serial++
	c := &cut{rule: r, tag: fmt.Sprintf("cut %d %s", p.serial, r.Name), stop: make(chan struct{})}
	c.count.Unit = packetKindOf(r).unit
	if r.AcceptStall != nil {
		if err := c.openStall(links); err != nil {
			return link.Bracket{}, fmt.Errorf("rule %q: %w", r.Name, err)
		}
	}
	if err := p.queue(c, links); err != nil {
		return link.Bracket{}, fmt.Errorf("rule %q: %w", r.Name, errors.Join(err, c.closeStall()))
	}
	before := wire.Now()
	if err := p.rules.flush(); err != nil {
		return link.Bracket{}, fmt.Errorf("rule %q: %w", r.Name, errors.Join(err, c.closeStall()))
	}
	b := link.Bracket{Before: before, After: wire.Now()}
	c.on, c.looked = true, before
	p.applied[r.Name] = c
	p.polls.Go(func() { p.poll(c) })
	return b, nil
}

func (p *packets) find(r link.Rule) ([]path, error) {
	if len(r.Links) == 0 {
		return nil, fmt.Errorf("rule %q: it names no link", r.Name)
	}
	var out []path
	seen := map[string]bool{}
	for _, id := range r.Links {
		l, ok := p.links[id]
		if !ok {
			return nil, fmt.Errorf("rule %q: there is no kernel link %q here", r.Name, id)
		}
		if !seen[id] {
			out = append(out, l)
		}
		seen[id] = true
	}
	return out, nil
}

// lift takes a rule out of force and reads back that it is gone; safe twice,
// and for a name that never was.
func (p *packets) lift(name string) (link.Bracket, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := wire.Now()
	c := p.applied[name]
	if c == nil || !c.on {
		return link.Bracket{Before: now, After: now}, nil
	}
	forgotten := p.forget(c) // before any packet is let through
	if err := p.deleteRules(c); err != nil {
		return link.Bracket{}, fmt.Errorf("lift %q: %w", name, err)
	}
	left, err := p.present(c)
	if err == nil && left > 0 {
		err = fmt.Errorf("%d of its kernel rules are still there", left)
	}
	if err != nil {
		return link.Bracket{}, fmt.Errorf("lift %q: %w", name, err)
	}
	if err := c.endStall(); err != nil {
		return link.Bracket{}, fmt.Errorf("lift %q: %w", name, err)
	}
	b := link.Bracket{Before: now, After: wire.Now()}
	// The counters outlive the rules, so what was dropped last is counted too.
	err = p.read(c)
	c.on = false
	close(c.stop)
	return b, errors.Join(forgotten, err, p.deleteCounters(c))
}

// forget makes the switchboard look anew for nodes that were dead.
func (p *packets) forget(c *cut) error {
	if c.rule.Dead == nil {
		return nil
	}
	var errs []error
	for _, id := range c.rule.Links {
		errs = append(errs, p.addresses.forget(p.links[id].Node))
	}
	return errors.Join(errs...)
}

func (p *packets) deleteRules(c *cut) error {
	rules, err := p.rules.faultRules()
	if err != nil {
		return err
	}
	for _, r := range rules {
		if bytes.Equal(r.UserData, []byte(c.tag)) {
			if err := p.rules.conn.DelRule(r); err != nil {
				return err
			}
		}
	}
	return p.rules.flush()
}

func (p *packets) deleteCounters(c *cut) error {
	for _, t := range c.tallys {
		p.rules.conn.DeleteObject(p.rules.named(t.name, nil))
	}
	if m := c.memory; m != nil {
		p.rules.conn.DelSet(m.known)
		p.rules.conn.DelSet(m.awake)
	}
	return p.rules.flush()
}

// present counts the kernel rules of a cut that are there now.
func (p *packets) present(c *cut) (int, error) {
	rules, err := p.rules.faultRules()
	n := 0
	for _, r := range rules {
		if bytes.Equal(r.UserData, []byte(c.tag)) {
			n++
		}
	}
	return n, err
}

// count reads what a rule did so far, and whether it is in force.
func (p *packets) count(name string) (link.Count, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.applied[name]
	if c == nil {
		return link.Count{}, false, nil
	}
	if !c.on {
		return c.count, true, nil
	}
	if err := p.read(c); err != nil {
		return link.Count{}, true, err
	}
	n, err := p.present(c)
	out := c.count
	out.Active = n > 0
	return out, true, err
}

// traffic reads how many SYNs went over each kernel link.
func (p *packets) traffic() ([]link.Traffic, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	counters, err := p.rules.counters()
	if err != nil {
		return nil, err
	}
	var out []link.Traffic
	for id, l := range p.links {
		out = append(out, link.Traffic{Link: id, Connections: counters[l.syns()]})
	}
	return out, nil
}

// close lifts everything and ends the polling.
func (p *packets) close() error {
	p.mu.Lock()
	var on []string
	for name, c := range p.applied {
		if c.on {
			on = append(on, name)
		}
	}
	p.mu.Unlock()
	var errs []error
	for _, name := range on {
		_, err := p.lift(name)
		errs = append(errs, err)
	}
	p.stopPolls()
	p.polls.Wait()
	return errors.Join(errs...)
}

// stopPolls ends the polling of cuts with a lift that failed.
func (p *packets) stopPolls() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.applied {
		if c.on {
			c.on = false
			close(c.stop)
		}
	}
}
