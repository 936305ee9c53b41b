//go:build drill

package faults_test

import (
	"net"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"

	"github.com/stormdrill/stormdrill/faults/link"
)

var (
	gatewayAddr = netip.MustParseAddr("198.18.0.1")
	bridgeAddr  = netip.MustParseAddr("198.18.0.3")
	elsewhere   = netip.MustParseAddr("198.19.255.7") // RFC 2544, and not the drill's
)

// closed is the suite's drill on a network as an engine makes it.
func closed() link.Spec {
	s := spec(false)
	s.Gateway, s.Bridge = gatewayAddr, bridgeAddr
	return s
}

// in runs f in a part's network namespace.
func (l *lab) in(p *part, f func()) {
	l.t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	home, err := netns.Get()
	l.must(err)
	defer home.Close()
	there, err := netns.GetFromPid(p.cmd.Process.Pid)
	l.must(err)
	defer there.Close()
	l.must(netns.Set(there))
	f()
	l.must(netns.Set(home))
}

// leadOut gives a part the default route that an engine gives its containers.
func (l *lab) leadOut(p *part) {
	l.t.Helper()
	l.in(p, func() {
		d, err := netlink.LinkByName("eth0")
		l.must(err)
		l.must(netlink.RouteAdd(&netlink.Route{LinkIndex: d.Attrs().Index,
			Gw: gatewayAddr.AsSlice()}))
	})
}

func (l *lab) strays() (s link.Strays) {
	l.t.Helper()
	l.call(l.board, "strays", nil, &s)
	return s
}

// sendTo sends a datagram to each of some ports.
func (l *lab) sendTo(from, to netip.Addr, first, ports int) {
	l.t.Helper()
	c, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(from, 0)))
	l.must(err)
	defer c.Close()
	for p := first; p < first+ports; p++ {
		_, err := c.WriteToUDPAddrPort([]byte("x"), netip.AddrPortFrom(to, uint16(p)))
		l.must(err)
	}
}

// What leaves the subnet arrives at the switchboard, is counted by source, destination,
// protocol and port, and dropped; links go on beside it.
func TestStraysAreCountedAndDropped(t *testing.T) {
	t.Parallel()
	l := newLab(t, closed())
	l.leadOut(l.client)
	if s := l.strays(); len(s.Seen) > 0 || s.Dropped > 0 {
		t.Fatalf("strays before any: %+v", s)
	}
	out := l.try(attempt{From: lbAddr, To: netip.AddrPortFrom(elsewhere, 443), N: 1,
		Timeout: 300 * time.Millisecond})
	if out[0].Failure == "" {
		t.Errorf("a stray was answered: %+v", out[0])
	}
	if got := l.try(attempt{From: userAddr, To: userLink, N: 1,
		Timeout: 5 * time.Second}); got[0].Failure != "" {
		t.Errorf("a link beside strays: %+v", got[0])
	}
	s := l.strays()
	if len(s.Seen) != 1 || s.Seen[0].Packets == 0 || s.Seen[0].Packets != s.Dropped {
		t.Fatalf("strays: have %+v", s)
	}
	s.Seen[0].Packets = 0
	if want := (link.Stray{From: lbAddr, To: elsewhere, Protocol: "tcp",
		Port: 443}); s.Seen[0] != want {
		t.Errorf("stray: have %+v, want %+v", s.Seen[0], want)
	}
	l.clean()
}

// The set is bounded: what comes beyond is dropped and counted all the same.
func TestStraysAreBounded(t *testing.T) {
	t.Parallel()
	const many, most = 1500, 1024
	l := newLab(t, closed())
	l.leadOut(l.client)
	l.in(l.client, func() { l.sendTo(lbAddr, elsewhere, 1000, 1) }) // the gateway is asked for once
	for deadline := time.Now().Add(10 * time.Second); l.strays().Dropped == 0 &&
		time.Now().Before(deadline); {
		runtime.Gosched()
	}
	l.in(l.client, func() { l.sendTo(lbAddr, elsewhere, 1001, many-1) })
	s := l.strays()
	if s.Dropped != many || len(s.Seen) != most {
		t.Errorf("have %d dropped, %d told apart; want %d, %d", s.Dropped, len(s.Seen), many, most)
	}
	if x := s.Seen[0]; x.Protocol != "udp" || x.From != lbAddr || x.To != elsewhere {
		t.Errorf("have %+v", x)
	}
}

// A container that asks for another one's own address goes round the switchboard, which
// receives the ARP question, and receives no such question for what goes by links.
func TestNeighboursAreSeen(t *testing.T) {
	t.Parallel()
	l := newLab(t, closed())
	if got := l.try(attempt{From: userAddr, To: userLink, N: 4,
		Timeout: 5 * time.Second}); got[0].Failure != "" {
		t.Fatalf("by a link: %+v", got[0])
	}
	if s := l.strays(); len(s.Seen) > 0 {
		t.Errorf("by a link alone: %+v", s)
	}
	if got := l.try(attempt{From: lbAddr, To: netip.AddrPortFrom(appAddr, 8080), N: 1,
		Timeout: 5 * time.Second}); got[0].Failure != "" {
		t.Fatalf("round it: %+v", got[0])
	}
	s := l.strays()
	if !slices.ContainsFunc(s.Seen, func(x link.Stray) bool {
		return x.Protocol == link.ProtocolARP && x.From == lbAddr && x.To == appAddr &&
			x.Packets > 0
	}) || s.Dropped > 0 {
		t.Errorf("round it: have %+v", s)
	}
	l.clean()
}

// What the network lacks of its walls is reported as it is found from inside.
func TestWallsAreExamined(t *testing.T) {
	lacks := func(l *lab) string {
		var all []string
		l.call(l.board, "contained", nil, &all)
		return strings.Join(all, "\n")
	}
	l := newLab(t, closed())
	for _, want := range []string{"default route leads to nowhere", "IPv6 is on"} {
		if have := lacks(l); !strings.Contains(have, want) ||
			strings.Contains(have, "bridge answers") {
			t.Errorf("have %q, want %q", have, want)
		}
	}
	b, err := netlink.LinkByName(l.bridge)
	l.must(err)
	l.must(netlink.AddrAdd(b, &netlink.Addr{IPNet: &net.IPNet{IP: bridgeAddr.AsSlice(),
		Mask: net.CIDRMask(32, 32)}}))
	// An answer that did not come is remembered for a while.
	l.in(l.board, func() {
		d, err := netlink.LinkByName("eth0")
		l.must(err)
		_ = netlink.NeighDel(&netlink.Neigh{LinkIndex: d.Attrs().Index, Family: netlink.FAMILY_V4,
			IP: bridgeAddr.AsSlice()})
	})
	if have := lacks(l); !strings.Contains(have, "bridge answers at "+bridgeAddr.String()) {
		t.Errorf("have %q", have)
	}
}
