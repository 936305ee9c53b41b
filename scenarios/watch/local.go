package watch

import (
	"context"
	"errors"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen"
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
	Answer  func(loadgen.Answer)
	Deliver func(loadgen.Delivery)
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
func (c *Command) ask(ctx context.Context, name string, now func() int64, answer func(loadgen.Answer)) {
	every := orElse(c.Every, time.Second)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		a := loadgen.Answer{Check: name, Start: now()}
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

// once runs the program: known unless it could not be started. One that does
// not end in time is killed and counts as bad.
func (c *Command) once(ctx context.Context) (good, known bool, detail string) {
	ctx, cancel := context.WithTimeout(ctx, orElse(c.Timeout, 10*time.Second))
	defer cancel()
	var words []string
	for _, w := range c.Run {
		word, err := w.Reveal()
		if err != nil {
			return false, false, err.Error()
		}
		words = append(words, word)
	}
	defer func() { detail = secret.Hide(detail, c.Run...) }()
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.WaitDelay = time.Second // a grandchild may hold its output open
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return true, true, "exit 0"
	case ctx.Err() != nil:
		return false, true, "took too long"
	case errors.As(err, &exit):
		return false, true, strings.TrimSpace(exit.Error() + ": " + firstLine(out))
	}
	return false, false, err.Error()
}

func firstLine(b []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(b)), "\n")
	return line[:min(len(line), 200)]
}

func orElse(d, other time.Duration) time.Duration {
	if d == 0 {
		return other
	}
	return d
}
