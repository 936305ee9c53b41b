//go:build linux

package loadgen

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"

	"github.com/vishvananda/netlink"
)

// addSources gives this node the addresses that users and checks come from: /32
// beside the address of the interface that is in the subnet. Those that are
// local already are left alone.
func addSources(subnet netip.Prefix, all []netip.Addr) error {
	var dev netlink.Link
	for _, a := range all {
		if isLocal(a) {
			continue
		}
		if dev == nil {
			var err error
			if dev, err = interfaceIn(subnet); err != nil {
				return err
			}
		}
		addr := &netlink.Addr{IPNet: &net.IPNet{IP: a.AsSlice(), Mask: net.CIDRMask(32, 32)}}
		if err := netlink.AddrAdd(dev, addr); err != nil && !errors.Is(err, syscall.EEXIST) {
			return fmt.Errorf("source address %s on %s: %w (needs NET_ADMIN)", a, dev.Attrs().Name,
				err)
		}
	}
	return nil
}

// isLocal reports whether packets to a never leave this node, so that it can be
// bound: all of 127.0.0.0/8, and what its interfaces hold.
func isLocal(a netip.Addr) bool {
	if !a.IsValid() || a.IsLoopback() {
		return true
	}
	held, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	for _, h := range held {
		if p, err := netip.ParsePrefix(h.String()); err == nil && p.Addr().Unmap() == a {
			return true
		}
	}
	return false
}

// interfaceIn is the interface with an address in the subnet.
func interfaceIn(subnet netip.Prefix) (netlink.Link, error) {
	addrs, err := netlink.AddrList(nil, netlink.FAMILY_V4)
	if err != nil {
		return nil, fmt.Errorf("interfaces: %w", err)
	}
	for _, a := range addrs {
		if ip, ok := netip.AddrFromSlice(a.IP.To4()); ok && subnet.Contains(ip) {
			return netlink.LinkByIndex(a.LinkIndex)
		}
	}
	return nil, fmt.Errorf("no interface has an address in %s: is this container on the drill's "+
		"network?", subnet)
}
