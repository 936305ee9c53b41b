package watch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strconv"
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

// StartLocal starts those of the detectors that are local. Times are read from
// now, the record's clock; what they find goes to answer and deliver, which
// must be safe for concurrent use.
func StartLocal(all map[string]*Config, now func() int64, answer func(loadgen.Answer), deliver func(loadgen.Delivery)) (*Local, error) {
	ctx, stop := context.WithCancel(context.Background())
	l := &Local{stop: stop}
	for name, c := range all {
		switch {
		case c.Command != nil:
			l.busy.Go(func() { c.Command.ask(ctx, name, now, answer) })
		case c.Webhook != nil && c.Webhook.Loopback:
			if err := l.listen(name, c.Webhook, now, deliver); err != nil {
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

func (l *Local) listen(name string, h *Webhook, now func() int64, deliver func(loadgen.Delivery)) error {
	at, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(h.Port)))
	if err != nil {
		return fmt.Errorf("watch %s: %w: choose another port", name, err)
	}
	mux := http.NewServeMux()
	path := h.Path
	if path == "" {
		path = "/"
	}
	mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
		d := loadgen.Delivery{Hook: name, At: now()}
		body, _ := io.ReadAll(io.LimitReader(r.Body, loadgen.MostDelivery)) // what arrived of a broken one still arrived
		d.Body = string(body)
		deliver(d)
		w.WriteHeader(http.StatusNoContent)
	})
	s := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	l.servers = append(l.servers, s)
	l.busy.Go(func() { _ = s.Serve(at) })
	return nil
}

func orElse(d, other time.Duration) time.Duration {
	if d == 0 {
		return other
	}
	return d
}
