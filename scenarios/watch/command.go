package watch

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults/commands"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Command runs a program on the machine of the CLI; exit status 0 is good.
type Command struct {
	Run   []secret.Text `yaml:"run" jsonschema:"required"` // the program and its arguments
	Every time.Duration `yaml:"every"`                     // between two questions; default 1s
	// then it is ended, and the answer bad; default 10s
	Timeout time.Duration `yaml:"timeout"`
	// bad answers in a row that are an alarm; default 1
	Fails int `yaml:"fails"`
	// good answers in a row that end it; default 1
	Oks int `yaml:"oks"`
}

// Traits: it runs on the CLI's machine.
func (*Command) Traits() timeline.WatcherTraits { return timeline.WatcherTraits{Local: true} }

// Plan checks that there is something to run, and that it may be shown.
func (c *Command) Plan(p Planner) {
	if len(c.Run) == 0 {
		p.Problem("run", `command: want the program and its arguments, `+
			`such as run: [curl, -f, "http://…"]`)
		return
	}
	if c.Run[0].Secret() {
		p.Problem("run", "command: the program is shown: write it out, without ${env:…}")
	}
	p.InARow(c.Fails, c.Oks)
	p.Runs(secret.Line(c.Run), orElse(c.Every, DefaultEvery))
}

// Start runs it, until the context ends.
func (c *Command) Start(l *Local, name string, sink Sink) error {
	l.busy.Go(func() { c.ask(l.ctx, name, sink.Now, sink.Answer) })
	return nil
}

// ask runs the command every Every, on an absolute grid; a run that takes
// longer makes the next wait for its turn.
func (c *Command) ask(ctx context.Context, name string, now func() int64,
	answer func(load.Answer)) {
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
	return false, true, strings.TrimSpace(fmt.Sprintf("exit status %d: %s", said.Status,
		firstLine(secret.Hide(strings.TrimSpace(strings.Join(words, " ")), c.Run...))))
}

// mostWords is how much is kept of what a command said, bytes.
const mostWords = 200

func firstLine(line string) string {
	return strings.ToValidUTF8(line[:min(len(line), mostWords)], "")
}
