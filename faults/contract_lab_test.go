//go:build drill

package faults_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/authority"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

var (
	subnet    = netip.MustParsePrefix("198.18.0.0/22")
	boardAddr = netip.MustParseAddr("198.18.0.2")
	appAddr   = netip.MustParseAddr("198.18.0.10")
	userAddr  = netip.MustParseAddr("198.18.1.1")
	checkAddr = netip.MustParseAddr("198.18.0.101")
	inPlace   = netip.MustParseAddr("198.18.0.102") // of a check that asks as the users do
	lbAddr    = netip.MustParseAddr("198.18.0.11")
	userLink  = netip.MustParseAddrPort("198.18.2.1:8080")
	lbLink    = netip.MustParseAddrPort("198.18.2.2:8080")
)

const (
	run       = "00112233aabbccdd"
	userPath  = "shoppers -> app:8080"
	lbPath    = "lb -> app:8080"
	frontPath = "shoppers -> lb:8080"
	sources   = 32
)

// spec is the drill of the suite: shoppers and a load balancer use the same app.
func spec(proxied bool) link.Spec {
	s := link.Spec{Run: run, Subnet: subnet,
		Links: []link.Link{
			{ID: userPath, From: "shoppers", To: "app", Name: "app", Addr: userLink.Addr(),
				Port: 8080, Node: appAddr, Users: true, Proxied: proxied},
			{ID: lbPath, From: "lb", To: "app", Name: "app", Addr: lbLink.Addr(), Port: 8080,
				Node: appAddr, Proxied: proxied},
			{ID: frontPath, From: "shoppers", To: "lb", Name: "lb",
				Addr: netip.MustParseAddr("198.18.2.3"), Port: 8080, Node: lbAddr, Users: true},
		},
		Names: map[string]netip.Addr{"hooks": netip.MustParseAddr("198.18.0.100")},
	}
	client := func(name string, n int, addr, alias string) {
		a, b := netip.MustParseAddr(addr), netip.MustParseAddr(alias)
		c := link.Client{Name: name}
		for range n {
			c.Addresses, c.Aliases = append(c.Addresses, a), append(c.Aliases, b)
			a, b = a.Next(), b.Next()
		}
		s.Clients = append(s.Clients, c)
	}
	client("shoppers", sources, "198.18.1.1", "198.18.3.1")
	client("watch", 1, "198.18.0.101", "198.18.3.101")
	client("lb", 1, "198.18.0.11", "198.18.3.111")
	return s
}

// specFor has in the links what a fault needs there.
func specFor(f faults.Fault) link.Spec {
	s := spec(f.Aim().Proxied)
	for i := range s.Links {
		s.Links[i].Staged = s.Links[i].Proxied && f.Aim().Staged
		if f, ok := f.(faults.Selective); ok {
			s.Links[i].Fields = f.Selects().Fields()
		}
	}
	return s
}

// lab is a network of three: one client for all sources, the switchboard, the app.
type lab struct {
	t                  testing.TB
	bridge             string
	client, board, app *part
	mu                 sync.Mutex
	touched            []link.Touched
	unknown            []link.Unknown
	expired            []wire.Expired
	frozen             bool
	cpu                faults.CPU
	squeezed           bool
	filled             int64          // bytes of its disk that are taken
	authority          authority.Pair // where the app speaks TLS
}

// part is one process in a network namespace of its own, and its conversation.
type part struct {
	*wire.Peer
	cmd  *exec.Cmd
	wait func() error // for its end; several may wait
	veth string
}

// serial makes interface names unique: labs stand side by side, and a dead namespace's
// interfaces linger a moment.
var serial atomic.Int32

func newLab(t testing.TB, s link.Spec) *lab {
	t.Helper()
	l := &lab{t: t, bridge: fmt.Sprintf("drill%d", serial.Add(1)), cpu: faults.CPU{Limit: 1},
		authority: s.Authority}
	b := &netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: l.bridge}}
	l.must(netlink.LinkAdd(b))
	t.Cleanup(func() { l.must(netlink.LinkDel(b)) })
	l.must(netlink.LinkSetUp(b))
	clients := []netip.Addr{checkAddr, inPlace, lbAddr}
	for a, n := userAddr, 0; n < sources; a, n = a.Next(), n+1 {
		clients = append(clients, a)
	}
	l.client = l.start("node", "client", clients...)
	l.board = l.start("switchboard", "board", boardAddr)
	l.startApp()
	t.Cleanup(func() { l.end(l.client); l.end(l.app); l.end(l.board) })
	l.call(l.board, "prepare", s, nil)
	return l
}

