//go:build linux

package target

import (
	"fmt"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"
)

// dialWithin bounds a connection attempt: it outlasts the first two
// retransmissions of a SYN (1 s and 2 s, Linux ≥ 6.5) and no more.
const dialWithin = 3 * time.Second

// newDial gives a dialler that refuses every address that is not on a network
// of this machine's own interfaces: a drill's target talks inside the drill.
func newDial() (dialler, error) {
	near, err := ownNetworks()
	if err != nil {
		return nil, err
	}
	return dialWithinNetworks(near), nil
}

func dialWithinNetworks(near []netip.Prefix) dialler {
	d := &net.Dialer{Timeout: dialWithin, Resolver: resolver,
		Control: func(_, address string, _ syscall.RawConn) error {
			return inside(near, address)
		}}
	return d.DialContext
}

func inside(near []netip.Prefix, address string) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	for _, p := range near {
		if p.Contains(a.Addr().Unmap()) {
			return nil
		}
	}
	return fmt.Errorf("%s lies outside the drill's network", a.Addr())
}

// networks are this machine's, as they were when they were first asked for.
var networks = sync.OnceValues(ownNetworks)

// staysNear lets questions for names go to near resolvers alone.
func staysNear(_, address string, _ syscall.RawConn) error {
	near, err := networks()
	if err != nil {
		return err
	}
	return inside(near, address)
}

func ownNetworks() ([]netip.Prefix, error) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil, fmt.Errorf("own addresses: %w", err)
	}
	var near []netip.Prefix
	for _, a := range all {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			near = append(near, p.Masked())
		}
	}
	return near, nil
}
