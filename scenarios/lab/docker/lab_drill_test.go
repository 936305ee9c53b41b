//go:build drill

package docker

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/lab"
	"github.com/stormdrill/stormdrill/scenarios/plan"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// built is the program that the node containers run.
var built string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "stormdrill-lab")
	if err != nil {
		panic(err)
	}
	built = filepath.Join(dir, "stormdrill")
	build := exec.Command("go", "build", "-trimpath", "-o", built, "../../../cmd/stormdrill")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		panic(string(out))
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// open plans a shipped drill in a free subnet and starts its lab.
func open(t *testing.T, name, run string, edit func(*plan.Plan)) (*Lab, error) {
	t.Helper()
	all, err := plan.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return begin(t, all[0], run, edit)
}

// begin starts a drill's lab in a free subnet: in another one where a test beside it took that.
func begin(t *testing.T, s *scenarios.Scenario, run string, edit func(*plan.Plan)) (*Lab, error) {
	t.Helper()
	for {
		subnet, err := freeSubnet(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		p, err := plan.New(s, plan.Options{Run: run, Subnet: subnet})
		if err != nil {
			t.Fatal(err)
		}
		if edit != nil {
			edit(p)
		}
		began := time.Now()
		l, err := Start(t.Context(), lab.Options{Plan: p, Dir: t.TempDir(), Binary: built,
			Progress: func(n timeline.Note) { t.Log(n.Text) }})
		t.Logf("start: %s", time.Since(began).Round(time.Millisecond))
		if !errors.Is(err, lab.ErrSubnetTaken) {
			return l, err
		}
	}
}

// left lists what the engine still holds of a run.
func left(t *testing.T, run string) int {
	t.Helper()
	engine, err := connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	f := client.Filters{}.Add("label", Label+"="+run)
	c, err := engine.ContainerList(context.Background(),
		client.ContainerListOptions{All: true, Filters: f})
	if err != nil {
		t.Fatal(err)
	}
	n, err := engine.NetworkList(context.Background(), client.NetworkListOptions{Filters: f})
	if err != nil {
		t.Fatal(err)
	}
	return len(c.Items) + len(n.Items)
}

// shares are the weights for CPU time that the engine says a run's nodes have.
func shares(t *testing.T, l *Lab, run string) map[string]int64 {
	t.Helper()
	all, err := l.engine.ContainerList(t.Context(),
		client.ContainerListOptions{Filters: client.Filters{}.Add("label", Label+"="+run)})
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]int64{}
	for _, c := range all.Items {
		i, err := l.engine.ContainerInspect(t.Context(), c.ID, client.ContainerInspectOptions{})
		if err != nil {
			t.Fatal(err)
		}
		have[c.Labels[NodeLabel]] = i.Container.HostConfig.CPUShares
	}
	return have
}

func closeLab(t *testing.T, l *Lab, run string) {
	t.Helper()
	began := time.Now()
	for range 2 {
		if err := l.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}
	t.Logf("close: %s", time.Since(began).Round(time.Millisecond))
	if n := left(t, run); n != 0 {
		t.Errorf("%d things left", n)
	}
}

