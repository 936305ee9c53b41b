//go:build linux && drill

package switchboard

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// dice is a network namespace in which SYNs to itself come to one draw.
type dice struct {
	t      *testing.T
	conn   *nftables.Conn
	table  *nftables.Table
	socket int
}

const drawn = "drawn"

func newDice(t *testing.T, share float64, perFlow bool) *dice {
	t.Helper()
	runtime.LockOSThread() // for good: the thread ends with the test, and its namespace
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ns, err := netns.New()
	must(err)
	t.Cleanup(func() { _ = ns.Close() })
	lo, err := netlink.LinkByName("lo")
	must(err)
	must(netlink.LinkSetUp(lo))
	d := &dice{t: t}
	d.conn, err = nftables.New()
	must(err)
	d.table = d.conn.AddTable(&nftables.Table{Family: nftables.TableFamilyIPv4, Name: "dice"})
	d.conn.AddObj(&nftables.NamedObj{Table: d.table, Name: drawn, Type: nftables.ObjTypeCounter,
		Obj: &expr.Counter{}})
	chain := d.conn.AddChain(&nftables.Chain{Name: "c", Table: d.table,
		Type:    nftables.ChainTypeFilter,
		Hooknum: nftables.ChainHookPrerouting, Priority: nftables.ChainPriorityRaw})
	d.conn.AddRule(&nftables.Rule{Table: d.table, Chain: chain,
		Exprs: all(tcp(), opening(), draw(share, perFlow), counted(drawn), drop())})
	must(d.conn.Flush())
	d.socket, err = unix.Socket(unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_TCP)
	must(err)
	t.Cleanup(func() { _ = unix.Close(d.socket) })
	return d
}

// syn sends one SYN. Its checksum is wrong, so that nothing answers one that gets through.
func (d *dice) syn(port uint16, sequence uint32) {
	d.t.Helper()
	b := make([]byte, 20)
	binary.BigEndian.PutUint16(b[0:], port)
	binary.BigEndian.PutUint16(b[2:], 8080)
	binary.BigEndian.PutUint32(b[4:], sequence)
	b[12], b[13] = 5<<4, flagSYN
	if err := unix.Sendto(d.socket, b, 0,
		&unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		d.t.Fatal(err)
	}
}

// hits is how many SYNs the draw has hit.
func (d *dice) hits() uint64 {
	d.t.Helper()
	o, err := d.conn.GetObject(&nftables.NamedObj{Table: d.table, Name: drawn,
		Type: nftables.ObjTypeCounter, Obj: &expr.Counter{}})
	if err != nil {
		d.t.Fatal(err)
	}
	return o.(*nftables.NamedObj).Obj.(*expr.Counter).Packets
}

// oneInAMillion is how many standard deviations a share strays once in a million times,
// either way.
const oneInAMillion = 4.9

// A share of flows is that share of them, also of those that come again with a port that
// was dropped: beside a bias of a hundredth, 0.3 of 150,000 strays by 0.6 hundredths once
// in a million times.
func TestDrawIsItsShare(t *testing.T) {
	const share, n = 0.3, 150_000
	for name, perFlow := range map[string]bool{"per packet": false, "per flow": true} {
		t.Run(name, func(t *testing.T) {
			d := newDice(t, share, perFlow)
			random := rand.New(rand.NewPCG(1, 2))
			for range n {
				d.syn(40_000+uint16(random.IntN(8)), random.Uint32())
			}
			if have, most := float64(d.hits())/n,
				oneInAMillion*math.Sqrt(share*(1-share)/n); math.Abs(have-share) > most {
				t.Errorf("%.4f of %d hit: want %g ± %.4f", have, n, share, most)
			}
		})
	}
}

// A connection's SYNs all share the first one's fate, where the draw is per flow.
func TestDrawOfAFlowStays(t *testing.T) {
	const sends, flows = 6, 300
	d := newDice(t, 0.5, true)
	for flow := range uint32(flows) {
		before := d.hits()
		for range sends {
			d.syn(40_000, flow<<16)
		}
		if n := d.hits() - before; n != 0 && n != sends {
			t.Fatalf("%d of %d SYNs of a flow were hit", n, sends)
		}
	}
}
