package sim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"sync"
	"time"

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
	// Ahead is how far the nodes' clock is ahead of the CLI's.
	Ahead time.Duration
	// Refuse fails the start of "switchboard", "load node" or "targets"; nil: none fails.
	Refuse func(what string) error
}

var (
	_ lab.Ground = Ground{}
	_ lab.Lab    = (*Lab)(nil)
)

// Room is a subnet; there is nobody that it could be taken from.
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
	tell(lab.Finding{What: "memory", OK: true, Needed: true})
}

// Start starts a lab.
func (g Ground) Start(ctx context.Context, o lab.Options) (lab.Lab, error) {
	l := &Lab{ground: g, o: o, lost: make(chan error, 1), nodes: map[string]*node{},
		rules: map[string]*rule{}, floods: map[string]*rule{}}
	for _, n := range o.Plan.Nodes {
		l.nodes[n.Name] = newNode(n)
	}
	for _, step := range []struct {
		what string
		do   func()
	}{
		{"switchboard", func() { l.switchboard = l.serve("switchboard", l.boardCalls()) }},
		{"load node", func() { l.load = l.serve("load", l.loadCalls()) }},
		{"targets", func() {}},
	} {
		if o.Progress != nil {
			o.Progress("starting " + step.what)
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
	lost              chan error

	mu            sync.Mutex
	nodes         map[string]*node // targets
	rules, floods map[string]*rule // by the names they were given
	users         *users           // at work; nil: none
}

// now is the nodes' clock.
func (l *Lab) now() int64 { return wire.Now() + int64(l.ground.Ahead) }

// calls are what a node answers; what it tells by itself goes by tell.
type calls func(tell func(event string, body any) error) map[string]wire.Handler

// serve starts a node, and gives the other side of the conversation with it.
func (l *Lab) serve(name string, all calls) *wire.Peer {
	in, commands := io.Pipe()
	events, out := io.Pipe()
	server := wire.NewServer(out)
	server.Names = wire.Named("apply", "lift", "count", "flood", "ebb", "flooded")
	server.Now = l.now
	l.serving.Go(func() {
		_ = server.Serve(context.Background(), in, all(server.Tell)) // its end is the caller's
		_ = out.Close()
	})
	return wire.NewPeer(events, commands, func(event string, body json.RawMessage) {
		if l.o.Events != nil {
			l.o.Events(name, event, body)
		}
	})
}

// Switchboard is the conversation with the switchboard.
func (l *Lab) Switchboard() *wire.Peer { return l.switchboard }

// Load is the conversation with the load node.
func (l *Lab) Load() *wire.Peer { return l.load }

// Lost tells of what End has ended.
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

// Close ends both conversations, and the users with them. It is safe twice.
func (l *Lab) Close(context.Context) error {
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
