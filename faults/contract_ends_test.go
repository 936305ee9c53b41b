//go:build drill

package faults_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
)

// ends count the TCP packets at both ends of the way between the client and the app,
// by counters that are independent of the switchboard.
type ends struct {
	client, app *nftables.Conn
	board       int    // process of the switchboard
	before      passed // what is not counted
}

// passed is how many of them there were: sent by the client, arrived at the
// app, answered by it, and received by the client; and how many the switchboard's kernel
// could not classify on their way.
type passed struct{ sent, arrived, answered, received, invalid uint64 }

// arrived is what a proof counts that is of packets to the app.
func arrived(p passed) uint64 { return p.arrived }

// lost is what one counts that is of packets lost on the way, either way. A few of
// those that follow a lost one are out of the window that conntrack tracks, which then does
// not translate them: they get no further, and no fault drew them.
func lost(p passed) uint64 { return p.sent - p.arrived + p.answered - p.received - p.invalid }

func (l *lab) ends() *ends {
	l.t.Helper()
	return &ends{client: l.gauge(l.client), app: l.gauge(l.app), board: l.board.cmd.Process.Pid}
}

var gauges = &nftables.Table{Name: "gauges", Family: nftables.TableFamilyIPv4}

// gauge begins to count a part's TCP packets, in and out.
func (l *lab) gauge(p *part) *nftables.Conn {
	l.t.Helper()
	ns, err := netns.GetFromPid(p.cmd.Process.Pid)
	l.must(err)
	l.t.Cleanup(func() { _ = ns.Close() })
	conn, err := nftables.New(nftables.WithNetNSFd(int(ns)))
	l.must(err)
	conn.AddTable(gauges)
	for name, hook := range map[string]*nftables.ChainHook{"in": nftables.ChainHookInput, "out": nftables.ChainHookOutput} {
		c := conn.AddChain(&nftables.Chain{Name: name, Table: gauges,
			Type: nftables.ChainTypeFilter, Hooknum: hook, Priority: nftables.ChainPriorityFilter})
		conn.AddRule(&nftables.Rule{Table: gauges, Chain: c, Exprs: []expr.Any{
			&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1},
			&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{unix.IPPROTO_TCP}},
			&expr.Counter{},
		}})
	}
	l.must(conn.Flush())
	return conn
}

// begin counts from here on.
func (e *ends) begin(l *lab) {
	l.t.Helper()
	e.before = passed{}
	e.before = e.read(l)
}

// read reads all of them.
func (e *ends) read(l *lab) (p passed) {
	l.t.Helper()
	for _, c := range []struct {
		at    *nftables.Conn
		chain string
		less  uint64
		to    *uint64
	}{
		{e.client, "out", e.before.sent, &p.sent}, {e.app, "in", e.before.arrived, &p.arrived},
		{e.app, "out", e.before.answered, &p.answered}, {e.client, "in", e.before.received, &p.received},
	} {
		n, _, err := packetsIn(c.at, gauges, c.chain)
		l.must(err)
		*c.to = n - c.less
	}
	n, err := invalid(e.board)
	l.must(err)
	p.invalid = n - e.before.invalid
	return p
}

// invalid is how many packets conntrack could not classify in a process's network: the
// kernel reports them by CPU, in hexadecimal columns under their names.
func invalid(pid int) (n uint64, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/stat/nf_conntrack", pid))
	if err != nil {
		return 0, err
	}
	at := -1
	for line := range strings.Lines(string(b)) {
		columns := strings.Fields(line)
		if at < 0 {
			if at = slices.Index(columns, "invalid"); at < 0 {
				return 0, fmt.Errorf("no column invalid: %s", line)
			}
			continue
		}
		one, err := strconv.ParseUint(columns[at], 16, 64)
		if err != nil {
			return 0, err
		}
		n += one
	}
	return n, nil
}

// packetsIn reads the counter of a chain, if there is one.
func packetsIn(conn *nftables.Conn, table *nftables.Table, chain string) (n uint64, there bool,
	err error) {
	rules, err := conn.GetRules(table, &nftables.Chain{Name: chain, Table: table})
	for _, r := range rules {
		for _, e := range r.Exprs {
			if c, ok := e.(*expr.Counter); ok {
				n, there = c.Packets, true
			}
		}
	}
	return n, there, err
}

// atRest reads the proof at a moment at which no packet is on its way: what is to be
// sent again is, now and then.
func (l *lab) atRest(in faults.Injection, e *ends) (link.Count, passed) {
	l.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; {
		before := e.read(l)
		c := l.proof(in)
		if e.read(l) == before {
			return c, before
		}
		if time.Now().After(deadline) {
			l.t.Fatalf("never at rest: %+v", before)
		}
	}
}