func (l *lab) startApp() {
	l.app = l.start("node", "app", appAddr)
	s := service{Port: 8080}
	if l.authority != (authority.Pair{}) {
		own, err := l.authority.Issue(authority.Current(), "app")
		l.must(err)
		s.TLS = &own
	}
	l.call(l.app, "serve", s, nil)
}

func (l *lab) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

// start starts a role and puts it on the bridge.
func (l *lab) start(role, name string, addrs ...netip.Addr) *part {
	l.t.Helper()
	c := exec.Command("/proc/self/exe")
	c.Env = append(os.Environ(), roleVariable+"="+role)
	c.Stderr = os.Stderr
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	in, err := c.StdinPipe()
	l.must(err)
	out, w, err := os.Pipe() // not StdoutPipe: Wait would close it under the reader
	l.must(err)
	c.Stdout = w
	l.must(c.Start())
	l.must(w.Close())
	p := &part{cmd: c, wait: sync.OnceValue(c.Wait), veth: fmt.Sprintf("%s%d", name, serial.Add(1))}
	l.attach(p, addrs)
	p.Peer = wire.NewPeer(out, in, l.event)
	go func() { <-p.Done(); _ = out.Close() }()
	return p
}

func (l *lab) attach(p *part, addrs []netip.Addr) {
	l.t.Helper()
	b, err := netlink.LinkByName(l.bridge)
	l.must(err)
	v := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: p.veth, MasterIndex: b.Attrs().Index},
		PeerName: "eth0", PeerNamespace: netlink.NsPid(p.cmd.Process.Pid)}
	l.must(netlink.LinkAdd(v))
	l.must(netlink.LinkSetUp(v))
	ns, err := netns.GetFromPid(p.cmd.Process.Pid)
	l.must(err)
	defer ns.Close()
	h, err := netlink.NewHandleAt(ns)
	l.must(err)
	defer h.Close()
	for _, name := range []string{"lo", "eth0"} {
		d, err := h.LinkByName(name)
		l.must(err)
		if name == "eth0" {
			for _, a := range addrs {
				l.must(h.AddrAdd(d, &netlink.Addr{IPNet: &net.IPNet{IP: a.AsSlice(),
					Mask: net.CIDRMask(subnet.Bits(), 32)}}))
			}
		}
		l.must(h.LinkSetUp(d))
	}
	// A busy kernel takes a while to pass packets on to a new port of a bridge, and asks once
	// a second for an address that its first question did not reach.
	if !soon(func() bool {
		now, err := netlink.LinkByName(p.veth)
		l.must(err)
		return now.Attrs().OperState == netlink.OperUp
	}) {
		l.t.Fatalf("%s is not up", p.veth)
	}
}

// event keeps what the switchboard reports.
func (l *lab) event(name string, body json.RawMessage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch name {
	case "touched":
		l.touched = append(l.touched, decode[link.Touched](body))
	case "unknown-name":
		l.unknown = append(l.unknown, decode[link.Unknown](body))
	case "expired":
		l.expired = append(l.expired, decode[wire.Expired](body))
	}
}

func decode[T any](body json.RawMessage) (v T) {
	if err := json.Unmarshal(body, &v); err != nil {
		panic(fmt.Sprintf("event %s: %v", body, err))
	}
	return v
}

// end closes a part's stdin, as the CLI's death does, and wants it to exit cleanly.
func (l *lab) end(p *part) {
	l.t.Helper()
	_ = p.Close()
	<-p.Done()
	if err := p.wait(); err != nil {
		l.t.Errorf("%s: %v", p.veth, err)
	}
}

func (l *lab) call(p *part, name string, in, out any) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	l.must(p.Call(ctx, name, in, out))
}

func (l *lab) try(a attempt) (out []outcome) {
	l.t.Helper()
	l.call(l.client, "try", a, &out)
	return out
}

// clean wants the switchboard to hold nothing but what prepare made.
func (l *lab) clean() {
	l.t.Helper()
	var left []string
	if l.call(l.board, "leftover", nil, &left); len(left) > 0 {
		l.t.Errorf("left over: %q", left)
	}
}

