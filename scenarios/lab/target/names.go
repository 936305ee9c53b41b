//go:build linux

package target

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"

	"github.com/stormdrill/stormdrill/loadgen/hostname"
)

// lookup gives the IPv4 addresses of a name; net.Resolver's LookupNetIP is one.
type lookup func(ctx context.Context, network, host string) ([]netip.Addr, error)

// backend is one server's name and address.
type backend struct {
	name string
	addr netip.Addr
}

// addresses are the A records of a name, sorted: records rotate, and a
// balancer shall not see a change in that.
func (l lookup) addresses(ctx context.Context, host string) ([]netip.Addr, error) {
	all, err := l(ctx, "ip4", hostname.Wire(host))
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i] = all[i].Unmap()
	}
	slices.SortFunc(all, netip.Addr.Compare)
	return slices.Compact(all), nil
}

// backends names the servers behind the addresses of a host. A single one is
// called like the host; of several, the n-th replica answers to its own name in DNS,
// which is asked for each: an answer's header would not do, because an injected
// answer has none. An address that no such name leads to is its own name.
func (l lookup) backends(ctx context.Context, host string, addrs []netip.Addr) ([]backend, error) {
	if len(addrs) == 1 {
		return []backend{{host, addrs[0]}}, nil
	}
	names := map[netip.Addr]string{}
	for i := range addrs {
		name := hostname.Replica(host, i+1)
		own, err := l.addresses(ctx, name)
		var missing *net.DNSError
		if errors.As(err, &missing) && missing.IsNotFound {
			break // not one of Stormdrill's own names
		}
		if err != nil {
			return nil, err
		}
		for _, a := range own {
			names[a] = name
		}
	}
	all := make([]backend, len(addrs))
	for i, a := range addrs {
		all[i] = backend{names[a], a}
		if all[i].name == "" {
			all[i].name = a.String()
		}
	}
	return all, nil
}
