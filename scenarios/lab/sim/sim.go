package sim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios/lab"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Ground is where such labs are. In those of its zero value all is well until a fault is in
// force, and then its share of the users who can meet it feels it.
type Ground struct {
	// Ask says what becomes of a request; nil: Felt. It must not ask anything of the lab.
	Ask func(Request) Outcome
	// Check says whether the answer to a watcher's question is good; nil: Noticed. It must
	// not ask anything of the lab either.
	Check func(load.Check, State) bool
	// Switchboard and Load are where these nodes are; zero: on the CLI's machine.
	Switchboard, Load Place
	// Refuse fails the start of "switchboard", "load node" or "targets"; nil: none fails.
	Refuse func(what string) error
}

// Place is where a node is, as seen from the CLI.
type Place struct {
	// Ahead is how far its clock is ahead of the CLI's.
	Ahead time.Duration
	// There and Back are how long a line takes to the node, and from it.
	There, Back time.Duration
}

// now is the place's clock.
func (p Place) now() int64 { return wire.Now() + int64(p.Ahead) }

var (
	_ lab.Ground = Ground{}
	_ lab.Lab    = (*Lab)(nil)
)

// Room is a subnet; nothing else could have it.
func (Ground) Room(context.Context) (netip.Prefix, error) {
	return netip.MustParsePrefix("198.18.0.0/22"), nil
}

// Reap has nothing to do: of a lab in memory nothing is left.
func (Ground) Reap(context.Context, string) error { return nil }

// Clean finds nothing.
func (Ground) Clean(context.Context, bool) ([]lab.Dead, error) { return nil, nil }

// Sweep finds nothing.
func (Ground) Sweep(context.Context) ([]lab.Dead, error) { return nil, nil }

// Doctor finds what there is.
func (Ground) Doctor(_ context.Context, tell func(lab.Finding)) {
	tell(lab.Finding{What: link.Text{English: "memory"}, OK: true, Needed: true,
		Detail: link.Text{English: "there is some"},
		Means:  link.Text{English: "A drill in memory needs nothing else."}})
}

// Start starts a lab.
func (g Ground) Start(ctx context.Context, o lab.Options) (lab.Lab, error) {
	l := &Lab{ground: g, o: o, lost: make(chan error, 1), closed: make(chan struct{}),
		nodes: map[string]*node{}, rules: map[string]*rule{}, floods: map[string]*rule{},
		logs: map[string][]chan lab.Line{}}
	for _, n := range o.Plan.Nodes {
		l.nodes[n.Name] = newNode(n)
	}
	for _, step := range []struct {
		what string
		do   func()
	}{
		{"switchboard", func() {
			l.switchboard = l.serve("switchboard", g.Switchboard, l.boardCalls())
		}},
		{"load node", func() { l.load = l.serve("load", g.Load, l.loadCalls()) }},
		{"targets", func() {}},
	} {
		if o.Progress != nil {
			o.Progress(timeline.Note{Text: "starting " + step.what})
		}
		if g.Refuse != nil {
			if err := g.Refuse(step.what); err != nil {
				return nil, errors.Join(fmt.Errorf("%s: %w", step.what, err), l.Close(ctx))
			}
		}
		step.do()
	}
	return l, nil
}

// Lab is a drill's nodes.
type Lab struct {
	ground            Ground
	o                 lab.Options
	switchboard, load *wire.Peer
	serving           sync.WaitGroup
	board             func(event string, body any) error // emits what the switchboard sees
	lost              chan error
	closing           sync.Once
	closed            chan struct{}

	mu            sync.Mutex
	logs          map[string][]chan lab.Line // the followers of each target's
	nodes         map[string]*node           // targets
	rules, floods map[string]*rule           // by the names they were given
	users         *users                     // at work; nil: none
}

// calls are what a node answers; events of its own go by emit.
type calls func(emit func(event string, body any) error) map[string]wire.Handler

// serve starts a node, and gives the other side of the conversation with it.
func (l *Lab) serve(name string, at Place, all calls) *wire.Peer {
	in, commands := io.Pipe()
	events, out := io.Pipe()
	server := wire.NewServer(way{out, at.Back})
	server.Names = wire.Named("apply", "lift", "count", "flood", "stop-flood", "flooded")
	server.Now = at.now
	handlers := all(server.Emit)
	l.serving.Go(func() {
		_ = server.Serve(context.Background(), in, handlers) // its end is the caller's
		_ = out.Close()
	})
	return wire.NewPeer(events, way{commands, at.There}, func(event string, body json.RawMessage) {
		if l.o.Events != nil {
			l.o.Events(name, event, body)
		}
	})
}

// way is one between CLI and node, of a length in time.
type way struct {
	io.WriteCloser
	takes time.Duration
}

// Write takes a line there.
func (w way) Write(line []byte) (int, error) {
	if w.takes > 0 {
		time.Sleep(w.takes)
	}
	return w.WriteCloser.Write(line)
}

// Switchboard is the conversation with the switchboard.
func (l *Lab) Switchboard() *wire.Peer { return l.switchboard }

// Load is the conversation with the load node.
func (l *Lab) Load() *wire.Peer { return l.load }

// Lost reports what End has ended.
func (l *Lab) Lost() <-chan error { return l.lost }

// End ends a target that no fault wanted to end.
func (l *Lab) End(target string) {
	_ = l.change(target, func(n *node) { n.running = false })
	select {
	case l.lost <- &lab.EndedError{What: "target " + target, Code: 1, Said: "  (it said nothing)"}:
	default: // of several, the first
	}
}

// Strays are none: there is no way round the switchboard.
func (l *Lab) Strays(context.Context) (timeline.Strays, error) { return timeline.Strays{}, nil }

// Environment names the run and the fault.
func (l *Lab) Environment(fault string, _ []string) []string {
	return []string{"STORMDRILL_RUN=" + l.o.Plan.Run, "STORMDRILL_FAULT=" + fault}
}

// Facts are that there is nothing but this process.
func (l *Lab) Facts(context.Context) (lab.Facts, error) {
	f := lab.Facts{Engine: lab.Engine{Name: "memory", System: runtime.GOOS,
		Architecture: runtime.GOARCH, CPUs: runtime.NumCPU()}}
	for _, name := range []string{"switchboard", "load"} {
		f.Nodes = append(f.Nodes, lab.Node{Name: name, Digests: []string{}, Files: []lab.File{}})
	}
	for _, n := range l.o.Plan.Nodes {
		f.Nodes = append(f.Nodes, lab.Node{Name: n.Name, Image: n.Spec.Image,
			Digests: []string{}, Files: []lab.File{}})
	}
	return f, nil
}

// Close ends both conversations, and the users with them. It is safe twice.
func (l *Lab) Close(context.Context) error {
	l.closing.Do(func() { close(l.closed) })
	for _, p := range []*wire.Peer{l.load, l.switchboard} {
		if p != nil {
			_ = p.Close()
		}
	}
	l.serving.Wait()
	for _, p := range []*wire.Peer{l.load, l.switchboard} {
		if p != nil {
			<-p.Done()
		}
	}
	l.stopUsers()
	return nil
}
