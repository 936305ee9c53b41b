//go:build linux

package switchboard

import (
	"fmt"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// memory is a middlebox's table of flows: all it ever had, and those that were not idle for
// too long. A flow is a client's address and port on a link.
type memory struct{ known, awake *nftables.Set }

// mostFlows bounds a table; beyond it flows are let through unseen.
const mostFlows = 1 << 16

func (p *packets) queueMemory(c *cut) error {
	flow, err := nftables.ConcatSetType(nftables.TypeIPAddr, nftables.TypeInetService,
		nftables.TypeMark)
	if err != nil {
		return err
	}
	set := func(name string) *nftables.Set {
		return &nftables.Set{Table: p.rules.table, Name: fmt.Sprintf("%s %d", name, p.serial),
			KeyType: flow, Concatenation: true, Dynamic: true, Size: mostFlows}
	}
	c.memory = &memory{known: set("known"), awake: set("awake")}
	c.memory.awake.HasTimeout, c.memory.awake.Timeout = true, c.rule.IdleDrop.After
	for _, s := range []*nftables.Set{c.memory.known, c.memory.awake} {
		if err := p.rules.conn.AddSet(s, nil); err != nil {
			return err
		}
	}
	return nil
}

// queueForget makes the rules of one link: a flow is learnt by its SYN, or by its
// first packet where it stood before; each packet keeps it awake; what comes of
// a flow that is known and no longer awake is dropped.
func (p *packets) queueForget(c *cut, l path, n exprs, by clientMatch) {
	m := c.memory
	learn := all(m.renew(m.known), m.renew(m.awake))
	put := func(parts ...exprs) { p.rules.rule(p.rules.late, c.tag, all(parts...)) }
	for _, back := range []bool{false, true} {
		address, port := uint32(offSource), uint32(offPortFrom)
		if back {
			address, port = offDest, offPortTo
		}
		packet := all(ofLink(l.mark), reply(back), by(address))
		if !back {
			put(packet, opening(), flowOf(address, port), learn)
		}
		put(packet, flowOf(address, port), m.in(m.known, false), learn)
		put(packet, flowOf(address, port), m.in(m.awake, true), m.renew(m.awake))
		end := drop()
		if c.rule.IdleDrop.Reset {
			end = reset()
		}
		put(packet, flowOf(address, port), m.in(m.awake, false), n, end)
	}
}

// flowOf loads a flow's key.
func flowOf(address, port uint32) exprs {
	return exprs{
		&expr.Payload{DestRegister: word, Base: expr.PayloadBaseNetworkHeader, Offset: address,
			Len: 4},
		&expr.Payload{DestRegister: word + 1, Base: expr.PayloadBaseTransportHeader, Offset: port,
			Len: 2},
		&expr.Ct{Register: word + 2, Key: expr.CtKeyMARK},
	}
}

func (m *memory) in(s *nftables.Set, there bool) exprs {
	return exprs{&expr.Lookup{SourceRegister: word, SetName: s.Name, SetID: s.ID, Invert: !there}}
}

func (m *memory) renew(s *nftables.Set) exprs {
	return exprs{&expr.Dynset{SrcRegKey: word, SetName: s.Name, SetID: s.ID,
		Operation: unix.NFT_DYNSET_OP_UPDATE}}
}
