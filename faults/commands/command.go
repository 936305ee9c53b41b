// Package commands runs the commands of a drill's own on the machine of the CLI,
// and keeps the pending lifts: of faults that were injected and not lifted. It lives in a process
// that outlives the CLI, which asks it over a pipe, so that what was begun is ended and
// what was done is undone, however the CLI ends.
package commands

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults/secret"
)

// Command is one program with its arguments.
type Command struct {
	Args   []secret.Text `json:"args"`
	Env    []secret.Text `json:"env"`    // NAME=value, besides what this process has
	Within time.Duration `json:"within"` // then it is ended, with its whole process group
}

// Said is how a command ended, and what it said.
type Said struct {
	Status int    `json:"status"`
	Out    string `json:"out"` // the end of it, some KiB
	Err    string `json:"err"`
}

// lingers is how long a process that a command leaves behind may hold on to its
// output: what the command was to do is done.
const lingers = time.Second

// run runs a command to its end. Its error is for one that could not be started,
// that ran out of time, or was ended by a signal.
func (c Command) run(ctx context.Context) (Said, error) {
	var g group
	defer g.close()
	return c.runAs(ctx, &g)
}

func (c Command) runAs(ctx context.Context, g *group) (Said, error) {
	if len(c.Args) == 0 {
		return Said{}, errors.New("no program is named")
	}
	args, err := revealed(c.Args)
	if err != nil {
		return Said{}, because{ErrNotStarted, err}
	}
	env, err := revealed(c.Env)
	if err != nil {
		return Said{}, because{ErrNotStarted, err}
	}
	bounded, cancel := context.WithTimeout(ctx, c.Within)
	defer cancel()
	var out, complaint tail
	cmd := exec.CommandContext(bounded, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = &out, &complaint
	g.take(cmd)
	cmd.WaitDelay = lingers
	if err = cmd.Start(); err != nil {
		return Said{}, because{ErrNotStarted, c.failed(err.Error(), Said{})}
	}
	g.began()
	err = cmd.Wait()
	said := Said{Out: out.String(), Err: complaint.String()}
	var exit *exec.ExitError
	switch {
	case err == nil, errors.Is(err, exec.ErrWaitDelay):
		return said, nil
	case ctx.Err() != nil:
		return said, c.failed("ended before it was done", said)
	case bounded.Err() != nil:
		return said, because{ErrLate, c.failed(fmt.Sprintf("not done within %s, and ended with "+
			"all its processes", c.Within),
			said)}
	case errors.As(err, &exit) && exit.ExitCode() >= 0:
		said.Status = exit.ExitCode()
		return said, nil
	}
	return said, c.failed(err.Error(), said)
}

// revealed are words with their secrets, which this process has in its environment.
func revealed(words []secret.Text) (all []string, err error) {
	for _, w := range words {
		v, err := w.Reveal()
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// Once runs a command that asks something and is to leave nothing: whatever of its process
// group is still there when it has ended is ended, too. Its error is ErrNotStarted, ErrLate
// or of a signal.
func (c Command) Once(ctx context.Context) (Said, error) {
	var g group
	defer g.close()
	said, err := c.runAs(ctx, &g)
	if g.begun {
		_ = g.kill() // none is there, mostly
	}
	return said, err
}

// What keeps a command from ending by itself.
var (
	ErrNotStarted = errors.New("could not be started")
	ErrLate       = errors.New("not done in time")
)

// because is an error with its kind, which its text says already.
type because struct {
	kind error
	error
}

func (b because) Unwrap() error { return b.kind }

// done is run for a command that has to end with status 0.
func (c Command) done(ctx context.Context) error {
	said, err := c.run(ctx)
	if err == nil && said.Status != 0 {
		err = c.failed(fmt.Sprintf("exit status %d", said.Status), said)
	}
	return err
}

// failed says what became of a command, in its own words where it had any.
func (c Command) failed(how string, said Said) error {
	words := said.Err
	if words == "" {
		words = said.Out
	}
	if words == "" {
		return fmt.Errorf("%s: %s", c.Args[0], how)
	}
	return fmt.Errorf("%s: %s: %s", c.Args[0], how, strings.Join(strings.Split(words, "\n"), "; "))
}

// tail keeps the last of what is written to it.
type tail struct{ b []byte }

// mostTail is how much a tail keeps.
const mostTail = 2 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.b = append(t.b, p...)
	t.b = t.b[max(0, len(t.b)-mostTail):]
	return len(p), nil
}

func (t *tail) String() string { return string(bytes.TrimSpace(t.b)) }
