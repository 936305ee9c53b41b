//go:build linux

package switchboard

import (
	"fmt"
	"net/netip"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"

	"github.com/stormdrill/stormdrill/faults/link"
)

// queue makes the kernel rules and counters of a cut. On a users' link there
// are two rules for each, one for checks that go the same way and one for the
// rest: a packet meets exactly one of them, and is drawn once.
func (p *packets) queue(c *cut, links []path) error {
	if c.rule.IdleDrop != nil {
		if err := p.queueMemory(c); err != nil {
			return err
		}
	}
	for i, l := range links {
		name := fmt.Sprintf("%s, link %d", c.tag, i)
		if !l.Users {
			p.queueFor(c, l, tally{name: name, blind: p.between[l.ID]}, anybody)
			continue
		}
		p.queueFor(c, l, tally{name: name + " checks"}, p.client(expr.CmpOpEq))
		p.queueFor(c, l, tally{name: name + " users", users: true}, p.client(expr.CmpOpNeq))
	}
	if c.rule.Dead != nil && !c.rule.Dead.Process {
		p.queueSilence(c, links)
	}
	return nil
}

// who matches a packet by its client, whose address stands at an offset of the IP header.
type who func(offset uint32) exprs

func anybody(uint32) exprs { return nil }

// client matches clients that are checks (CmpOpEq) or are not (CmpOpNeq).
func (p *packets) client(op expr.CmpOp) who {
	return func(offset uint32) exprs {
		return exprs{ipField(offset, 4), &expr.Range{Op: op, Register: reg, FromData: p.first.AsSlice(), ToData: p.last.AsSlice()}}
	}
}

// queueFor makes the rules of one link and one kind of client. In the late
// chain a client still has its own address, both as a source and as a destination.
func (p *packets) queueFor(c *cut, l path, t tally, by who) {
	c.tallys = append(c.tallys, t)
	p.rules.counter(t.name)
	put := func(chain *nftables.Chain, parts ...exprs) { p.rules.rule(chain, c.tag, all(parts...)) }
	n := counted(t.name)
	there := all(ofLink(l.mark), reply(false), by(offSource))
	back := all(ofLink(l.mark), reply(true), by(offDest))
	switch r := c.rule; {
	case r.SynDrop != nil:
		put(p.rules.early, toLink(l.Link), by(offSource), opening(), draw(r.SynDrop.Share, r.SynDrop.PerFlow), n, drop())
	case r.Refuse != nil:
		put(p.rules.late, there, opening(), n, reset())
	case r.Unreachable != nil:
		put(p.rules.late, there, opening(), n, unreachable(r.Unreachable.Code))
	case r.Blackhole != nil:
		if r.Blackhole.There {
			put(p.rules.early, toLink(l.Link), by(offSource), n, drop())
		}
		if r.Blackhole.Back {
			put(p.rules.late, back, n, drop())
		}
	case r.Loss != nil:
		put(p.rules.late, there, draw(r.Loss.Share, false), n, drop())
		put(p.rules.late, back, draw(r.Loss.Share, false), n, drop())
	case r.IdleDrop != nil:
		p.queueForget(c, l, n, by)
	case r.AcceptStall != nil:
		put(p.rules.early, toLink(l.Link), by(offSource), opening(), n)
		put(p.rules.stall, toLink(l.Link), by(offSource), here(l.Link))
	case r.Tally != nil:
		put(p.rules.late, there, n)
	case r.Dead != nil && r.Dead.Process:
		// A process that is killed still closes its connections, by the hand of
		// its host: FIN and RST pass.
		put(p.rules.late, there, flags(flagRST, 0), n, reset())
		put(p.rules.late, back, flags(flagFIN|flagRST, 0), n, reset())
	case r.Dead != nil:
		put(p.rules.early, toLink(l.Link), by(offSource), n, drop())
		put(p.rules.late, back, n, drop())
	}
}

// queueSilence drops what else goes to and comes from a dead host: pings, ICMP
// errors, ports that no link has.
func (p *packets) queueSilence(c *cut, links []path) {
	done := map[netip.Addr]bool{}
	for _, l := range links {
		p.rules.rule(p.rules.late, c.tag, all(marked(l.mark), drop()))
		if !done[l.Addr] {
			p.rules.rule(p.rules.early, c.tag, all(toAddress(l.Addr), drop()))
		}
		done[l.Addr] = true
	}
}

// unit says what a rule's count counts.
func unit(r link.Rule) string {
	switch {
	case r.SynDrop != nil:
		return "SYNs dropped"
	case r.Refuse != nil:
		return "SYNs refused"
	case r.Unreachable != nil:
		return "SYNs answered unreachable"
	case r.AcceptStall != nil:
		return "SYNs sent to a full accept queue"
	case r.Tally != nil:
		return r.Tally.Unit
	case r.Dead != nil && r.Dead.Process:
		return "packets refused"
	default:
		return "packets dropped"
	}
}
