//go:build linux && drill

package loadgen

import (
	"net"
	"net/netip"
	"runtime"
	"syscall"
	"testing"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/probe"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// inNewNetwork runs f in a network namespace of its own with one interface that
// holds 198.18.0.100/22; it needs root.
func inNewNetwork(t *testing.T, f func(dev netlink.Link)) {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	home, err := netns.Get()
	if err != nil {
		t.Fatal(err)
	}
	defer home.Close()
	fresh, err := netns.New()
	if err != nil {
		t.Fatal(err)
	}
	defer fresh.Close()
	defer func() {
		if err := netns.Set(home); err != nil {
			t.Fatal(err)
		}
	}()
	dev := &netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: "eth0"}}
	addr := &netlink.Addr{IPNet: &net.IPNet{IP: net.IPv4(198, 18, 0, 100).To4(),
		Mask: net.CIDRMask(22, 32)}}
	for _, err := range []error{netlink.LinkAdd(dev), netlink.AddrAdd(dev, addr), netlink.LinkSetUp(dev)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	f(dev)
}

func TestSourcesAreAddedToTheSubnetsInterface(t *testing.T) {
	inNewNetwork(t, func(dev netlink.Link) {
		subnet := netip.MustParsePrefix("198.18.0.0/22")
		want := []netip.Addr{netip.MustParseAddr("198.18.1.0"), netip.MustParseAddr("198.18.1.1"),
			netip.MustParseAddr("198.18.0.101")}
		for range 2 { // a second time changes nothing
			if err := addSources(subnet,
				append(want, netip.MustParseAddr("127.0.0.5"),
					netip.MustParseAddr("198.18.0.100"))); err != nil {
				t.Fatal(err)
			}
		}
		have, err := netlink.AddrList(dev, netlink.FAMILY_V4)
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]bool{}
		for _, a := range have {
			found[a.IPNet.String()] = true
		}
		for _, a := range want {
			if !found[a.String()+"/32"] {
				t.Errorf("%s is not there: %v", a, found)
			}
		}
		if len(found) != 1+len(want) {
			t.Errorf("addresses: %v", found)
		}
		elsewhere := netip.MustParsePrefix("198.19.0.0/22")
		if err := addSources(elsewhere, []netip.Addr{netip.MustParseAddr("198.19.1.1")}); err == nil {
			t.Error("an address was added for a subnet that no interface is in")
		}
	})
}

// An ICMP error and a route that says the same look alike to a program.
func TestUnreachableIsReported(t *testing.T) {
	inNewNetwork(t, func(netlink.Link) {
		to := &net.IPNet{IP: net.IPv4(198, 18, 2, 9).To4(), Mask: net.CIDRMask(32, 32)}
		if err := netlink.RouteAdd(&netlink.Route{Dst: to,
			Type: syscall.RTN_UNREACHABLE}); err != nil {
			t.Fatal(err)
		}
		c := load.Check{Source: netip.MustParseAddr("198.18.0.100"),
			TCP: &load.TCPProbe{Address: "198.18.2.9:80"}}
		p, err := newProbe(c, load.Spec{Subnet: netip.MustParsePrefix("198.18.0.0/22")})
		if err != nil {
			t.Fatal(err)
		}
		expectAnswer(t, probe.Once(t.Context(), c, p, wire.Now), false, true, "unreachable")
	})
}
