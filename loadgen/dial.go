//go:build linux

package loadgen

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// errOutside is a dial to an address that does not belong to the drill.
var errOutside = errors.New("outside the drill's subnet: load never leaves it; name a target of " +
	"the scenario")

// dialer is how one source address reaches the drill's nodes: it asks the
// switchboard's DNS, dials from its own address, and never leaves the subnet.
type dialer struct {
	source netip.Addr // unset: the system chooses
	subnet netip.Prefix
	names  *resolver
	// keepAlive is how long a connection may be idle before it is probed, and how
	// often then; 0: never, as most programs do within the first two hours.
	keepAlive time.Duration
	// curt, once it is over, makes every close a reset: what is not yet on the
	// wire never gets there. nil: never.
	curt context.Context
}

func newDialer(source netip.Addr, subnet netip.Prefix, resolver netip.AddrPort) *dialer {
	r := &dialer{source: source, subnet: subnet}
	r.names = newResolver(resolver, r.dialer)
	return r
}

// dial connects to host:port, to one of the host's addresses, in turn. It does
// not try the next one when that fails: the failure is what is measured. The
// trace that ctx carries says when to give up, and learns how far it got.
func (r *dialer) dial(ctx context.Context, _, address string) (net.Conn, error) {
	return r.reach(shotOf(ctx), address)
}

// reach is dial for a trace at hand.
func (r *dialer) reach(s *trace, address string) (net.Conn, error) {
	const network = "tcp"
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	s.reached(resolving)
	ip, err := r.resolve(s, host)
	if err != nil {
		return nil, err
	}
	s.reached(dialing)
	s.begins(handshake)
	conn, err := r.dialer(network).DialContext(s.ctx, network, net.JoinHostPort(ip.String(), port))
	s.ends(handshake, err)
	if err != nil {
		return nil, err
	}
	if r.curt != nil {
		conn = curt{conn.(*net.TCPConn), r.curt}
	}
	return conn, s.connected(conn)
}

// curt is a connection that is reset where its close comes after the end.
type curt struct {
	*net.TCPConn
	end context.Context
}

// Close closes it.
func (c curt) Close() error {
	if c.end.Err() != nil {
		_ = c.SetLinger(0) // fails on a connection that is gone already
	}
	return c.TCPConn.Close()
}

// resolve gives an address of a host. Only a question that was really asked is
// a lookup: a literal address and a cached one are none.
func (r *dialer) resolve(s *trace, host string) (netip.Addr, error) {
	if ip, ok := r.names.recall(host); ok {
		return ip, nil
	}
	s.begins(lookup)
	ip, err := r.names.lookup(s.ctx, host)
	s.ends(lookup, err)
	return ip, err
}

// dialer dials from the source. Keepalive probes are off unless they are asked
// for: they would keep idle flows alive that a fault is meant to drop.
func (r *dialer) dialer(network string) *net.Dialer {
	d := &net.Dialer{KeepAlive: -1, Control: r.control}
	if k := r.keepAlive; k > 0 && network == "tcp" {
		d.KeepAliveConfig = net.KeepAliveConfig{Enable: true, Idle: k, Interval: k}
	}
	if !r.source.IsValid() {
		return d
	}
	if network == "udp" {
		d.LocalAddr = net.UDPAddrFromAddrPort(netip.AddrPortFrom(r.source, 0))
	} else {
		d.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(r.source, 0))
	}
	return d
}

// control refuses to leave the subnet, and lets the kernel choose the port at
// connect, so that ports are counted per peer and not per source.
func (r *dialer) control(_, address string, raw syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || !r.subnet.Contains(to.Addr().Unmap()) {
		return fmt.Errorf("%s is %w", address, errOutside)
	}
	var set error
	err = raw.Control(func(fd uintptr) {
		set = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1)
	})
	return errors.Join(err, set)
}
