// Package labtest is the contract of labs: what a drill relies on, whatever its nodes are
// made of. A lab passes it before a drill runs there.
package labtest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios/lab"
)

// Contract holds a lab to what is true of all. The node that start gives is a target with a
// CPU limit, and links to it are without proxies. Contract may run in a bubble of
// testing/synctest.
func Contract(t *testing.T, start func(t *testing.T) lab.Lab, node string) {
	t.Helper()
	l := start(t)
	defer closeTwice(t, l)
	wantClocks(t, l)
	wantEnds(t, l, node)
	wantPauses(t, l, node)
	wantCPU(t, l, node)
	wantRule(t, l, node)
	wantEnvironment(t, l, node)
	wantLines(t, l, node)
	wantFacts(t, l, node)
	wantNoLoss(t, l)
}

// wantFacts wants both own nodes and the target named, once each though it was started
// again, on an engine that has a name.
func wantFacts(t *testing.T, l lab.Lab, node string) {
	t.Helper()
	f, err := l.Facts(t.Context())
	must(t, err)
	seen := map[string]int{}
	for _, n := range f.Nodes {
		seen[n.Name]++
		if n.Digests == nil || n.Files == nil {
			t.Errorf("%s: %+v: want lists, also where nothing is in them", n.Name, n)
		}
	}
	if seen["switchboard"] != 1 || seen["load"] != 1 || seen[node] != 1 || f.Engine.Name == "" {
		t.Errorf("facts %+v", f)
	}
}

// Memory holds a lab to what is true of all that can lower the memory limit of a target,
// which has one and uses more than is left to it.
func Memory(t *testing.T, start func(t *testing.T) lab.Lab, node string, left quantity.Size) {
	t.Helper()
	l, ctx := start(t), t.Context()
	defer closeTwice(t, l)
	squeezed := func(want bool) {
		t.Helper()
		if have, err := l.MemoryLimited(ctx, node); err != nil || have != want {
			t.Errorf("squeezed: have %t, %v, want %t", have, err, want)
		}
	}
	squeezed(false)
	must(t, l.LimitMemory(ctx, node, left))
	squeezed(true)
	if oom, err := l.WaitExit(ctx, node); err != nil || !oom {
		t.Errorf("killed for want of memory: have %t, %v", oom, err)
	}
	wantRunning(t, l, node, false)
	for range 2 {
		must(t, l.RestoreMemory(ctx, node))
		must(t, l.Start(ctx, node))
		squeezed(false)
		wantRunning(t, l, node, true)
	}
	wantNoLoss(t, l)
}

