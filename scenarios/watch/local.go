package watch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/faults/commands"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
)

// Local runs the detectors that live on the CLI's own machine: commands, and
// webhooks on its loopback.
type Local struct {
	stop    context.CancelFunc
	busy    sync.WaitGroup
	servers []*http.Server
}

// Hearing takes what local detectors find. All of it must be safe for concurrent use.
type Hearing struct {
	Now     func() int64 // the record's clock
	Answer  func(load.Answer)
	Deliver func(load.Delivery)
	Waits   func(watcher, url string) // where a webhook waits, before its first notification
	Refused func(watcher, why string) // what was sent there and is no notification; each reason once
}

// StartLocal starts those of the detectors that are local.
func StartLocal(all map[string]*Config, hear Hearing) (*Local, error) {
	ctx, stop := context.WithCancel(context.Background())
	l := &Local{stop: stop}
	for name, c := range all {
		switch {
		case c.Command != nil:
			l.busy.Go(func() { c.Command.ask(ctx, name, hear.Now, hear.Answer) })
		case c.Webhook != nil && c.Webhook.Loopback:
			if err := l.listen(name, c.Webhook, hear); err != nil {
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

// ask runs the command every Every, on an absolute grid; a run that takes
// longer makes the next wait for its turn.
func (c *Command) ask(ctx context.Context, name string, now func() int64, answer func(load.Answer)) {
	every := orElse(c.Every, time.Second)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		a := load.Answer{Check: name, Start: now()}
		a.Good, a.Known, a.Detail = c.once(ctx)
		a.End = now()
		if ctx.Err() != nil {
			return
		}
		answer(a)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// once runs the program as a fault's own commands are run: in a process group of its own,
// which is ended with it, of what it says only the end kept. Known unless it could not be
// started; one that does not end in time counts as bad.
func (c *Command) once(ctx context.Context) (good, known bool, detail string) {
	limit := orElse(c.Timeout, 10*time.Second)
	said, err := commands.Command{Args: c.Run, Within: limit}.Once(ctx)
	switch {
	case errors.Is(err, commands.ErrLate):
		return false, true, "took too long"
	case errors.Is(err, commands.ErrNotStarted):
		return false, false, secret.Hide(err.Error(), c.Run...)
	case err != nil: // ended by a signal
		return false, true, secret.Hide(err.Error(), c.Run...)
	case said.Status == 0:
		return true, true, "exit 0"
	}
	words := append(strings.Split(said.Out, "\n")[:1], strings.Split(said.Err, "\n")[0])
	return false, true, strings.TrimSpace(fmt.Sprintf("exit status %d: %s", said.Status, firstLine(secret.Hide(strings.TrimSpace(strings.Join(words, " ")), c.Run...))))
}

// mostWords is how much is kept of what a command said, bytes.
const mostWords = 200

func firstLine(line string) string { return strings.ToValidUTF8(line[:min(len(line), mostWords)], "") }

func orElse(d, other time.Duration) time.Duration {
	if d == 0 {
		return other
	}
	return d
}
