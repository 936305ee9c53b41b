//go:build linux

package switchboard

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/google/nftables"
	"github.com/vishvananda/netlink"

	"github.com/stormdrill/stormdrill/faults/link"
)

// Examine tries what the switchboard needs of its kernel, and puts back what it
// tried. It is the answer to the call "examine".
func Examine() []link.Feature {
	return []link.Feature{
		tried("nftables", true, tryTable()),
		tried("packet drop by share (nftables numgen, hash)", true, tryRuleset()),
		sysctl("net.ipv4.ip_forward", "1", true),
		sysctl("net.ipv4.icmp_ratemask", "0", true),
		noted("net.ipv4.tcp_syn_linear_timeouts", "/proc/sys/net/ipv4/tcp_syn_linear_timeouts"),
		tried("token bucket (tbf)", false, tryQdisc(func(a netlink.QdiscAttrs) netlink.Qdisc {
			return &netlink.Tbf{QdiscAttrs: a, Rate: 1 << 20, Limit: 1 << 16, Buffer: 1 << 14}
		})),
		tried("netem", false, tryQdisc(func(a netlink.QdiscAttrs) netlink.Qdisc {
			return netlink.NewNetem(a, netlink.NetemQdiscAttrs{Latency: 1000})
		})),
	}
}

func tried(name string, needed bool, err error) link.Feature {
	f := link.Feature{Name: name, There: err == nil, Needed: needed}
	if err != nil {
		f.Detail = err.Error()
	}
	return f
}

func tryTable() error {
	conn, err := nftables.New()
	if err != nil {
		return err
	}
	t := conn.AddTable(&nftables.Table{Family: nftables.TableFamilyIPv4,
		Name: "stormdrill_examine"})
	if err := conn.Flush(); err != nil {
		return err
	}
	conn.DelTable(t)
	return conn.Flush()
}

// tryRuleset makes a link's and a rule's own expressions in a table beside.
func tryRuleset() error {
	conn, err := nftables.New()
	if err != nil {
		return err
	}
	t := conn.AddTable(&nftables.Table{Family: nftables.TableFamilyIPv4,
		Name: "stormdrill_examine"})
	c := conn.AddChain(&nftables.Chain{Name: "c", Table: t})
	for _, perFlow := range []bool{false, true} {
		conn.AddRule(&nftables.Rule{Table: t, Chain: c, Exprs: all(draw(0.5, perFlow), drop())})
	}
	err = conn.Flush()
	conn.DelTable(t)
	if err != nil {
		_ = conn.Flush() // nothing was made
		return err
	}
	return conn.Flush()
}

// tryQdisc puts a queueing discipline on loopback and takes it away.
func tryQdisc(make func(netlink.QdiscAttrs) netlink.Qdisc) error {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	q := make(netlink.QdiscAttrs{LinkIndex: lo.Attrs().Index, Handle: netlink.MakeHandle(1, 0),
		Parent: netlink.HANDLE_ROOT})
	if err := netlink.QdiscAdd(q); err != nil {
		return errors.New("this kernel has none: " + err.Error())
	}
	return netlink.QdiscDel(q)
}

func sysctl(name, want string, needed bool) link.Feature {
	f := link.Feature{Name: name, Needed: needed}
	b, err := os.ReadFile("/proc/sys/" + strings.ReplaceAll(name, ".", "/"))
	have := strings.TrimSpace(string(b))
	switch f.There = err == nil && have == want; {
	case err != nil:
		f.Detail = err.Error()
	case !f.There:
		f.Detail = fmt.Sprintf("is %s, want %s", have, want)
	default:
		f.Detail = have
	}
	return f
}

// noted reads a value that a reader of results may want to know.
func noted(name, path string) link.Feature {
	b, err := os.ReadFile(path)
	if err != nil {
		return link.Feature{Name: name, Detail: "not in this kernel: SYNs are sent again after " +
			"1, 3, 7, 15 s"}
	}
	return link.Feature{Name: name, There: true, Detail: strings.TrimSpace(string(b))}
}
