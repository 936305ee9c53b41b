//go:build linux

package switchboard

import (
	"fmt"
	"net/netip"
	"slices"

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
			p.queueFor(c, l, tally{name: name, blind: p.between[l.ID]}, anyClient)
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

// clientMatch matches a packet by its client, the address of which stands at an offset of
// the IP header.
type clientMatch func(offset uint32) exprs

func anyClient(uint32) exprs { return nil }

// client matches clients that are checks (CmpOpEq) or are not (CmpOpNeq).
func (p *packets) client(op expr.CmpOp) clientMatch {
	return func(offset uint32) exprs {
		return exprs{ipField(offset, 4),
			&expr.Range{Op: op, Register: reg, FromData: p.first.AsSlice(),
				ToData: p.last.AsSlice()}}
	}
}

// packetKind is one fault of packets.
type packetKind struct {
	is    bool   // the rule is of it
	unit  string // of what its counters count
	queue func(q cutting)
}

// cutting is what the rules of one link and one kind of client are made with. In the late
// chain a client still has its own address, both as a source and as a destination.
type cutting struct {
	*packets
	cut         *cut
	link        path
	by          clientMatch
	n           exprs // counts a packet
	there, back exprs // match those of the link, to the node and from it
}

// put puts a rule into a chain.
func (q cutting) put(chain *nftables.Chain, parts ...exprs) {
	q.rules.rule(chain, q.cut.tag, all(parts...))
}

// toLink matches what clients send to the link, before it has another address.
func (q cutting) toLink() exprs { return all(toLink(q.link.Link), q.by(offSource)) }

// packetKinds are all of them. A new one is one line here, and its part of link.Rule.
func packetKinds(r link.Rule) []packetKind {
	process := r.Dead != nil && r.Dead.Process
	resets := r.IdleDrop != nil && r.IdleDrop.Reset
	forget := func(q cutting) { q.queueForget(q.cut, q.link, q.n, q.by) }
	return []packetKind{
		{r.SynDrop != nil, "SYNs dropped", func(q cutting) {
			q.put(q.rules.early, q.toLink(), opening(), draw(r.SynDrop.Share, r.SynDrop.PerFlow),
				q.n, drop())
		}},
		{r.Refuse != nil, "SYNs refused", func(q cutting) {
			q.put(q.rules.late, q.there, opening(), q.n, reset())
		}},
		{r.Unreachable != nil, "SYNs answered unreachable", func(q cutting) {
			q.put(q.rules.late, q.there, opening(), q.n, unreachable(r.Unreachable.Code))
		}},
		{r.Blackhole != nil, "packets dropped", func(q cutting) {
			if r.Blackhole.There {
				q.put(q.rules.early, q.toLink(), longer(r.Blackhole.Above), q.n, drop())
			}
			if r.Blackhole.Back {
				q.put(q.rules.late, q.back, longer(r.Blackhole.Above), q.n, drop())
			}
		}},
		{r.Loss != nil, "packets dropped", func(q cutting) {
			q.put(q.rules.late, q.there, draw(r.Loss.Share, false), q.n, drop())
			q.put(q.rules.late, q.back, draw(r.Loss.Share, false), q.n, drop())
		}},
		{r.Duplicate != nil, "packets sent twice", func(q cutting) {
			q.put(q.rules.late, q.there, draw(r.Duplicate.Share, false), q.n, toCopy())
			q.put(q.rules.late, q.back, draw(r.Duplicate.Share, false), q.n, toCopy())
			q.put(q.rules.copies, copied())
		}},
		{r.IdleDrop != nil && !resets, "packets dropped", forget},
		{resets, "packets refused", forget},
		{r.AcceptStall != nil, "SYNs sent to a full accept queue", func(q cutting) {
			q.put(q.rules.early, q.toLink(), opening(), q.n)
			q.put(q.rules.stall, q.toLink(), here(q.link.Link))
		}},
		{r.Tally != nil, unitOf(r.Tally), func(q cutting) { q.put(q.rules.late, q.there, q.n) }},
		{process, "packets refused", func(q cutting) {
			// A process that is killed still closes its connections, by the hand of
			// its host: FIN and RST pass.
			q.put(q.rules.late, q.there, flags(flagRST, 0), q.n, reset())
			q.put(q.rules.late, q.back, flags(flagFIN|flagRST, 0), q.n, reset())
		}},
		{r.Dead != nil && !process, "packets dropped", func(q cutting) {
			q.put(q.rules.early, q.toLink(), q.n, drop())
			q.put(q.rules.late, q.back, q.n, drop())
		}},
	}
}

func unitOf(t *link.Tally) string {
	if t == nil {
		return ""
	}
	return t.Unit
}

// packetKindOf is a rule's own.
func packetKindOf(r link.Rule) packetKind {
	all := packetKinds(r)
	// apply is asked for no other
	return all[slices.IndexFunc(all, func(k packetKind) bool { return k.is })]
}

// queueFor makes the rules of one link and one kind of client.
func (p *packets) queueFor(c *cut, l path, t tally, by clientMatch) {
	c.tallys = append(c.tallys, t)
	p.rules.counter(t.name)
	packetKindOf(c.rule).queue(cutting{packets: p, cut: c, link: l, by: by, n: counted(t.name),
		there: all(ofLink(l.mark), reply(false), by(offSource)),
		back:  all(ofLink(l.mark), reply(true), by(offDest))})
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
