package run

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// ackKey begins a line that acknowledges, where the drill is run; what follows is a note.
const ackKey = "a"

// listenForKeys takes what is typed where the drill is run for acknowledgements, where a
// person is waited for, until it is stopped.
func (d *Drill) listenForKeys() (stop func()) {
	if !d.awaited || d.Typed == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	lines := d.Typed()
	done.Go(func() { d.takeKeys(ctx, lines, watch.Acknowledge) })
	return func() { cancel(); done.Wait() }
}

// takeKeys acknowledges for each line that says so, as stormdrill ack does.
func (d *Drill) takeKeys(ctx context.Context, lines <-chan string,
	ack func(ctx context.Context, run, note string) (string, []string, error)) {
	for len(lines) > 0 {
		<-lines // typed before any watcher waited
	}
	for {
		var line string
		select {
		case <-ctx.Done():
			return
		case l, more := <-lines:
			if !more {
				return
			}
			line = strings.TrimSpace(l)
		}
		key, note, _ := strings.Cut(line, " ")
		switch {
		case line == "":
			continue
		case !strings.EqualFold(key, ackKey):
			d.say("not-understood", "not understood; to acknowledge: "+ackKey+
				" and Enter, a note in between", "key", ackKey)
			continue
		}
		if _, _, err := ack(ctx, d.ID(), strings.TrimSpace(note)); err != nil &&
			!errors.Is(err, context.Canceled) {
			d.say("not-acknowledged", fmt.Sprintf("not acknowledged: %v", err),
				"error", err.Error())
		}
	}
}
