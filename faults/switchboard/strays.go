//go:build linux

package switchboard

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"

	"github.com/google/nftables"
	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"

	"github.com/stormdrill/stormdrill/faults/link"
)

// strays counts what goes by no link. Packets to addresses outside the drill's subnet
// arrive here, because the containers' default route leads here: they are counted by
// source, destination, protocol and port, and dropped. A container that asks on the
// wire for another one's own address is about to go round the switchboard: its ARP
// requests are counted by both addresses, and nothing can be dropped.
type strays struct {
	conn    *nftables.Conn
	outside *nftables.Set // of the table of IPv4
	asked   *nftables.Set // of the table of ARP
}

// mostStrays bounds each of the two sets; what comes beyond is only counted.
const mostStrays = 1024

// Names of what strays keeps in the tables, for leftover and the counters.
const (
	straySet     = "strays"
	neighbourSet = "neighbours"
	nearSet      = "near"
	strayCounter = "strays"
)

// Offsets within an ARP request for IPv4 (RFC 826), and its operation code.
const (
	offARPOperation = 6
	offARPSender    = 14
	offARPTarget    = 24
	arpRequest      = 1
)

// loopbackType is the kernel's ARPHRD_LOOPBACK: what stays inside is no stray.
const loopbackType = 772

// strayPriority is before every chain that looks at links.
var strayPriority = nftables.ChainPriorityRef(*nftables.ChainPriorityRaw - 10)

// watchStrays puts the rules in; near are the addresses that containers may ask for.
func (r *ruleset) watchStrays(subnet netip.Prefix, near []netip.Addr) (*strays, error) {
	s := &strays{conn: r.conn}
	if err := s.drop(r, subnet); err != nil {
		return nil, fmt.Errorf("nftables: strays: %w", err)
	}
	if err := r.flush(); err != nil {
		return nil, err
	}
	if err := s.listen(r, near); err != nil {
		return nil, fmt.Errorf("nftables: neighbours: %w", err)
	}
	return s, r.flush()
}

// drop counts and drops what leaves the subnet.
func (s *strays) drop(r *ruleset, subnet netip.Prefix) error {
	key, err := nftables.ConcatSetType(nftables.TypeIPAddr, nftables.TypeIPAddr,
		nftables.TypeInetProto, nftables.TypeInetService)
	if err != nil {
		return err
	}
	s.outside = &nftables.Set{Table: r.table, Name: straySet, KeyType: key, Concatenation: true,
		Dynamic: true, Counter: true, Size: mostStrays}
	if err := r.conn.AddSet(s.outside, nil); err != nil {
		return err
	}
	r.counter(strayCounter)
	chain := r.base("strays", nftables.ChainHookPrerouting, strayPriority, nftables.ChainTypeFilter)
	// A bridge without an address reports its multicast groups all the same: no container's
	// doing, as those have one.
	r.rule(chain, "", all(exprs{
		ipField(offSource, 4), equal(netip.IPv4Unspecified().AsSlice()),
		&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: reg}, equal([]byte{unix.IPPROTO_IGMP}),
	}, drop()))
	for _, protocol := range []byte{unix.IPPROTO_TCP, unix.IPPROTO_UDP} {
		r.rule(chain, "", all(leaving(subnet), exprs{
			&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: reg}, equal([]byte{protocol}),
			&expr.Payload{DestRegister: word + 3, Base: expr.PayloadBaseTransportHeader,
				Offset: offPortTo, Len: 2},
		}, strayKey(), s.note(s.outside)))
	}
	r.rule(chain, "", all(leaving(subnet), exprs{
		&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: reg},
		&expr.Cmp{Op: expr.CmpOpNeq, Register: reg, Data: []byte{unix.IPPROTO_TCP}},
		&expr.Cmp{Op: expr.CmpOpNeq, Register: reg, Data: []byte{unix.IPPROTO_UDP}},
		&expr.Immediate{Register: word + 3, Data: port(0)},
	}, strayKey(), s.note(s.outside)))
	// A rule of its own: a set that is full ends the rule that would add to it.
	r.rule(chain, "", all(leaving(subnet), counted(strayCounter), drop()))
	return nil
}

// leaving matches packets from the network to addresses outside of it.
func leaving(subnet netip.Prefix) exprs {
	mask := binary.BigEndian.AppendUint32(nil, ^uint32(0)<<(32-subnet.Bits()))
	return exprs{
		&expr.Meta{Key: expr.MetaKeyIIFTYPE, Register: reg},
		&expr.Cmp{Op: expr.CmpOpNeq, Register: reg,
			Data: binaryutil.NativeEndian.PutUint16(loopbackType)},
		ipField(offDest, 4),
		&expr.Bitwise{SourceRegister: reg, DestRegister: reg, Len: 4, Mask: mask,
			Xor: make([]byte, 4)},
		&expr.Cmp{Op: expr.CmpOpNeq, Register: reg, Data: subnet.Masked().Addr().AsSlice()},
	}
}

