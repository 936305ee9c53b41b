//go:build linux

package switchboard

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/stormdrill/stormdrill/faults/link"
)

// walls are what keeps packets in the drill's network, as they are seen from inside:
// what the engine was asked for is one thing, what it did another. The switchboard's
// own container is on the network as every other one, so what holds for it holds for
// the targets.
type walls struct {
	addresses *addresses
	bridge    netip.Addr
	lacks     []string // found before the switchboard changed anything
}

// examineWalls looks at what the engine gave this container, and then takes the way
// out away: the switchboard needs none.
func examineWalls(a *addresses, s link.Spec) (*walls, error) {
	w := &walls{addresses: a, bridge: s.Bridge}
	if !s.Gateway.IsValid() {
		return w, nil // a network of no engine
	}
	routes, err := netlink.RouteList(a.device, netlink.FAMILY_V4)
	if err != nil {
		return nil, fmt.Errorf("routes: %w", err)
	}
	leads := netip.Addr{}
	for _, r := range routes {
		if r.Dst != nil && !r.Dst.IP.IsUnspecified() {
			continue
		}
		leads, _ = netip.AddrFromSlice(r.Gw.To4())
		if err := netlink.RouteDel(&r); err != nil {
			return nil, fmt.Errorf("default route: %w%s", err, advice(err))
		}
	}
	if leads != s.Gateway {
		w.lacks = append(w.lacks, fmt.Sprintf("the containers' default route leads to %s and not "+
			"to the switchboard: packets can leave unseen", orNowhere(leads)))
	}
	six, err := netlink.AddrList(a.device, netlink.FAMILY_V6)
	if err != nil {
		return nil, fmt.Errorf("IPv6 addresses: %w", err)
	}
	if len(six) > 0 {
		w.lacks = append(w.lacks, "IPv6 is on, and goes round the switchboard")
	}
	return w, nil
}

func orNowhere(a netip.Addr) string {
	if !a.IsValid() {
		return "nowhere"
	}
	return a.String()
}

// Where the bridge has an address, the kernel behind it answers within microseconds.
const (
	bridgeWithin = 250 * time.Millisecond
	bridgeEvery  = 10 * time.Millisecond
)

// discard is the port to which the question is sent that makes the kernel ask for the
// bridge; nothing listens there (RFC 863).
const discard = 9

// examine says what is lacking. It takes as long as an answer from the bridge may.
func (w *walls) examine(ctx context.Context) ([]string, error) {
	if !w.bridge.IsValid() {
		return w.lacks, nil
	}
	answers, err := w.bridgeAnswers(ctx)
	if err != nil || !answers {
		return w.lacks, err
	}
	return append(w.lacks, fmt.Sprintf("the bridge answers at %s: the engine's machine can be "+
			"reached",
			w.bridge)),
		nil
}

// bridgeAnswers asks for the address that the engine was asked not to give its bridge.
func (w *walls) bridgeAnswers(ctx context.Context) (bool, error) {
	c, err := net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(w.bridge,
		discard)))
	if err != nil {
		return false, fmt.Errorf("bridge: %w", err)
	}
	defer c.Close()
	_, _ = c.Write([]byte{0}) // that it is asked for is all that is wanted
	ctx, cancel := context.WithTimeout(ctx, bridgeWithin)
	defer cancel()
	tick := time.NewTicker(bridgeEvery)
	defer tick.Stop()
	for {
		known, err := w.known()
		if known || err != nil {
			return known, err
		}
		select {
		case <-ctx.Done():
			return false, nil
		case <-tick.C:
		}
	}
}

// known reports whether the bridge's address has been answered for.
func (w *walls) known() (bool, error) {
	all, err := netlink.NeighList(w.addresses.device.Attrs().Index, netlink.FAMILY_V4)
	if err != nil {
		return false, fmt.Errorf("neighbours: %w", err)
	}
	for _, n := range all {
		ip, _ := netip.AddrFromSlice(n.IP.To4())
		if ip == w.bridge && len(n.HardwareAddr) > 0 &&
			n.State&(unix.NUD_INCOMPLETE|unix.NUD_FAILED) == 0 {
			return true, nil
		}
	}
	return false, nil
}

// errOutside is a dial of the switchboard's to an address that is not the drill's.
var errOutside = errors.New("outside the drill's subnet: the switchboard never leaves it")

// within refuses to dial outside a subnet.
func within(subnet netip.Prefix) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil || !subnet.Contains(to.Addr().Unmap()) {
			return fmt.Errorf("%s is %w", address, errOutside)
		}
		return nil
	}
}
