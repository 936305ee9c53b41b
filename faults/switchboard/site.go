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
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// site is a prepared switchboard.
type site struct {
	addresses *addresses
	rules     *ruleset
	packets   *packets
	streams   *streams
	names     *disturbances
	steers    *steers
	dns       *resolver
	walls     *walls
	strays    *strays
	stop      context.CancelFunc // ends what the streams began
}

// prepare makes all links and names of a drill. If it fails, what it made is
// taken away again, and it may be called anew.
func prepare(ctx context.Context, s link.Spec, tell teller) (made *site, err error) {
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
	if err := t.connect(s, tell); err != nil {
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
	t.names = newDisturbances(s, tell.touched)
	names := newNames(s, tell.unknown)
	t.steers = names.steers
	if t.dns, err = serveDNS(names, t.names, inside(s.Subnet, t.addresses.own)); err != nil {
		return nil, err
	}
	return t, nil
}

// connect sets up the kernel's side.
func (t *site) connect(s link.Spec, tell teller) (err error) {
	t.streams = newStreams(s, tell)
	if t.addresses, err = findInterface(s.Subnet); err != nil {
		return err
	}
	rules, err := newRuleset()
	if err != nil {
		return err
	}
	t.packets = newPackets(rules, t.addresses, s, tell.touched)
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
// switchboard's, and those that its DNS gives to everybody.
func (t *site) near(s link.Spec) []netip.Addr {
	out := slices.Concat(t.addresses.own, linkAddresses(s.Links), aliasesOf(s.Clients), slices.Collect(maps.Values(s.Names)))
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
	return slices.DeleteFunc(slices.Clone(all), func(a netip.Addr) bool { return !subnet.Contains(a) })
}

func (t *site) apply(r link.Rule) (link.Bracket, error) {
	if r.Name != "" {
		switch {
		case r.DNS != nil:
			return t.names.apply(r)
		case r.Steer != nil:
			return t.steers.apply(r)
		}
	}
	kernel, err := sideOf(r)
	switch {
	case err != nil:
		return link.Bracket{}, err
	case kernel:
		return t.packets.apply(r)
	default:
		return t.streams.apply(r)
	}
}

// sideOf tells a rule on packets from one on streams.
func sideOf(r link.Rule) (kernel bool, err error) {
	if r.Name == "" {
		return false, errors.New("rule without a name: a lift could not find it")
	}
	packet, stream := 0, 0
	for _, set := range []bool{r.SynDrop != nil, r.Refuse != nil, r.Dead != nil,
		r.Unreachable != nil, r.Blackhole != nil, r.Loss != nil, r.IdleDrop != nil, r.AcceptStall != nil, r.Tally != nil} {
		if set {
			packet++
		}
	}
	for _, k := range kindsOf(r) {
		if k != nil {
			stream++
		}
	}
	if packet+stream != 1 {
		return false, fmt.Errorf("rule %q: want exactly one kind, have %d", r.Name, packet+stream)
	}
	if d := r.SynDrop; d != nil && !(d.Share > 0 && d.Share <= 1) {
		return false, fmt.Errorf("rule %q: share %v: must lie above 0 and not above 1", r.Name, d.Share)
	}
	return packet == 1, nil
}

// settle is how long a command that was sent first may be behind one that was
// sent next: they run side by side, on goroutines that start within microseconds.
const settle = 50 * time.Millisecond

// lift undoes a rule wherever it stands. Where it stands nowhere, an apply that
// was interrupted and not waited for may still be about to put it there.
func (t *site) lift(name string) (link.Bracket, error) {
	if c, ok := t.steers.count(name); ok && c.Active {
		return t.steers.lift(name), nil
	}
	if s, _ := t.streams.count(name); !s.Active && !t.packets.inForce(name) && !t.names.inForce(name) {
		time.Sleep(settle)
	}
	n := t.names.lift(name)
	p, perr := t.packets.lift(name)
	s, serr := t.streams.lift(name)
	return link.Bracket{Before: n.Before, After: max(p.After, s.After)}, errors.Join(perr, serr)
}

// count is what a rule did so far; one that was never applied did nothing.
func (t *site) count(name string) (c link.Count, err error) {
	var ok bool
	if c, ok, err = t.packets.tally(name); !ok {
		if c, ok = t.streams.count(name); !ok {
			if c, ok = t.steers.count(name); !ok {
				c = t.names.count(name)
			}
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
	packets, err := t.packets.leftover()
	return slices.Concat(out, packets, t.streams.leftover(), t.names.leftover(), t.steers.leftover()), err
}

// close takes everything away, in the reverse order.
func (t *site) close() error {
	var errs []error
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