// strayKey loads source, destination and protocol; the port is there.
func strayKey() exprs {
	return exprs{
		&expr.Payload{DestRegister: word, Base: expr.PayloadBaseNetworkHeader, Offset: offSource,
			Len: 4},
		&expr.Payload{DestRegister: word + 1, Base: expr.PayloadBaseNetworkHeader, Offset: offDest,
			Len: 4},
		&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: word + 2},
	}
}

func (s *strays) note(set *nftables.Set) exprs {
	return exprs{&expr.Dynset{SrcRegKey: word, SetName: set.Name, SetID: set.ID,
		Operation: unix.NFT_DYNSET_OP_UPDATE, Exprs: []expr.Any{&expr.Counter{}}}}
}

// listen counts the senders that ask on the wire for an address that is not near.
func (s *strays) listen(r *ruleset, near []netip.Addr) error {
	table := r.conn.AddTable(r.arp)
	known := &nftables.Set{Table: table, Name: nearSet, KeyType: nftables.TypeIPAddr}
	var elements []nftables.SetElement
	for _, a := range slices.Compact(slices.SortedFunc(slices.Values(near), netip.Addr.Compare)) {
		elements = append(elements, nftables.SetElement{Key: a.AsSlice()})
	}
	if err := r.conn.AddSet(known, elements); err != nil {
		return err
	}
	key, err := nftables.ConcatSetType(nftables.TypeIPAddr, nftables.TypeIPAddr)
	if err != nil {
		return err
	}
	s.asked = &nftables.Set{Table: table, Name: neighbourSet, KeyType: key, Concatenation: true,
		Dynamic: true, Counter: true, Size: mostStrays}
	if err := r.conn.AddSet(s.asked, nil); err != nil {
		return err
	}
	// The hooks of ARP are numbered as those of IPv4 are not: 0 is its input.
	chain := r.conn.AddChain(&nftables.Chain{Name: "neighbours", Table: table,
		Type:    nftables.ChainTypeFilter,
		Hooknum: nftables.ChainHookRef(0), Priority: nftables.ChainPriorityFilter})
	r.conn.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: all(exprs{
		ipField(offARPOperation, 2), equal(binaryutil.BigEndian.PutUint16(arpRequest)),
		ipField(offARPTarget, 4), &expr.Lookup{SourceRegister: reg, SetName: known.Name,
			SetID: known.ID, Invert: true},
		&expr.Payload{DestRegister: word, Base: expr.PayloadBaseNetworkHeader, Offset: offARPSender,
			Len: 4},
		&expr.Payload{DestRegister: word + 1, Base: expr.PayloadBaseNetworkHeader,
			Offset: offARPTarget, Len: 4},
	}, s.note(s.asked))})
	return nil
}

// read lists what was counted, the most first.
func (s *strays) read(counters map[string]uint64) (link.Strays, error) {
	out := link.Strays{Dropped: counters[strayCounter]}
	outside, err := s.conn.GetSetElements(s.outside)
	if err != nil {
		return out, fmt.Errorf("nftables: strays: %w", err)
	}
	for _, e := range outside {
		if x, ok := strayOf(e); ok {
			out.Seen = append(out.Seen, x)
		}
	}
	asked, err := s.conn.GetSetElements(s.asked)
	if err != nil {
		return out, fmt.Errorf("nftables: neighbours: %w", err)
	}
	for _, e := range asked {
		if x, ok := neighbourOf(e); ok {
			out.Seen = append(out.Seen, x)
		}
	}
	slices.SortFunc(out.Seen, func(a, b link.Stray) int {
		return cmp.Or(-cmp.Compare(a.Packets, b.Packets), a.From.Compare(b.From),
			a.To.Compare(b.To),
			cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.Port, b.Port))
	})
	return out, nil
}

// strayOf reads an element of the set of strays: 4 words.
func strayOf(e nftables.SetElement) (link.Stray, bool) {
	if len(e.Key) != 16 || e.Counter == nil {
		return link.Stray{}, false
	}
	return link.Stray{
		From: netip.AddrFrom4([4]byte(e.Key[:4])), To: netip.AddrFrom4([4]byte(e.Key[4:8])),
		Protocol: protocolName(e.Key[8]), Port: binary.BigEndian.Uint16(e.Key[12:]),
		Packets: e.Counter.Packets,
	}, true
}

// neighbourOf reads one of those that asked; not of an announcement of an address, nor
// of a question whether it is free.
func neighbourOf(e nftables.SetElement) (link.Stray, bool) {
	if len(e.Key) != 8 || e.Counter == nil {
		return link.Stray{}, false
	}
	x := link.Stray{From: netip.AddrFrom4([4]byte(e.Key[:4])),
		To: netip.AddrFrom4([4]byte(e.Key[4:8])), Protocol: link.ProtocolARP,
		Packets: e.Counter.Packets}
	return x, x.From != x.To && !x.From.IsUnspecified()
}

func protocolName(p byte) string {
	switch p {
	case unix.IPPROTO_TCP:
		return "tcp"
	case unix.IPPROTO_UDP:
		return "udp"
	case unix.IPPROTO_ICMP:
		return "icmp"
	case unix.IPPROTO_IGMP:
		return "igmp"
	}
	return fmt.Sprintf("ip-%d", p)
}
