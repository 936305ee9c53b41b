//go:build linux

package switchboard

import (
	"encoding/binary"
	"net/netip"

	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"

	"github.com/stormdrill/stormdrill/faults/link"
)

// Registers: 1 is the first 16-byte register, as which nft itself begins; its
// four 4-byte parts are 8 to 11.
const (
	reg  = 1
	word = 8 // the first 4-byte part of reg
)

// Offsets within the headers of IPv4 and TCP (RFC 791, RFC 9293).
const (
	offICMPType = 0
	offSource   = 12
	offDest     = 16
	offPortFrom = 0
	offPortTo   = 2
	offFlags    = 13
)

const (
	flagFIN = 0x01
	flagSYN = 0x02
	flagRST = 0x04
	flagACK = 0x10
)

// statusDNAT is the kernel's IPS_DST_NAT, from nf_conntrack_common.h.
const statusDNAT = 1 << 5

// drawModulus is what shares are drawn in: thousandths.
const drawModulus = 1000

type exprs = []expr.Any

// all joins parts of a rule.
func all(parts ...exprs) exprs {
	var out exprs
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

func ipField(offset, length uint32) expr.Any {
	return &expr.Payload{DestRegister: reg, Base: expr.PayloadBaseNetworkHeader, Offset: offset,
		Len: length}
}

func tcpField(offset, length uint32) expr.Any {
	return &expr.Payload{DestRegister: reg, Base: expr.PayloadBaseTransportHeader, Offset: offset,
		Len: length}
}

func equal(data []byte) expr.Any {
	return &expr.Cmp{Op: expr.CmpOpEq, Register: reg, Data: data}
}

func tcp() exprs {
	return exprs{&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: reg},
		equal([]byte{unix.IPPROTO_TCP})}
}

// toAddress matches packets on their way to an address.
func toAddress(a netip.Addr) exprs {
	return exprs{ipField(offDest, 4), equal(a.AsSlice())}
}

// toLink matches a client's packets before any translation.
func toLink(l link.Link) exprs {
	return all(toAddress(l.Addr), tcp(), exprs{tcpField(offPortTo, 2), equal(port(l.Port))})
}

// ofLink matches both directions of a link's connections, once conntrack tracks them.
func ofLink(mark uint32) exprs { return all(tcp(), marked(mark)) }

// marked matches a link's connections, and ICMP errors about them.
func marked(mark uint32) exprs {
	return exprs{&expr.Ct{Register: reg, Key: expr.CtKeyMARK},
		equal(binaryutil.NativeEndian.PutUint32(mark))}
}

// mark marks a new connection as a link's.
func mark(m uint32) exprs {
	return exprs{
		&expr.Immediate{Register: reg, Data: binaryutil.NativeEndian.PutUint32(m)},
		&expr.Ct{Register: reg, Key: expr.CtKeyMARK, SourceRegister: true},
	}
}

// reply matches (or, if not wanted, excludes) what the node sends back.
func reply(wanted bool) exprs {
	want := byte(0)
	if wanted {
		want = 1
	}
	return exprs{&expr.Ct{Register: reg, Key: expr.CtKeyDIRECTION}, equal([]byte{want})}
}

// flags matches TCP packets of which the flags, under mask, are want.
func flags(mask, want byte) exprs {
	return exprs{
		tcpField(offFlags, 1),
		&expr.Bitwise{SourceRegister: reg, DestRegister: reg, Len: 1, Mask: []byte{mask},
			Xor: []byte{0}},
		equal([]byte{want}),
	}
}

// opening matches the first packet of a handshake, retransmitted or not.
func opening() exprs { return flags(flagSYN|flagACK, flagSYN) }

// translated matches connections that came to a link address.
func translated() exprs { return ctBits(expr.CtKeySTATUS, statusDNAT) }

func invalid() exprs { return ctBits(expr.CtKeySTATE, expr.CtStateBitINVALID) }

func ctBits(key expr.CtKey, bits uint32) exprs {
	return exprs{
		&expr.Ct{Register: reg, Key: key},
		&expr.Bitwise{SourceRegister: reg, DestRegister: reg, Len: 4,
			Mask: binaryutil.NativeEndian.PutUint32(bits), Xor: make([]byte, 4)},
		&expr.Cmp{Op: expr.CmpOpNeq, Register: reg, Data: make([]byte, 4)},
	}
}

