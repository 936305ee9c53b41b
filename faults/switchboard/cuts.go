package switchboard

import (
	"fmt"
	"net/netip"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
)

// queue makes the kernel rules and counters of a cut. On a users' link there
// are two rules for each, one for checks that go the same way and one for the
// rest: a packet meets exactly one of them, and is drawn once.
func (p *packets) queue(c *cut, links []Link) {
	for i, l := range links {
		if !l.Users {
			p.queueFor(c, l, fmt.Sprintf("%s, link %d", c.tag, i), tally{blind: p.between[l.ID]}, nil)
			continue
		}
		p.queueFor(c, l, fmt.Sprintf("%s, link %d checks", c.tag, i), tally{}, p.source(expr.CmpOpEq))
		p.queueFor(c, l, fmt.Sprintf("%s, link %d users", c.tag, i), tally{users: true}, p.source(expr.CmpOpNeq))
	}
	if c.rule.Dead != nil && !c.rule.Dead.Process {
		p.queueSilence(c, links)
	}
}

// source gives a match on the client's address, read by whichever expression
// knows it in a chain.
func (p *packets) source(op expr.CmpOp) func(read expr.Any) exprs {
	return func(read expr.Any) exprs {
		return exprs{read, &expr.Range{Op: op, Register: reg, FromData: p.first.AsSlice(), ToData: p.last.AsSlice()}}
	}
}

func (p *packets) queueFor(c *cut, l Link, counter string, t tally, source func(expr.Any) exprs) {
	t.name = counter
	c.tallys = append(c.tallys, t)
	p.rules.counter(counter)
	early, late := exprs(nil), exprs(nil)
	if source != nil {
		early, late = source(ipField(offSource, 4)), source(original(expr.CtKeySRC))
	}
	put := func(chain *nftables.Chain, parts ...exprs) {
		c.rows++
		p.rules.rule(chain, c.tag, all(parts...))
	}
	n := counted(counter)
	switch r := c.rule; {
	case r.SynDrop != nil:
		put(p.rules.early, toLink(l), early, opening(), draw(r.SynDrop.Share, r.SynDrop.PerFlow), n, drop())
	case r.Refuse != nil:
		put(p.rules.late, ofLink(l), late, opening(), n, reset())
	case r.Dead != nil && r.Dead.Process:
		// A process that is killed still closes its connections, by the hand of
		// its host: FIN and RST pass.
		put(p.rules.late, ofLink(l), late, reply(false), flags(flagRST, 0), n, reset())
		put(p.rules.late, ofLink(l), late, reply(true), flags(flagFIN|flagRST, 0), n, reset())
	case r.Dead != nil:
		put(p.rules.early, toLink(l), early, n, drop())
		put(p.rules.late, ofLink(l), late, n, drop())
	}
}

// queueSilence drops what else goes to a dead host: pings, and ports that no link has.
func (p *packets) queueSilence(c *cut, links []Link) {
	done := map[netip.Addr]bool{}
	for _, l := range links {
		if !done[l.Addr] {
			c.rows++
			p.rules.rule(p.rules.early, c.tag, all(toAddress(l.Addr), drop()))
		}
		done[l.Addr] = true
	}
}

// unit says what a rule's count counts.
func unit(r Rule) string {
	switch {
	case r.SynDrop != nil:
		return "SYNs dropped"
	case r.Refuse != nil:
		return "SYNs refused"
	case r.Dead != nil && r.Dead.Process:
		return "packets refused"
	default:
		return "packets dropped"
	}
}
