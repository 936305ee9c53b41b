//go:build linux

package switchboard

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/stormdrill/stormdrill/faults/link"
)

// ruleset is the switchboard's table, and one of ARP beside it. Its path for a client's
// SYN: "strays" (what leaves the subnet ends there) → "early" (raw priority, before conntrack:
// faults that need no answer) → "stall" (DNAT to a listener here) → "links" (DNAT to the node) →
// "late" (forward: faults on known connections) →
// "count" (SYNs that got through) → "sources" (SNAT to the client's alias) →
// "copies" (packets that a fault sends twice, once they look as the receiver expects them). The
// fault chains are empty while no fault is on.
type ruleset struct {
	conn   *nftables.Conn
	table  *nftables.Table
	arp    *nftables.Table // of the same name
	early  *nftables.Chain
	late   *nftables.Chain
	stall  *nftables.Chain
	syns   *nftables.Chain
	copies *nftables.Chain
	// before names the tables that were there already: Docker's own, for the
	// resolver it puts into every container of a network.
	before []string
}

// copiesPriority is behind all translation of addresses.
var copiesPriority = nftables.ChainPriorityRef(*nftables.ChainPriorityNATSource + 50)

// chunk bounds the batches that need not take effect at once.
const chunk = 32

// buffer holds the batch of a fault on several hundred links, which does have
// to take effect at once, and the kernel's answers to it, in bytes.
const buffer = 16 << 20

func roomy(c *netlink.Conn) error {
	return errors.Join(c.SetReadBuffer(buffer), c.SetWriteBuffer(buffer))
}

func newRuleset() (*ruleset, error) {
	conn, err := nftables.New(nftables.WithSockOptions(roomy))
	if err != nil {
		return nil, fmt.Errorf("nftables: %w", err)
	}
	table := &nftables.Table{Family: nftables.TableFamilyIPv4, Name: "stormdrill"}
	chain := func(name string, hook *nftables.ChainHook,
		prio *nftables.ChainPriority) *nftables.Chain {
		return &nftables.Chain{Name: name, Table: table, Hooknum: hook, Priority: prio,
			Type: nftables.ChainTypeFilter}
	}
	r := &ruleset{conn: conn, table: table,
		arp:   &nftables.Table{Family: nftables.TableFamilyARP, Name: table.Name},
		early: chain("early", nftables.ChainHookPrerouting, nftables.ChainPriorityRaw),
		late:  chain("late", nftables.ChainHookForward, nftables.ChainPriorityFilter),
		stall: &nftables.Chain{Name: "stall", Table: table, Hooknum: nftables.ChainHookPrerouting,
			Priority: stallPriority, Type: nftables.ChainTypeNAT},
		syns:   &nftables.Chain{Name: "syns", Table: table},
		copies: chain("copies", nftables.ChainHookPostrouting, copiesPriority),
	}
	if r.before, err = r.tables(); err != nil {
		return nil, err
	}
	if slices.Contains(r.before, table.Name) {
		return nil, fmt.Errorf("nftables: table %q is there already: a switchboard needs a "+
			"network namespace of its own", table.Name)
	}
	return r, nil
}

// tables names the tables of this network namespace.
func (r *ruleset) tables() ([]string, error) {
	tables, err := r.conn.ListTables()
	if err != nil {
		return nil, fmt.Errorf("nftables: tables: %w%s", err, advice(err))
	}
	var out []string
	for _, t := range tables {
		out = append(out, t.Name)
	}
	return out, nil
}

// install puts in everything that is there without a fault.
func (r *ruleset) install(s link.Spec) error {
	r.conn.CreateTable(r.table)
	for _, c := range []*nftables.Chain{r.early, r.late, r.stall, r.syns, r.copies} {
		r.conn.AddChain(c)
	}
	count := r.base("count", nftables.ChainHookForward, nftables.ChainPrioritySecurity,
		nftables.ChainTypeFilter)
	r.rule(count, "", all(tcp(), opening(),
		exprs{&expr.Verdict{Kind: expr.VerdictJump, Chain: r.syns.Name}}))
	r.keepQuiet()
	if err := r.sources(s.Clients); err != nil {
		return err
	}
	links := r.base("links", nftables.ChainHookPrerouting, nftables.ChainPriorityNATDest,
		nftables.ChainTypeNAT)
	if err := r.flush(); err != nil {
		return err
	}
	return r.paths(links, pathsOf(s.Links))
}

// paths makes the kernel links, and a counter of SYNs for each.
func (r *ruleset) paths(chain *nftables.Chain, links []path) error {
	for some := range slices.Chunk(links, chunk) {
		for _, l := range some {
			r.counter(l.syns())
			r.rule(r.syns, "", all(ofLink(l.mark), counted(l.syns())))
			r.rule(chain, "", all(toLink(l.Link), mark(l.mark), exprs{
				&expr.Immediate{Register: reg, Data: l.Node.AsSlice()},
				&expr.Immediate{Register: reg + 1, Data: port(l.Port)},
				&expr.NAT{Type: expr.NATTypeDestNAT, Family: unix.NFPROTO_IPV4, RegAddrMin: reg,
					RegProtoMin: reg + 1, Specified: true},
			}))
		}
		if err := r.flush(); err != nil {
			return err
		}
	}
	return nil
}

// path is a kernel link and the mark its connections carry.
type path struct {
	link.Link
	mark uint32 // from 1
}

// syns names the counter of SYNs that went over the link.
func (p path) syns() string { return fmt.Sprintf("syns %d", p.mark) }

