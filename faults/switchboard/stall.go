//go:build linux

package switchboard

import (
	"errors"
	"fmt"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/stormdrill/stormdrill/faults/link"
)

// stallPriority puts an accept-stall's translation before that of the links: the
// first one that translates a connection decides where it goes.
var stallPriority = nftables.ChainPriorityRef(*nftables.ChainPriorityNATDest - 1)

// listen opens a listener on a link's own address that never accepts. What
// completes its handshake there hangs; once the queue is full, the kernel drops
// SYNs without a word.
func listen(l link.Link, backlog int) (fd int, err error) {
	fd, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, fmt.Errorf("socket: %w", err)
	}
	// It may follow another stall, of which connections linger.
	err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	if err == nil {
		err = unix.Bind(fd, &unix.SockaddrInet4{Port: int(l.Port), Addr: l.Addr.As4()})
	}
	if err == nil {
		err = unix.Listen(fd, backlog)
	}
	if err != nil {
		return -1, fmt.Errorf("listen on %s:%d: %w", l.Addr, l.Port,
			errors.Join(err, unix.Close(fd)))
	}
	return fd, nil
}

// openStall opens a listener per link, before any connection is led there; all
// or none.
func (c *cut) openStall(links []path) error {
	for _, l := range links {
		fd, err := listen(l.Link, c.rule.AcceptStall.Backlog)
		if err != nil {
			return errors.Join(err, c.closeStall())
		}
		c.stalls = append(c.stalls, stalled{l.Link, fd})
	}
	return nil
}

// stalled is a link's listener.
type stalled struct {
	link.Link
	fd int
}

// here leads a new connection to the link's own address, which is the
// switchboard's: it stays here.
func here(l link.Link) exprs {
	return exprs{
		&expr.Immediate{Register: reg, Data: l.Addr.AsSlice()},
		&expr.Immediate{Register: reg + 1, Data: port(l.Port)},
		&expr.NAT{Type: expr.NATTypeDestNAT, Family: unix.NFPROTO_IPV4, RegAddrMin: reg,
			RegProtoMin: reg + 1, Specified: true},
	}
}

// endStall makes the kernel forget where waiting clients were led, so that the
// next retransmission of their SYN gets through, and then resets those that had
// completed their handshake.
func (c *cut) endStall() error {
	var errs []error
	for _, s := range c.stalls {
		f := &netlink.ConntrackFilter{}
		errs = append(errs,
			f.AddIP(netlink.ConntrackOrigDstIP, s.Addr.AsSlice()),
			// of those that go to the node, it is the node's
			f.AddIP(netlink.ConntrackReplySrcIP, s.Addr.AsSlice()),
			f.AddProtocol(unix.IPPROTO_TCP),
			f.AddPort(netlink.ConntrackOrigDstPort, s.Port))
		_, err := netlink.ConntrackDeleteFilters(netlink.ConntrackTable, unix.AF_INET, f)
		errs = append(errs, err)
	}
	return errors.Join(append(errs, c.closeStall())...)
}

func (c *cut) closeStall() error {
	var errs []error
	for _, s := range c.stalls {
		errs = append(errs, unix.Close(s.fd))
	}
	c.stalls = nil
	return errors.Join(errs...)
}
