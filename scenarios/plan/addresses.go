package plan

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/stormdrill/stormdrill/scenarios"
)

// defaultSubnet is within RFC 2544's 198.18.0.0/15, reserved for benchmarks.
var defaultSubnet = netip.MustParsePrefix("198.18.0.0/22")

// Room in the subnet's first block: targets from .10, watchers from .101.
const (
	firstNode, mostNodesOfTargets = 10, 90
	firstWatcher, mostWatchers    = 101, 154
)

// roomInBlock is how many addresses one of the subnet's blocks gives: .1 to .254.
const roomInBlock = 254

// subnet is the drill's own, a /22.
type subnet struct{ netip.Prefix }

// drillSubnet checks the subnet that was asked for; with none, or a wrong one, it is the
// default.
func drillSubnet(d *diagnostics, asked netip.Prefix) subnet {
	b := asked
	if !b.IsValid() {
		b = defaultSubnet
	}
	if b.Bits() != 22 || !b.Addr().Is4() || b != b.Masked() {
		d.problems = append(d.problems, scenarios.Problem{File: d.file,
			Text: fmt.Sprintf("subnet %s: want an IPv4 /22", b)})
		b = defaultSubnet
	}
	return subnet{b}
}

// The drill's own nodes have fixed places.
func (s subnet) gateway() netip.Addr     { return s.address(0, 1) }
func (s subnet) switchboard() netip.Addr { return s.address(0, 2) }
func (s subnet) bridge() netip.Addr      { return s.address(0, 3) }
func (s subnet) diskNode() netip.Addr    { return s.address(0, 4) }
func (s subnet) portsNode() netip.Addr   { return s.address(0, 5) }
func (s subnet) loadNode() netip.Addr    { return s.address(0, 100) }

// address is the n-th address of one of the subnet's four blocks of 256: 0 for
// nodes and watchers, 1 for users, 2 for links, 3 for clients as targets see them.
func (s subnet) address(block, n int) netip.Addr {
	a := s.Addr().As4()
	v := binary.BigEndian.Uint32(a[:]) + uint32(block)<<8 + uint32(n)
	binary.BigEndian.PutUint32(a[:], v)
	return netip.AddrFrom4(a)
}

// sources gives out the users' block, to groups and floods.
type sources struct {
	*diagnostics
	subnet subnet
	given  int // so far
}

// take gives n addresses; the keys are of what asks for so many.
func (p *sources) take(keys []string, n int) (from []netip.Addr) {
	if p.given+n > MostSources {
		p.problem(keys, "%d sources in all groups and floods: want at most %d in a drill",
			p.given+n, MostSources)
		n = max(0, MostSources-p.given)
	}
	for range n {
		p.given++
		from = append(from, p.subnet.address(1, p.given))
	}
	return from
}
