package watch

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// Local runs the detectors of the CLI itself: commands, webhooks on its loopback, the logs
// of targets, and persons.
type Local struct {
	ctx     context.Context // of those that run
	stop    context.CancelFunc
	busy    sync.WaitGroup
	servers []*http.Server
	hooks   map[int]*hooks // by port
	acks    *acks          // nil: no person is waited for
}

// Sink takes what local detectors find. All of it must be safe for concurrent use.
type Sink struct {
	Now     func() int64 // the record's clock
	Answer  func(load.Answer)
	Deliver func(load.Delivery)
	Waits   func(watcher, url string) // where a webhook waits, before its first notification
	// what was sent there and is no notification; each reason once
	Refused func(load.NoDelivery)
	// Lines gives what a target, or each of its replicas, writes from now on, as it comes, until
	// ctx ends; at is on the record's clock. The error is that it cannot.
	Lines func(ctx context.Context, target string, take func(node, text string, at int64)) error
	// Note is what a reader should know, and what it names: name and text by turns.
	Note func(watcher, text string, values ...string)
	// Run is the run's id, by which a person names it; Awaits says by which command they
	// acknowledge, and Acked that they did, for which watchers, in their own words.
	Run    string
	Awaits func(watcher, command string)
	Acked  func(watchers []string, note string)
}

// StartLocal starts those of the detectors that are local.
func StartLocal(all map[string]Kind, sink Sink) (*Local, error) {
	ctx, stop := context.WithCancel(context.Background())
	l := &Local{ctx: ctx, stop: stop, hooks: map[int]*hooks{}}
	for _, name := range slices.Sorted(maps.Keys(all)) { // of those at one address the first has it
		if x, ok := all[name].(interface {
			Start(l *Local, name string, sink Sink) error
		}); ok {
			if err := x.Start(l, name, sink); err != nil {
				l.Stop()
				return nil, err
			}
		}
	}
	return l, nil
}

// Stop ends all and waits for them.
func (l *Local) Stop() {
	l.stop()
	for _, s := range l.servers {
		_ = s.Close()
	}
	l.busy.Wait()
}

func orElse(d, other time.Duration) time.Duration {
	if d == 0 {
		return other
	}
	return d
}