// Apply, Lift and Count make the lab a faults.Switchboard.
func (l *lab) Apply(ctx context.Context, r link.Rule) (b link.Bracket, err error) {
	err = l.board.Call(ctx, "apply", r, &b)
	return b, err
}

// Lift takes a rule away.
func (l *lab) Lift(ctx context.Context, name string) (b link.Bracket, err error) {
	err = l.board.Call(ctx, "lift", name, &b)
	return b, err
}

// Count reads a rule's count.
func (l *lab) Count(ctx context.Context, name string) (c link.Count, err error) {
	err = l.board.Call(ctx, "count", name, &c)
	return c, err
}

// Terminate, Pause and Unpause are signals to its process.
func (l *lab) Terminate(context.Context, string) error {
	return l.app.cmd.Process.Signal(syscall.SIGTERM)
}

// Pause freezes it.
func (l *lab) Pause(context.Context, string) error {
	l.frozen = true
	return l.app.cmd.Process.Signal(syscall.SIGSTOP)
}

// Unpause thaws it.
func (l *lab) Unpause(context.Context, string) error {
	l.frozen = false
	return l.app.cmd.Process.Signal(syscall.SIGCONT)
}

// LimitCPU stops it, as a quota does that stays spent for as long as a test looks;
// RestoreCPU gives it its CPU back, and CPU reports the limit.
func (l *lab) LimitCPU(ctx context.Context, node string, cpus float64) error {
	l.cpu.Limit, l.cpu.Throttled = cpus, l.cpu.Throttled+1
	return l.Pause(ctx, node)
}

// RestoreCPU lets it go on.
func (l *lab) RestoreCPU(ctx context.Context, node string) error {
	l.cpu.Limit = 1
	return l.Unpause(ctx, node)
}

// CPU reports its limit.
func (l *lab) CPU(context.Context, string) (faults.CPU, error) { return l.cpu, nil }

// LimitMemory kills it, as the kernel does with one that has no memory left.
func (l *lab) LimitMemory(ctx context.Context, node string, _ quantity.Size) error {
	l.squeezed = true
	return l.Kill(ctx, node)
}

// RestoreMemory gives it its memory back.
func (l *lab) RestoreMemory(context.Context, string) error {
	l.squeezed = false
	return nil
}

// MemoryLimited reports whether it has less than it had.
func (l *lab) MemoryLimited(context.Context, string) (bool, error) { return l.squeezed, nil }

// partsDisk is the size of its one disk, which is no file system: filling one is tried in
// package disk and in the labs' contract.
const partsDisk = 1 << 20

// FillDisk takes all but what is to stay free.
func (l *lab) FillDisk(_ context.Context, _, _ string, leave quantity.Size) error {
	l.filled = partsDisk - int64(leave)
	return nil
}

// FreeDisk gives it back.
func (l *lab) FreeDisk(context.Context, string, string) error {
	l.filled = 0
	return nil
}

// Disk reports its state.
func (l *lab) Disk(context.Context, string, string) (faults.Disk, error) {
	return faults.Disk{Size: partsDisk, Free: partsDisk - l.filled, Held: l.filled}, nil
}

// WaitExit waits until it is.
func (l *lab) WaitExit(ctx context.Context, _ string) (bool, error) {
	select {
	case <-l.app.Done():
		_ = l.app.wait() // it is reaped
		return true, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// Kill, Start and Running make it faults.Nodes: a container's end is its
// process's and its network's.
func (l *lab) Kill(context.Context, string) error {
	if err := l.app.cmd.Process.Kill(); err != nil {
		return err
	}
	_ = l.app.wait() // says "killed"
	<-l.app.Done()
	return l.unplug(l.app)
}

// unplug takes a part that has ended off the bridge. Its kernel would do so by itself,
// some time later: until then it answers for an address that its successor has too.
func (l *lab) unplug(p *part) error {
	link, err := netlink.LinkByName(p.veth)
	var gone netlink.LinkNotFoundError
	if errors.As(err, &gone) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := netlink.LinkDel(link); !errors.Is(err, syscall.ENODEV) {
		return err
	}
	return nil
}

// Start starts it again, at its address, unless it runs.
func (l *lab) Start(ctx context.Context, node string) error {
	if up, _ := l.Running(ctx, node); !up {
		l.startApp()
	}
	return nil
}

// Running reports whether its process was not waited for yet.
func (l *lab) Running(context.Context, string) (bool, error) {
	return l.app.cmd.ProcessState == nil && !l.frozen, nil
}