// longer matches packets of more bytes, the IP header included. What a sender's kernel
// leaves for its network card to cut is longer than any, and would be cut into full ones.
func longer(than uint32) exprs {
	if than == 0 {
		return nil
	}
	return exprs{
		&expr.Meta{Key: expr.MetaKeyLEN, Register: reg},
		&expr.Byteorder{SourceRegister: reg, DestRegister: reg, Op: expr.ByteorderHton, Len: 4,
			Size: 4},
		&expr.Cmp{Op: expr.CmpOpGt, Register: reg, Data: binaryutil.BigEndian.PutUint32(than)},
	}
}

// copyMark marks a packet that is to be sent twice.
const copyMark = 1

// toCopy marks a packet, which goes on.
func toCopy() exprs { return packetMark(copyMark) }

// copied sends marked packets a second time, to where they are on their way. The mark is
// taken off first: a packet that meets the rules of several links is copied once.
func copied() exprs {
	return all(exprs{
		&expr.Meta{Key: expr.MetaKeyMARK, Register: reg},
		equal(binaryutil.NativeEndian.PutUint32(copyMark)),
	}, packetMark(0), exprs{ipField(offDest, 4), &expr.Dup{RegAddr: reg}})
}

func packetMark(m uint32) exprs {
	return exprs{
		&expr.Immediate{Register: reg, Data: binaryutil.NativeEndian.PutUint32(m)},
		&expr.Meta{Key: expr.MetaKeyMARK, Register: reg, SourceRegister: true},
	}
}

// draw lets a share of packets through to the rest of the rule, drawn anew for
// each packet or once per flow.
func draw(share float64, perFlow bool) exprs {
	n := thousandths(share)
	if n >= drawModulus {
		return nil
	}
	dice := exprs{&expr.Numgen{Register: reg, Modulus: drawModulus, Type: unix.NFT_NG_RANDOM}}
	if perFlow {
		dice = flowHash()
	}
	// The draw is a number of the host's byte order, and comparing is bytewise.
	return all(dice, exprs{
		&expr.Byteorder{SourceRegister: reg, DestRegister: reg, Op: expr.ByteorderHton, Len: 4,
			Size: 4},
		&expr.Cmp{Op: expr.CmpOpLt, Register: reg, Data: binaryutil.BigEndian.PutUint32(n)},
	})
}

// flowHash hashes what a connection's SYNs have in common, under a seed the kernel draws
// for the rule: addresses, ports and the initial sequence number. Addresses and ports alone
// would not do: a port is free again as soon as its SYNs were dropped, and taken for a
// while after a connection, so that a client dropped by its port comes back with it, and
// more than the share is dropped (31.9 % of 3,000 instead of 30 %).
func flowHash() exprs {
	const portsAndSequence = 8
	return exprs{
		ipField(offSource, 8), // source and destination, into the first two words
		&expr.Payload{DestRegister: word + 2, Base: expr.PayloadBaseTransportHeader,
			Offset: offPortFrom, Len: portsAndSequence},
		&expr.Hash{SourceRegister: reg, DestRegister: reg, Length: 16, Modulus: drawModulus,
			Type: expr.HashTypeJenkins},
	}
}

func thousandths(share float64) uint32 {
	return min(max(uint32(share*drawModulus+0.5), 1), drawModulus)
}

func port(p uint16) []byte { return binary.BigEndian.AppendUint16(nil, p) }

// counted counts on a named counter, which outlives the rule.
func counted(counter string) exprs {
	return exprs{&expr.Objref{Type: unix.NFT_OBJECT_COUNTER, Name: counter}}
}

func drop() exprs { return exprs{&expr.Verdict{Kind: expr.VerdictDrop}} }

// unreachable drops the packet and answers its sender with ICMP.
func unreachable(code uint8) exprs {
	return exprs{&expr.Reject{Type: unix.NFT_REJECT_ICMP_UNREACH, Code: code}}
}

// reset drops the packet and answers its sender with RST.
func reset() exprs { return exprs{&expr.Reject{Type: unix.NFT_REJECT_TCP_RST}} }