// pathsOf gives the kernel links among all.
func pathsOf(links []link.Link) []path {
	var out []path
	for _, l := range links {
		if !l.Proxied {
			out = append(out, path{l, uint32(len(out) + 1)})
		}
	}
	return out
}

// aliasMap stands without a fault, as the sets of strays do.
const aliasMap = "aliases"

// sources gives each client its alias as targets see it.
func (r *ruleset) sources(clients []link.Client) error {
	aliases := &nftables.Set{Table: r.table, Name: aliasMap, IsMap: true,
		KeyType: nftables.TypeIPAddr, DataType: nftables.TypeIPAddr}
	var elements []nftables.SetElement
	for _, c := range clients {
		for i, a := range c.Addresses {
			elements = append(elements, nftables.SetElement{Key: a.AsSlice(),
				Val: c.Aliases[i].AsSlice()})
		}
	}
	if err := r.conn.AddSet(aliases, nil); err != nil {
		return fmt.Errorf("nftables: map of aliases: %w", err)
	}
	for some := range slices.Chunk(elements, 8*chunk) {
		if err := r.conn.SetAddElements(aliases, some); err != nil {
			return fmt.Errorf("nftables: map of aliases: %w", err)
		}
	}
	chain := r.base("sources", nftables.ChainHookPostrouting, nftables.ChainPriorityNATSource,
		nftables.ChainTypeNAT)
	r.rule(chain, "", all(translated(), exprs{
		ipField(offSource, 4),
		&expr.Lookup{SourceRegister: reg, DestRegister: reg, IsDestRegSet: true,
			SetName: aliases.Name, SetID: aliases.ID},
		&expr.NAT{Type: expr.NATTypeSourceNAT, Family: unix.NFPROTO_IPV4, RegAddrMin: reg},
	}))
	return nil
}

// keepQuiet keeps the switchboard itself out of the conversation. A router
// between two hosts of one subnet would redirect them past itself; and a
// packet conntrack finds invalid is not translated, would meet the
// switchboard's own stack, and be answered with an RST that no node sent.
func (r *ruleset) keepQuiet() {
	out := r.base("redirects", nftables.ChainHookOutput, nftables.ChainPriorityFilter,
		nftables.ChainTypeFilter)
	r.rule(out, "", all(exprs{
		&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: reg}, equal([]byte{unix.IPPROTO_ICMP}),
		tcpField(offICMPType, 1), equal([]byte{icmpRedirect}),
	}, drop()))
	in := r.base("invalid", nftables.ChainHookInput, nftables.ChainPriorityFilter,
		nftables.ChainTypeFilter)
	r.rule(in, "", all(tcp(), invalid(), drop()))
}

// icmpRedirect is the type of RFC 792's redirect message.
const icmpRedirect = 5

func (r *ruleset) base(name string, hook *nftables.ChainHook, prio *nftables.ChainPriority,
	kind nftables.ChainType) *nftables.Chain {
	return r.conn.AddChain(&nftables.Chain{Name: name, Table: r.table, Hooknum: hook,
		Priority: prio, Type: kind})
}

// rule queues a rule under a tag by which it is found again.
func (r *ruleset) rule(c *nftables.Chain, tag string, e exprs) {
	rule := &nftables.Rule{Table: r.table, Chain: c, Exprs: e}
	if tag != "" {
		rule.UserData = []byte(tag)
	}
	r.conn.AddRule(rule)
}

// counter queues a named counter.
func (r *ruleset) counter(name string) {
	r.conn.AddObj(r.named(name, &expr.Counter{}))
}

func (r *ruleset) named(name string, data expr.Any) *nftables.NamedObj {
	return &nftables.NamedObj{Table: r.table, Name: name, Type: nftables.ObjTypeCounter, Obj: data}
}

func (r *ruleset) flush() error {
	if err := r.conn.Flush(); err != nil {
		return fmt.Errorf("nftables: %w%s", err, advice(err))
	}
	return nil
}

// counters reads all named counters, in packets.
func (r *ruleset) counters() (map[string]uint64, error) {
	objects, err := r.conn.GetNamedObjects(r.table)
	if err != nil {
		return nil, fmt.Errorf("nftables: counters: %w", err)
	}
	out := make(map[string]uint64, len(objects))
	for _, o := range objects {
		if n, ok := o.(*nftables.NamedObj); ok {
			if c, ok := n.Obj.(*expr.Counter); ok {
				out[n.Name] = c.Packets
			}
		}
	}
	return out, nil
}

// faultRules reads what stands in the fault chains now.
func (r *ruleset) faultRules() ([]*nftables.Rule, error) {
	var out []*nftables.Rule
	for _, c := range []*nftables.Chain{r.early, r.late, r.stall, r.copies} {
		rules, err := r.conn.GetRules(r.table, c)
		if err != nil {
			return nil, fmt.Errorf("nftables: rules of %s: %w", c.Name, err)
		}
		for _, rule := range rules {
			rule.Chain = c
			out = append(out, rule)
		}
	}
	return out, nil
}

// remove takes the tables away, with all that is in them; safe where there is none.
func (r *ruleset) remove() error {
	tables, err := r.conn.ListTables()
	if err != nil {
		return fmt.Errorf("nftables: tables: %w%s", err, advice(err))
	}
	for _, t := range tables {
		if t.Name == r.table.Name {
			r.conn.DelTable(t)
		}
	}
	return r.flush()
}

// aliasesOf gives every alias of the clients.
func aliasesOf(clients []link.Client) []netip.Addr {
	var out []netip.Addr
	for _, c := range clients {
		out = append(out, c.Aliases...)
	}
	return out
}
