// Package docker turns a Plan into containers on a private network, and leaves
// nothing of it behind: network, switchboard, load node, targets.
package docker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/moby/moby/client"

	"github.com/stormdrill/stormdrill/faults/authority"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios/lab"
	"github.com/stormdrill/stormdrill/scenarios/lab/carry"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Labels of what a drill puts on the engine.
const (
	Label     = "org.stormdrill.run"  // on all that a run makes and removes: the run
	NodeLabel = "org.stormdrill.node" // on every container: the node's name
	// ledgerLabel is on the network: the file that says what was done to the world.
	ledgerLabel = "org.stormdrill.ledger"
)

// Lab is a drill's running containers.
type Lab struct {
	lab.Options
	engine      *client.Client
	image       string            // of our own nodes
	network     string            // its name
	builds      map[string]string // images that this run has built, by their source
	lacks       []string          // what it lacks of its walls, where that is allowed
	switchboard *wire.Peer
	load        *wire.Peer
	disks       *wire.Peer     // nil: no target has any
	ports       *carry.Client  // nil: none is published
	authority   authority.Pair // the drill's own
	lost        chan error
	living      context.Context // until the lab is closed
	die         context.CancelFunc
	watches     sync.WaitGroup // of those that look after containers
	logs        sync.WaitGroup

	mu      sync.Mutex
	ids     map[string]string     // containers of targets, by node
	lives   map[string]*life      // the latest of each target
	written map[string]*targetLog // by target
	seen    map[string]*seen      // by container
	made    []lab.Node            // in order of start
	losses  []error               // in the order of their news
	closing bool
}

// Start starts everything a plan needs and returns when all targets are ready.
// If it fails, nothing is left, and the error holds the tail of the failing
// target's log. lab.ErrNoEngine and lab.ErrSubnetTaken are told apart.
func Start(ctx context.Context, o lab.Options) (*Lab, error) {
	engine, err := connect(ctx)
	if err != nil {
		return nil, err
	}
	l := &Lab{Options: o, engine: engine, builds: map[string]string{},
		ids: map[string]string{}, lives: map[string]*life{},
		written: map[string]*targetLog{}, seen: map[string]*seen{}, lost: make(chan error, 1)}
	l.living, l.die = context.WithCancel(context.WithoutCancel(ctx))
	l.watches.Go(l.watchEngine)
	if err := l.start(ctx); err != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		return nil, errors.Join(err, l.Close(ctx))
	}
	return l, nil
}

func (l *Lab) start(ctx context.Context) (err error) {
	if err := os.MkdirAll(filepath.Join(l.Dir, "logs"), 0o755); err != nil {
		return err
	}
	if l.image, err = l.nodeImage(ctx); err != nil {
		return err
	}
	if l.authority, err = authority.New("Stormdrill, drill " + l.Plan.Run); err != nil {
		return err
	}
	now, subnet := wire.Now(), l.Plan.Subnet.String()
	for _, step := range []struct {
		what string
		say  timeline.Note
		do   func(context.Context) error
	}{
		{"network " + subnet, timeline.Noted(now, "starting-network", "starting network "+subnet,
			"subnet", subnet), l.startNetwork},
		{"switchboard", timeline.Noted(now, "starting-switchboard", "starting switchboard"),
			l.startSwitchboard},
		{"load node", timeline.Noted(now, "starting-load", "starting load node"), l.startLoad},
		// and before them their disks, and what is published
		{"targets", timeline.Noted(now, "starting-targets", "starting targets"), l.startTargets},
	} {
		l.report(step.say)
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	return nil
}

// say reports to the user what is being prepared, in English and by its kind.
func (l *Lab) say(kind, text string, values ...string) {
	l.report(timeline.Noted(wire.Now(), kind, text, values...))
}

func (l *Lab) report(step timeline.Note) {
	if l.Progress != nil {
		l.Progress(step)
	}
}

// Switchboard is the conversation with the switchboard.
func (l *Lab) Switchboard() *wire.Peer { return l.switchboard }

// Load is the conversation with the load node.
func (l *Lab) Load() *wire.Peer { return l.load }

// Lost reports, once, a container that ended and was not meant to.
func (l *Lab) Lost() <-chan error { return l.lost }

// Close removes the drill's containers and its network, and completes the
// logs. It is safe twice.
func (l *Lab) Close(ctx context.Context) error {
	l.mu.Lock()
	l.closing = true
	l.mu.Unlock()
	for _, p := range []*wire.Peer{l.load, l.disks, l.switchboard} {
		if p != nil {
			_ = p.Close() // the node sees the end of its stdin and goes
		}
	}
	if l.ports != nil {
		_ = l.ports.Close()
	}
	err := removeRun(ctx, l.engine, l.Plan.Run)
	if err != nil {
		l.die() // an engine that does not answer ends no stream either
	}
	l.logs.Wait()
	l.die()
	l.watches.Wait()
	l.completeLogs()
	return err
}

// together is how long the news of a loss waits for others: what ends one node ends
// others at once, and the news that says most may not come first.
const together = 500 * time.Millisecond

// lose reports an unwished end, once for all that ends at the same time.
func (l *Lab) lose(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closing {
		return
	}
	l.losses = append(l.losses, err)
	if len(l.losses) == 1 {
		time.AfterFunc(together, func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.lost <- worst(l.losses)
		})
	}
}

// worst is the loss that explains the others: the engine's, or that of a node of our own,
// or else the first.
func worst(all []error) error {
	for _, rank := range []func(error) bool{
		func(err error) bool { return as[*lab.EngineError](err) },
		func(err error) bool { return as[*lab.SilentError](err) },
		func(err error) bool {
			e := (*lab.EndedError)(nil)
			return errors.As(err, &e) && !strings.HasPrefix(e.What, "target ")
		},
	} {
		if i := slices.IndexFunc(all, rank); i >= 0 {
			return all[i]
		}
	}
	return all[0]
}

func as[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}
