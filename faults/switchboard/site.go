//go:build linux

package switchboard

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// site is a prepared switchboard.
type site struct {
	addresses *addresses
	rules     *ruleset
	packets   *packets
	streams   *streams
	names     *dnsRules
	steers    *steers
	dns       *resolver
	walls     *walls
	strays    *strays
	metrics   *metrics           // nil: not asked for
	stop      context.CancelFunc // ends what the streams began
}

// prepare makes all links and names of a drill. If it fails, what it made is
// taken away again, and it may be called anew.
func prepare(ctx context.Context, s link.Spec, emit emitter) (made *site, err error) {
	if err := check(s); err != nil {
		return nil, err
	}
	// The streams live on after the call.
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	t := &site{stop: stop}
	defer func() {
		if err != nil {
			made, err = nil, errors.Join(err, t.close())
		}
	}()
	if err := setForwarding(); err != nil {
		return nil, err
	}
	if err := t.connect(s, emit); err != nil {
		return nil, err
	}
	if err := tune(); err != nil { // after the rules: conntrack's settings come with them
		return nil, err
	}
	for _, l := range s.Links {
		if l.Proxied {
			if err := t.streams.open(ctx, l); err != nil {
				return nil, fmt.Errorf("link %q: %w", l.ID, err)
			}
		}
	}
	t.names = newDNSRules(s, emit.touched)
	names := newNames(s, emit.unknown)
	t.steers = names.steers
	if t.dns, err = serveDNS(names, t.names, inside(s.Subnet, t.addresses.own)); err != nil {
		return nil, err
	}
	if s.Metrics != 0 {
		m := newMetrics(t, s.Links)
		if err := m.serve(s.Metrics); err != nil {
			return nil, fmt.Errorf("metrics: %w", err)
		}
		t.metrics = m
	}
	return t, nil
}

// connect sets up the kernel's side.
func (t *site) connect(s link.Spec, emit emitter) (err error) {
	t.streams = newStreams(s, emit)
	if t.addresses, err = findInterface(s.Subnet); err != nil {
		return err
	}
	rules, err := newRuleset()
	if err != nil {
		return err
	}
	t.packets = newPackets(rules, t.addresses, s, emit.touched)
	t.rules = rules
	// Rules before addresses: no client meets a link address that leads nowhere.
	if err := rules.install(s); err != nil {
		return err
	}
	if t.strays, err = rules.watchStrays(s.Subnet, t.near(s)); err != nil {
		return err
	}
	if t.walls, err = examineWalls(t.addresses, s); err != nil {
		return err
	}
	if s.Gateway.IsValid() {
		if err := t.addresses.add([]netip.Addr{s.Gateway}); err != nil {
			return err
		}
	}
	if err := t.addresses.add(linkAddresses(s.Links)); err != nil {
		return err
	}
	return t.addresses.add(aliasesOf(s.Clients))
}

// near are the addresses that containers may ask for on the wire: all of the
// switchboard's, and those that its DNS gives to every client.
func (t *site) near(s link.Spec) []netip.Addr {
	out := slices.Concat(t.addresses.own, linkAddresses(s.Links), aliasesOf(s.Clients),
		slices.Collect(maps.Values(s.Names)))
	if s.Gateway.IsValid() {
		out = append(out, s.Gateway)
	}
	return out
}

func linkAddresses(links []link.Link) []netip.Addr {
	out := make([]netip.Addr, len(links))
	for i, l := range links {
		out[i] = l.Addr
	}
	return out
}

func inside(subnet netip.Prefix, all []netip.Addr) []netip.Addr {
	return slices.DeleteFunc(slices.Clone(all),
		func(a netip.Addr) bool { return !subnet.Contains(a) })
}

// mechanism is one way to do what rules say: to packets, in streams, to names. A rule is
// of one kind, and a kind of one mechanism.
type mechanism interface {
	// kinds is how many kinds of this mechanism a rule has.
	kinds(r link.Rule) int
	apply(r link.Rule) (link.Bracket, error)
	// lift ends a rule; one that is not in force is left alone.
	lift(name string) (link.Bracket, error)
	// count is what a rule did so far; ok is false for one that was never applied here.
	count(name string) (c link.Count, ok bool, err error)
	// leftover names what is in force.
	leftover() ([]string, error)
}

func (t *site) mechanisms() []mechanism {
	return []mechanism{t.packets, t.streams, t.names, t.steers}
}

func (t *site) apply(r link.Rule) (link.Bracket, error) {
	if r.Name == "" {
		return link.Bracket{}, errors.New("rule without a name: a lift could not find it")
	}
	var of mechanism
	kinds := 0
	for _, m := range t.mechanisms() {
		if n := m.kinds(r); n > 0 {
			of, kinds = m, kinds+n
		}
	}
	if kinds != 1 {
		return link.Bracket{}, fmt.Errorf("rule %q: want exactly one kind, have %d", r.Name, kinds)
	}
	return of.apply(r)
}

// lift undoes a rule wherever it stands.
func (t *site) lift(name string) (b link.Bracket, err error) {
	b.Before = wire.Now()
	for _, m := range t.mechanisms() {
		_, failed := m.lift(name)
		err = errors.Join(err, failed)
	}
	b.After = wire.Now()
	return b, err
}

// count is what a rule did so far; one that was never applied did nothing.
func (t *site) count(name string) (c link.Count, err error) {
	for _, m := range t.mechanisms() {
		var ok bool
		if c, ok, err = m.count(name); ok {
			break
		}
	}
	c.At = wire.Now()
	return c, err
}

// traffic is in order of links.
func (t *site) traffic() ([]link.Traffic, error) {
	out, err := t.packets.traffic()
	out = append(out, t.streams.traffic()...)
	slices.SortFunc(out, func(a, b link.Traffic) int { return cmp.Compare(a.Link, b.Link) })
	return out, err
}

// stray is what went by no link so far.
func (t *site) stray() (link.Strays, error) {
	counters, err := t.rules.counters()
	if err != nil {
		return link.Strays{}, err
	}
	return t.strays.read(counters)
}

// leftover names what is there beyond what prepare made, and what is missing of it.
func (t *site) leftover() ([]string, error) {
	out, err := t.addresses.strange()
	if err != nil {
		return nil, err
	}
	for _, m := range t.mechanisms() {
		left, failed := m.leftover()
		out, err = append(out, left...), errors.Join(err, failed)
	}
	return out, err
}

// close takes everything away, in the reverse order.
func (t *site) close() error {
	var errs []error
	if t.metrics != nil {
		errs = append(errs, t.metrics.close())
	}
	if t.dns != nil {
		errs = append(errs, t.dns.close())
	}
	if t.packets != nil {
		errs = append(errs, t.packets.close())
	}
	t.stop()
	if t.streams != nil {
		errs = append(errs, t.streams.close())
	}
	if t.addresses != nil {
		errs = append(errs, t.addresses.remove())
	}
	if t.rules != nil {
		errs = append(errs, t.rules.remove())
	}
	return errors.Join(errs...)
}
