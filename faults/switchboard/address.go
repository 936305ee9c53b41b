//go:build linux

package switchboard

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// The drill's /22, in offsets from its base: checks come from .0.101 to
// .0.255 even where they go by a load group's links, and load never does.
const (
	firstCheck = 101
	lastCheck  = 255
)

// checkRange is where checks come from in a drill's subnet.
func checkRange(subnet netip.Prefix) (first, last netip.Addr) {
	b := subnet.Masked().Addr().As4()
	b[3] = firstCheck
	first = netip.AddrFrom4(b)
	b[3] = lastCheck
	return first, netip.AddrFrom4(b)
}

// ofChecks reports whether an address is one that checks ask from, on whichever link.
func ofChecks(subnet netip.Prefix) func(netip.Addr) bool {
	first, last := checkRange(subnet)
	return func(a netip.Addr) bool { return !a.Less(first) && !last.Less(a) }
}

// addresses are the secondary addresses of the interface that holds the drill's subnet.
type addresses struct {
	device netlink.Link
	own    []netip.Addr // what it had before
	added  []netip.Addr
}

// findInterface finds the interface with an address in subnet.
func findInterface(subnet netip.Prefix) (*addresses, error) {
	devices, err := netlink.LinkList()
	if err != nil {
		return nil, fmt.Errorf("network interfaces: %w", err)
	}
	for _, d := range devices {
		have, err := listAddresses(d)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(have, subnet.Contains) {
			return &addresses{device: d, own: have}, nil
		}
	}
	return nil, fmt.Errorf("no interface holds an address in %s: attach the switchboard to the "+
		"drill's network first", subnet)
}

func listAddresses(d netlink.Link) ([]netip.Addr, error) {
	list, err := netlink.AddrList(d, netlink.FAMILY_V4)
	if err != nil {
		return nil, fmt.Errorf("addresses of %s: %w", d.Attrs().Name, err)
	}
	var out []netip.Addr
	for _, a := range list {
		if ip, ok := netip.AddrFromSlice(a.IP.To4()); ok {
			out = append(out, ip)
		}
	}
	return out, nil
}

// add gives the interface all of these as /32; doubles are added once.
func (a *addresses) add(want []netip.Addr) error {
	for _, ip := range want {
		if slices.Contains(a.added, ip) {
			continue
		}
		if slices.Contains(a.own, ip) {
			return fmt.Errorf("address %s is the switchboard's own: give links and aliases "+
				"addresses of their own", ip)
		}
		if err := netlink.AddrAdd(a.device, host(ip)); err != nil {
			return fmt.Errorf("address %s on %s: %w%s", ip, a.device.Attrs().Name, err, advice(err))
		}
		a.added = append(a.added, ip)
	}
	return nil
}

// remove takes away what add gave.
func (a *addresses) remove() error {
	var errs []error
	for _, ip := range a.added {
		if err := netlink.AddrDel(a.device, host(ip)); err != nil &&
			!errors.Is(err, unix.EADDRNOTAVAIL) {
			errs = append(errs, fmt.Errorf("address %s: %w", ip, err))
		}
	}
	a.added = nil
	return errors.Join(errs...)
}

// strange names addresses that are neither the interface's own nor added, and
// added ones that are missing.
func (a *addresses) strange() ([]string, error) {
	have, err := listAddresses(a.device)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, ip := range have {
		if !slices.Contains(a.own, ip) && !slices.Contains(a.added, ip) {
			out = append(out, fmt.Sprintf("address %s", ip))
		}
	}
	for _, ip := range a.added {
		if !slices.Contains(have, ip) {
			out = append(out, fmt.Sprintf("address %s is missing", ip))
		}
	}
	return out, nil
}

// forget drops the entry of a neighbour's hardware address: a container that is started
// again may come with another one.
func (a *addresses) forget(ip netip.Addr) error {
	n := &netlink.Neigh{LinkIndex: a.device.Attrs().Index, Family: netlink.FAMILY_V4,
		IP: ip.AsSlice()}
	if err := netlink.NeighDel(n); err != nil && !errors.Is(err, unix.ENOENT) {
		return fmt.Errorf("neighbour %s: %w", ip, err)
	}
	return nil
}

func host(ip netip.Addr) *netlink.Addr {
	return &netlink.Addr{IPNet: &net.IPNet{IP: ip.AsSlice(), Mask: net.CIDRMask(32, 32)}}
}

// advice says what to do about an error of the kernel's.
func advice(err error) string {
	switch {
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES):
		return " (the switchboard's container needs the capability NET_ADMIN)"
	case errors.Is(err, unix.EPROTONOSUPPORT), errors.Is(err, unix.EAFNOSUPPORT),
		errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.ENOENT):
		return " (the kernel lacks a part of nftables: it needs nf_tables with nat, ct, numgen, " +
			"hash, reject and counter objects, Linux 5.10 or newer)"
	}
	return ""
}
