//go:build linux

package switchboard

import (
	"fmt"
	"net/netip"

	"github.com/stormdrill/stormdrill/faults/link"
)

// check refuses a Spec that could only half work.
func check(s link.Spec) error {
	if !s.Subnet.IsValid() || !s.Subnet.Addr().Is4() {
		return fmt.Errorf("subnet %s: want an IPv4 network", s.Subnet)
	}
	ids := map[string]bool{}
	ports := map[netip.AddrPort]string{}
	for _, l := range s.Links {
		at := netip.AddrPortFrom(l.Addr, l.Port)
		switch other, taken := ports[at]; {
		case ids[l.ID]:
			return fmt.Errorf("link %q: there are two of that name", l.ID)
		case !s.Subnet.Contains(l.Addr) || !s.Subnet.Contains(l.Node):
			return fmt.Errorf("link %q: %s and %s must lie in %s", l.ID, l.Addr, l.Node, s.Subnet)
		case l.Port == 0:
			return fmt.Errorf("link %q: port 0", l.ID)
		case taken:
			return fmt.Errorf("link %q: %s is %q's", l.ID, at, other)
		}
		ids[l.ID], ports[at] = true, l.ID
	}
	return checkClients(s)
}

func checkClients(s link.Spec) error {
	owner := map[netip.Addr]string{}
	for _, c := range s.Clients {
		if len(c.Addresses) != len(c.Aliases) {
			return fmt.Errorf("client %q: %d addresses and %d aliases: want as many", c.Name,
				len(c.Addresses), len(c.Aliases))
		}
		for _, a := range append(append([]netip.Addr(nil), c.Addresses...), c.Aliases...) {
			if !s.Subnet.Contains(a) {
				return fmt.Errorf("client %q: %s lies outside %s", c.Name, a, s.Subnet)
			}
			if other, taken := owner[a]; taken {
				return fmt.Errorf("client %q: %s is %q's", c.Name, a, other)
			}
			owner[a] = c.Name
		}
	}
	return nil
}