// Disk holds a lab to what is true of all that can fill a disk of a target, which it has at a
// path.
func Disk(t *testing.T, start func(t *testing.T) lab.Lab, node, path string) {
	t.Helper()
	l, ctx := start(t), t.Context()
	defer closeTwice(t, l)
	before, err := l.Disk(ctx, node, path)
	must(t, err)
	if before.Size == 0 || before.Held != 0 {
		t.Errorf("before: %+v", before)
	}
	for _, leave := range []quantity.Size{0, 64 << 10} {
		must(t, l.FillDisk(ctx, node, path, leave))
		if s, err := l.Disk(ctx, node, path); err != nil || s.Free > int64(leave) || s.Held == 0 {
			t.Errorf("full but for %s: %+v, %v", leave, s, err)
		}
		for range 2 {
			must(t, l.FreeDisk(ctx, node, path))
			if s, err := l.Disk(ctx, node, path); err != nil || s != before {
				t.Errorf("freed: %+v, %v, want %+v", s, err, before)
			}
		}
	}
	if err := l.FillDisk(ctx, node, path+"/nowhere", 0); err == nil {
		t.Error("filled a disk that is not there")
	}
	wantNoLoss(t, l)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantClocks wants both nodes' clocks to be read, and to go on.
func wantClocks(t *testing.T, l lab.Lab) {
	t.Helper()
	for _, p := range []*wire.Peer{l.Switchboard(), l.Load()} {
		var before, after int64
		must(t, p.Call(t.Context(), "clock", nil, &before))
		time.Sleep(time.Millisecond)
		must(t, p.Call(t.Context(), "clock", nil, &after))
		if before <= 0 || after-before < int64(time.Millisecond) {
			t.Errorf("clock: have %d, and a millisecond later %d", before, after)
		}
	}
}

// wantRunning wants a target to run, or not to.
func wantRunning(t *testing.T, l lab.Lab, node string, want bool) {
	t.Helper()
	if have, err := l.Running(t.Context(), node); err != nil || have != want {
		t.Errorf("running: have %t, %v, want %t", have, err, want)
	}
}

// wantEnds wants a target to end and to start again, each safe twice.
func wantEnds(t *testing.T, l lab.Lab, node string) {
	t.Helper()
	ctx := t.Context()
	wantRunning(t, l, node, true)
	for _, end := range []func(context.Context, string) error{l.Kill, l.Terminate} {
		endUntilDead(t, l, node, end)
		wantRunning(t, l, node, false)
		must(t, end(ctx, node)) // of a dead one
		for range 2 {
			must(t, l.Start(ctx, node))
			wantRunning(t, l, node, true)
		}
	}
}

// endUntilDead ends a target. One that has only just begun may miss a signal, as the first
// process of a container has none that ends it before it asks for one.
func endUntilDead(t *testing.T, l lab.Lab, node string, end func(context.Context, string) error) {
	t.Helper()
	for try := 1; ; try++ {
		must(t, end(t.Context(), node))
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		_, err := l.WaitExit(ctx, node)
		cancel()
		if err == nil {
			return
		}
		if try == 10 {
			t.Fatal(err)
		}
	}
}

// wantPauses wants a target to freeze and to thaw; one that is not frozen is left alone.
func wantPauses(t *testing.T, l lab.Lab, node string) {
	t.Helper()
	must(t, l.Pause(t.Context(), node))
	wantRunning(t, l, node, false)
	for range 2 {
		must(t, l.Unpause(t.Context(), node))
		wantRunning(t, l, node, true)
	}
}

// wantCPU wants a CPU limit to be lowered, and restored.
func wantCPU(t *testing.T, l lab.Lab, node string) {
	t.Helper()
	const little = 0.05
	limit := func() float64 {
		t.Helper()
		c, err := l.CPU(t.Context(), node)
		must(t, err)
		return c.Limit
	}
	own := limit()
	if own <= little {
		t.Fatalf("a limit of %g CPUs leaves nothing to take", own)
	}
	must(t, l.LimitCPU(t.Context(), node, little))
	if have := limit(); have != little {
		t.Errorf("starved: have %g CPUs, want %g", have, little)
	}
	for range 2 {
		must(t, l.RestoreCPU(t.Context(), node))
		if have := limit(); have != own {
			t.Errorf("fed: have %g CPUs, want %g", have, own)
		}
	}
}

// wantRule wants a rule to be in force from its apply to its lift, which is safe before and
// twice, to be counted also afterwards, and to leave nothing.
func wantRule(t *testing.T, l lab.Lab, node string) {
	t.Helper()
	call := func(name string, in, out any) {
		t.Helper()
		must(t, l.Switchboard().Call(t.Context(), name, in, out))
	}
	tally := &link.Tally{Unit: "packets"}
	rule := link.Rule{Name: "contract", Links: linksTo(t, l, node), Tally: tally}
	now := func() (at int64) {
		t.Helper()
		call("clock", nil, &at)
		return at
	}
	in := func(what string, before int64, b link.Bracket) {
		t.Helper()
		if after := now(); b.Before < before || b.After < b.Before || b.After > after {
			t.Errorf("%s: %+v, between %d and %d", what, b, before, after)
		}
	}
	active := func(want bool) {
		t.Helper()
		var c link.Count
		before := now()
		call("count", rule.Name, &c)
		in("count", before, link.Bracket{Before: c.At, After: c.At})
		var left []string
		call("leftover", nil, &left)
		if c.Active != want || len(left) > 0 != want {
			t.Errorf("in force: have %t, left over %q, want %t", c.Active, left, want)
		}
	}
	var b link.Bracket
	call("lift", rule.Name, &b)
	active(false)
	before := now()
	call("apply", rule, &b)
	in("apply", before, b)
	active(true)
	before = now()
	call("lift", rule.Name, &b)
	in("lift", before, b)
	active(false)
	call("lift", rule.Name, &b)
	active(false)
}

// wantLines wants what a target writes once it is asked for a page, over two of its lives,
// with instants that the load node's two clocks enclose, and an end with its listener.
func wantLines(t *testing.T, l lab.Lab, node string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	lines, ended := make(chan lab.Line, 1000), make(chan error, 1)
	go func() {
		ended <- l.Follow(ctx, node, func(line lab.Line) {
			select {
			case lines <- line:
			default: // more than are looked at
			}
		})
	}()
	for _, begin := range []func(context.Context, string) error{
		func(context.Context, string) error { return nil }, l.Kill,
	} {
		must(t, begin(t.Context(), node))
		must(t, l.Start(t.Context(), node))
		before := wallOf(t, l)
		line := asked(t, l, node, lines)
		if after := wallOf(t, l); line.Text == "" || len(line.Text) > lab.MostLine ||
			line.At < before || line.At > after {
			t.Errorf("%+v, between %d and %d", line, before, after)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// wallOf is the wall clock that lines are stamped by.
func wallOf(t *testing.T, l lab.Lab) int64 {
	t.Helper()
	var w wire.Wall
	must(t, l.Load().Call(t.Context(), "wall", nil, &w))
	if w.Before <= 0 || w.After < w.Before || w.At <= 0 {
		t.Errorf("wall clock: %+v", w)
	}
	return w.At
}

// asked asks a target for a page until it writes a line: one that has just begun may not
// answer yet.
func asked(t *testing.T, l lab.Lab, node string, lines <-chan lab.Line) lab.Line {
	t.Helper()
	for len(lines) > 0 {
		<-lines
	}
	_, port, _ := strings.Cut(linksTo(t, l, node)[0], "-> "+node+":")
	check := load.Check{Name: "contract", Timeout: time.Second,
		HTTP: &load.HTTPProbe{URL: secret.Text("http://" + node + ":" + port + "/")}}
	for range 30 {
		var a load.Answer
		must(t, l.Load().Call(t.Context(), "knock", check, &a))
		select {
		case line := <-lines:
			return line
		case <-time.After(time.Second):
		}
	}
	t.Fatalf("%s writes nothing", node)
	return lab.Line{}
}

// linksTo are the links that end at a node.
func linksTo(t *testing.T, l lab.Lab, node string) (ids []string) {
	t.Helper()
	var all []link.Traffic
	must(t, l.Switchboard().Call(t.Context(), "traffic", nil, &all))
	for _, x := range all {
		if strings.Contains(x.Link, "-> "+node+":") {
			ids = append(ids, x.Link)
		}
	}
	if len(ids) == 0 {
		t.Fatalf("no link leads to %s: %+v", node, all)
	}
	return ids
}

// wantEnvironment wants commands to be given run and fault.
func wantEnvironment(t *testing.T, l lab.Lab, node string) {
	t.Helper()
	all := l.Environment("outage", []string{node})
	run := slices.ContainsFunc(all, func(e string) bool {
		return strings.HasPrefix(e, "STORMDRILL_RUN=") && !strings.HasSuffix(e, "=")
	})
	if !run || !slices.Contains(all, "STORMDRILL_FAULT=outage") {
		t.Errorf("environment %q", all)
	}
}

// wantNoLoss wants ends that were asked for not to be reported as losses.
func wantNoLoss(t *testing.T, l lab.Lab) {
	t.Helper()
	if _, err := l.Strays(t.Context()); err != nil {
		t.Errorf("strays: %v", err)
	}
	select {
	case err := <-l.Lost():
		t.Errorf("reported as a loss: %v", err)
	default:
	}
}

// overWithin is how long a conversation may take to end.
const overWithin = time.Minute

// closeTwice wants a lab to close, twice, and both conversations to be over then.
func closeTwice(t *testing.T, l lab.Lab) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	for range 2 {
		if err := l.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	for _, p := range []*wire.Peer{l.Switchboard(), l.Load()} {
		select {
		case <-p.Done():
		case <-time.After(overWithin):
			t.Error("a conversation goes on after its lab was closed")
		}
		if err := p.Call(ctx, "clock", nil, nil); !errors.Is(err, wire.ErrGone) {
			t.Errorf("a call after the close: %v", err)
		}
	}
}
