//go:build linux

package switchboard

import (
	"fmt"
	"os"
	"strings"

	"github.com/google/nftables"

	"github.com/stormdrill/stormdrill/faults/link"
)

// Examine tries what the switchboard needs of its kernel, and puts back what it
// tried. It is the answer to the call "examine".
func Examine() []link.Feature {
	return []link.Feature{
		tried(link.Tell("nftables", "nftables of the engine's kernel"), tryTable(),
			link.Tell("nftables-means", "Every link of a drill is made of its rules.")),
		tried(link.Tell("nftables-draw", "nftables expressions numgen and hash"), tryRuleset(),
			link.Tell("nftables-draw-means",
				"Faults that hit a share of packets or connections, such as loss, draw by them.")),
		sysctl("net.ipv4.ip_forward", "1", link.Tell("ip-forward-means",
			"Links forward users' packets to the targets by it.")),
		sysctl("net.ipv4.icmp_ratemask", "0", link.Tell("icmp-ratemask-means",
			"Each client that the fault unreachable hits is told; else the kernel tells some.")),
		resent(),
	}
}

func tried(name link.Text, err error, means link.Text) link.Feature {
	f := link.Feature{Name: name, There: err == nil, Needed: true,
		Detail: link.Tell("works", "works"), Means: means}
	if err != nil {
		f.Detail = link.Tell("works-not", "does not work: "+err.Error(), "error", err.Error())
	}
	return f
}

// setting is a sysctl, or its value, as the kernel has it.
func setting(text string) link.Text { return link.Tell("kernel-setting", text, "setting", text) }

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

func sysctl(name, want string, means link.Text) link.Feature {
	f := link.Feature{Name: setting(name), Needed: true, Means: means}
	b, err := os.ReadFile("/proc/sys/" + strings.ReplaceAll(name, ".", "/"))
	have := strings.TrimSpace(string(b))
	switch f.There = err == nil && have == want; {
	case err != nil:
		f.Detail = link.Text{English: err.Error()}
	case !f.There:
		f.Detail = link.Tell("kernel-setting-wanted", fmt.Sprintf("%s, wanted is %s", have, want),
			"have", have, "want", want)
	default:
		f.Detail = setting(have)
	}
	return f
}

// resent says when kernels of this version send a SYN again that got no answer. No value is
// a bad one.
func resent() link.Feature {
	const name = "net.ipv4.tcp_syn_linear_timeouts"
	f := link.Feature{Name: setting(name), There: true,
		Detail: link.Tell("syn-retries-old", "not in this kernel, which is older than Linux 6.5"),
		Means: link.Tell("syn-retries-old-means",
			"Where a fault drops SYNs, clients send them again after 1, 3, 7 and 15 s.")}
	b, err := os.ReadFile("/proc/sys/" + strings.ReplaceAll(name, ".", "/"))
	if err == nil {
		f.Detail = setting(strings.TrimSpace(string(b)))
		f.Means = link.Tell("syn-retries-means", "Where a fault drops SYNs, clients send so many "+
			"again each second, and later ones after ever longer times.")
	}
	return f
}