// The embedded drill's lab serves users through its links; a 503 put into one
// link is seen and counted; nothing stays.
func TestLabServesAndLeavesNothing(t *testing.T) {
	const run = "00000000000000a1"
	l, err := open(t, "bad-lb-node", run, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer closeLab(t, l, run)
	if left(t, run) < 6 {
		t.Errorf("the label counts %d things, want the network, two nodes, four targets",
			left(t, run))
	}
	// 0 is the engine's own 1024.
	if have, want := shares(t, l, run), map[string]int64{"load": instrumentShares,
		"switchboard": instrumentShares, "lb": 0, "app-1": 0, "app-2": 0,
		"app-3": 0}; !maps.Equal(have, want) {
		t.Errorf("CPU shares: have %v, want %v", have, want)
	}
	ask := func() load.Answer {
		var a load.Answer
		c := load.Check{Name: "ask", Source: l.Plan.Load.Groups[0].Sources[0],
			Timeout: 10 * time.Second, HTTP: &load.HTTPProbe{URL: l.Plan.Load.Groups[0].URL}}
		if err := l.Load().Call(t.Context(), "knock", c, &a); err != nil {
			t.Fatal(err)
		}
		return a
	}
	if a := ask(); !a.Good {
		t.Errorf("the users' URL: %+v", a)
	}
	p := l.Plan.Faults[0]
	site := p.Site
	site.Switchboard, site.Nodes = peerBoard{l}, l
	bad, err := p.Fault.Bind(p.Name, site)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bad.Inject(t.Context()); err != nil {
		t.Fatal(err)
	}
	injected := 0
	for range 6 {
		if a := ask(); !a.Good {
			injected++
		}
	}
	c, err := bad.Proof(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// The balancer's own check may be the first to meet it, and spare the users.
	if c.Total == 0 || c.Total < uint64(injected) || !c.Active {
		t.Errorf("seen %d, proof %+v", injected, c)
	}
	if _, err := bad.Lift(t.Context()); err != nil {
		t.Fatal(err)
	}
	var rest []string
	if err := l.Switchboard().Call(t.Context(), "leftover", nil, &rest); err != nil ||
		len(rest) > 0 {
		t.Errorf("leftover: %q, %v", rest, err)
	}
}

// peerBoard is a lab's switchboard as faults use it.
type peerBoard struct{ *Lab }

func (b peerBoard) Apply(ctx context.Context, r link.Rule) (o link.Bracket, err error) {
	err = b.switchboard.Call(ctx, "apply", r, &o)
	return o, err
}

func (b peerBoard) Lift(ctx context.Context, name string) (o link.Bracket, err error) {
	err = b.switchboard.Call(ctx, "lift", name, &o)
	return o, err
}

func (b peerBoard) Count(ctx context.Context, name string) (o link.Count, err error) {
	err = b.switchboard.Call(ctx, "count", name, &o)
	return o, err
}

// A killed target is started again at its address and serves; its death is no
// loss, another's is.
func TestLabKillAndStart(t *testing.T) {
	const run = "00000000000000a2"
	l, err := open(t, "bad-lb-node", run, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer closeLab(t, l, run)
	node := l.Plan.Nodes[0]
	restarted(t, l, node, func() error {
		if up, err := l.Running(t.Context(), node.Name); err != nil || up {
			t.Errorf("running %v, %v", up, err)
		}
		return nil
	})
	select {
	case err := <-l.Lost():
		t.Errorf("an intended end is reported as a loss: %v", err)
	default:
	}
	if _, err := l.engine.ContainerKill(t.Context(), l.id(node.Name),
		client.ContainerKillOptions{Signal: "KILL"}); err != nil {
		t.Fatal(err)
	}
	var ended *lab.EndedError
	if err := <-l.Lost(); !errors.As(err, &ended) || ended.What != "target "+node.Name ||
		ended.Code != 137 || ended.Signal != "SIGKILL" {
		t.Errorf("have %v", err)
	}
}

// A starved target stands still for most of the time, and has its own limit back
// afterwards, also where it was fed twice.
func TestLabStarveAndFeed(t *testing.T) {
	const run = "00000000000000a5"
	l, err := open(t, "starved-server", run, func(p *plan.Plan) {
		c := &p.Nodes[0].Ready[0] // a handshake costs the target no CPU time, a page does
		c.TCP, c.HTTP = nil, &load.HTTPProbe{URL: "http://shop:8080/"}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer closeLab(t, l, run)
	node := l.Plan.Nodes[0]
	look := func(want float64) uint64 {
		t.Helper()
		c, err := l.CPU(t.Context(), node.Name)
		if err != nil || c.Limit != want {
			t.Errorf("have %+v, %v, want a limit of %g", c, err, want)
		}
		return c.Throttled
	}
	before := look(1)
	if err := l.LimitCPU(t.Context(), node.Name, 0.01); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(20 * time.Second)
	for look(0.01) == before && time.Now().Before(deadline) {
		if _, _, err := l.asked(t.Context(), node); err != nil { // gives it something to do
			t.Fatal(err)
		}
	}
	if look(0.01) == before {
		t.Error("it was never throttled")
	}
	for range 2 {
		if err := l.RestoreCPU(t.Context(), node.Name); err != nil {
			t.Fatal(err)
		}
		look(1)
	}
	if err := l.LimitCPU(t.Context(), node.Name, 5000); err == nil ||
		!strings.Contains(err.Error(), node.Name) {
		t.Errorf("an engine gave more CPUs than it has: %v", err)
	}
	look(1)
}

// A squeezed target is killed for want of memory; it comes back with its own
// limit, and its end is no loss.
func TestLabSqueezeAndRelax(t *testing.T) {
	const run = "00000000000000a6"
	l, err := open(t, "out-of-memory", run, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer closeLab(t, l, run)
	node := l.Plan.Nodes[0]
	squeezed := func(want bool) {
		t.Helper()
		if have, err := l.MemoryLimited(t.Context(), node.Name); err != nil || have != want {
			t.Errorf("squeezed: have %t, %v, want %t", have, err, want)
		}
	}
	squeezed(false)
	if err := l.LimitMemory(t.Context(), node.Name, 32<<20); err != nil {
		t.Fatal(err)
	}
	squeezed(true)
	if oom, err := l.WaitExit(t.Context(), node.Name); err != nil || !oom {
		t.Errorf("killed for want of memory: have %t, %v", oom, err)
	}
	for range 2 {
		if err := errors.Join(l.RestoreMemory(t.Context(), node.Name),
			l.Start(t.Context(), node.Name)); err != nil {
			t.Fatal(err)
		}
		squeezed(false)
	}
	if err := l.ready(t.Context(), node); err != nil {
		t.Error(err)
	}
	if err := l.RestoreMemory(t.Context(), node.Name); err != nil { // of one that runs
		t.Error(err)
	}
	select {
	case err := <-l.Lost():
		t.Errorf("an intended end is reported as a loss: %v", err)
	default:
	}
}

// A target that fails to come up is named, with the end of its log, and leaves
// nothing.
func TestLabTargetFails(t *testing.T) {
	const run = "00000000000000a3"
	_, err := open(t, "bad-lb-node", run, func(p *plan.Plan) {
		spec := *p.Nodes[0].Spec
		spec.Lab = &scenarios.Embedded{} // neither kind: it ends at once, saying so
		p.Nodes[0].Spec = &spec
	})
	if err == nil || !strings.Contains(err.Error(), "app-1") ||
		!strings.Contains(err.Error(), "stormdrill: target") {
		t.Errorf("have %v", err)
	}
	if n := left(t, run); n != 0 {
		t.Errorf("%d things left", n)
	}
}

// A target's log is evidence that is counted: every line is there once, in order,
// also of a second life, however fast they come.
func TestLabLog(t *testing.T) {
	const run, lines = "00000000000000a7", 100_000
	l, err := open(t, "bad-lb-node", run, func(p *plan.Plan) {
		spec := scenarios.Target{
			Image: "stormdrill-test/base:debian",
			Command: []secret.Text{"sh", "-c",
				secret.Text(fmt.Sprintf(`i=0; while [ $i -lt %d ]; do echo $i; i=$((i+1)); done; echo all said; exec sleep 600`,
					lines))},
			Ready: &scenarios.Ready{Log: "all said"},
		}
		p.Nodes[0].Spec = &spec
	})
	if err != nil {
		t.Fatal(err)
	}
	defer closeLab(t, l, run)
	node := l.Plan.Nodes[0]
	said := func() {
		t.Helper()
		b, err := os.ReadFile(l.logPath(node.Name))
		if err != nil {
			t.Fatal(err)
		}
		i := 0
		for line := range strings.Lines(string(b)) {
			if want := strconv.Itoa(i); line != want+"\n" && i < lines {
				t.Fatalf("line %d is %q", i, line)
			}
			i++
		}
		if i != lines+1 {
			t.Errorf("%d lines, want %d", i, lines+1)
		}
	}
	said()
	restarted(t, l, node, func() error { return os.Truncate(l.logPath(node.Name), 0) }) // readiness is shown by the second life alone
	said()
}

// restarted kills a target, starts it again, and waits until it is ready.
func restarted(t *testing.T, l *Lab, node plan.Node, dead func() error) {
	t.Helper()
	if err := l.Kill(t.Context(), node.Name); err != nil {
		t.Fatal(err)
	}
	if err := dead(); err != nil {
		t.Fatal(err)
	}
	if err := l.Start(t.Context(), node.Name); err != nil {
		t.Fatal(err)
	}
	if err := l.ready(t.Context(), node); err != nil {
		t.Fatal(err)
	}
}

// When the CLI's end of the conversation is gone, the nodes go by themselves.
func TestLabNodesGoByThemselves(t *testing.T) {
	const run = "00000000000000a4"
	l, err := open(t, "bad-lb-node", run, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer closeLab(t, l, run)
	before := left(t, run)
	l.closing = true
	_, _ = l.load.Close(), l.switchboard.Close()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if left(t, run) == before-2 {
			return
		}
	}
	t.Errorf("%d of %d things left", left(t, run), before)
}
