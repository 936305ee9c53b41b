//go:build linux

package loadgen

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/netip"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/dns"
	"github.com/stormdrill/stormdrill/loadgen/load"
)

// check refuses a Spec that a load node cannot carry out.
func check(s load.Spec) error {
	if b, err := hex.DecodeString(s.Run); err != nil || len(b) != 8 {
		return fmt.Errorf("run %q: want 16 hex digits", s.Run)
	}
	if !s.Subnet.IsValid() {
		return fmt.Errorf("subnet is missing")
	}
	for _, c := range s.Checks {
		if c.Every <= 0 {
			return fmt.Errorf("check %q: every %s: has to be above zero", c.Name, c.Every)
		}
		if _, err := newProbe(c, s); err != nil {
			return err
		}
	}
	return nil
}

// sourcesOf are all addresses that this node needs.
func sourcesOf(s load.Spec) []netip.Addr {
	var all []netip.Addr
	for _, g := range s.Groups {
		all = append(all, valid(g.Sources...)...)
	}
	for _, g := range s.Floods {
		all = append(all, valid(g.Sources...)...)
	}
	for _, w := range s.Swarms {
		all = append(all, valid(w.Sources...)...)
	}
	for _, c := range s.Checks {
		all = append(all, valid(c.Source)...)
	}
	return all
}

func valid(addrs ...netip.Addr) []netip.Addr {
	var all []netip.Addr
	for _, a := range addrs {
		if a.IsValid() {
			all = append(all, a)
		}
	}
	return all
}

// dnsPatience is how long the switchboard's DNS may take to answer for the
// first time; dnsPause is between two tries.
const (
	dnsPatience = 10 * time.Second
	dnsPause    = 50 * time.Millisecond
)

// reachDNS waits until the resolver answers at all. It asks for a reverse name,
// which no scenario declares and no switchboard takes for a mistake.
func reachDNS(ctx context.Context, s load.Spec) error {
	if !s.Resolver.IsValid() {
		return nil // every name is an address
	}
	ctx, cancel := context.WithTimeout(ctx, dnsPatience)
	defer cancel()
	question := dns.Question{Name: dns.Reverse(s.Resolver), Type: dns.PTR}
	var from netip.Addr
	if all := sourcesOf(s); len(all) > 0 {
		from = all[0]
	}
	names := newDialer(from, s.Subnet, netip.AddrPortFrom(s.Resolver, dnsPort)).names
	for {
		once, end := context.WithTimeout(ctx, time.Second)
		_, err := names.exchange(once, question)
		end()
		if err == nil {
			return nil
		}
		select {
		case <-time.After(dnsPause):
		case <-ctx.Done():
			return fmt.Errorf("dns at %s gave no answer within %s: is the switchboard up? %w",
				s.Resolver, dnsPatience, err)
		}
	}
}
