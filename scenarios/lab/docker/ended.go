package docker

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios/lab"
)

// life is a container's process, from one start to its end.
type life struct {
	id     string
	wished bool          // to end: a fault wanted it, or it never began
	logged chan struct{} // closed when all it wrote has come; nil: nothing is followed
}

// nextExit asks for a container's next end. It has to be asked before the start: the engine
// then reports an end that comes at once.
func (l *Lab) nextExit(id string) client.ContainerWaitResult {
	return l.engine.ContainerWait(l.living, id,
		client.ContainerWaitOptions{Condition: container.WaitConditionNextExit})
}

// exit waits for what nextExit asked for, also where the connection that it came by is
// lost and the container lives on. Where the engine is gone, it says so; code is −1 where
// the container is gone before it could be asked.
func (l *Lab) exit(id string, next client.ContainerWaitResult) (code int, err error) {
	for {
		select {
		case r := <-next.Result:
			return int(r.StatusCode), nil
		case err = <-next.Error:
		}
		if l.living.Err() != nil {
			return -1, err
		}
		if gone := l.gone(); gone != nil {
			return -1, gone
		}
		c, failed := l.engine.ContainerInspect(l.living, id, client.ContainerInspectOptions{})
		switch {
		case errdefs.IsNotFound(failed):
			return -1, nil
		case failed == nil && !c.Container.State.Running:
			return c.Container.State.ExitCode, nil
		}
		time.Sleep(readyEvery) // no second try in the same breath
		next = l.engine.ContainerWait(l.living, id,
			client.ContainerWaitOptions{Condition: container.WaitConditionNotRunning})
	}
}

// goneWithin is how long an engine may take to say that it is there.
const goneWithin = 3 * time.Second

// gone says whether the engine no longer answers.
func (l *Lab) gone() error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(l.living), goneWithin)
	defer cancel()
	if _, err := l.engine.Ping(ctx, client.PingOptions{}); err != nil {
		return &lab.EngineError{Err: err}
	}
	return nil
}

// logWithin is how long the end of a log may come after the end of its writer.
const logWithin = time.Second

// ended reports a target's end, unless a fault caused it; that may be known only after the
// next life has begun.
func (l *Lab) ended(node string, past *life, code int, failed error) {
	l.mu.Lock()
	wished := past.wished
	l.mu.Unlock()
	switch {
	case wished, l.living.Err() != nil:
	case failed != nil:
		l.lose(failed)
	default:
		select {
		case <-past.logged:
		case <-time.After(logWithin):
		}
		e := l.autopsy(past.id, code)
		e.What, e.Said = "target "+node, l.tailOf(node)
		l.lose(e)
	}
}

// autopsy asks the engine what a container died of.
func (l *Lab) autopsy(id string, code int) *lab.EndedError {
	e := &lab.EndedError{Code: code}
	l.mu.Lock()
	if seen := l.seen[id]; seen != nil {
		e.OOM, e.Signal = seen.oom, seen.signal
	}
	l.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(l.living), goneWithin)
	defer cancel()
	c, err := l.engine.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
	switch {
	case errdefs.IsNotFound(err):
		e.Removed = true
	case err == nil:
		e.OOM = e.OOM || c.Container.State.OOMKilled
		e.Removed = c.Container.State.Status == container.StateRemoving || c.Container.State.Dead
	}
	return e
}

// nodeEnded reports the end of a conversation with a node of our own. Its container removes
// itself: what the engine reported of it before is all that is to be had.
func (l *Lab) nodeEnded(role, id string, conversation error, next client.ContainerWaitResult,
	said *tail) {
	if errors.Is(conversation, wire.ErrSilent) {
		if gone := l.gone(); gone != nil {
			l.lose(gone)
			return
		}
		l.lose(&lab.SilentError{What: role + " node", Err: wire.ErrSilent})
		return
	}
	e := &lab.EndedError{What: role + " node", Code: -1}
	select {
	case r := <-next.Result:
		e.Code = int(r.StatusCode)
	case <-next.Error:
		if gone := l.gone(); gone != nil {
			l.lose(gone)
			return
		}
	case <-time.After(logWithin):
	}
	l.mu.Lock()
	if seen := l.seen[id]; seen != nil {
		e.OOM, e.Signal = seen.oom, seen.signal
	}
	l.mu.Unlock()
	e.Said = "  (it said nothing)"
	if text := said.text(); text != "" {
		e.Said = "  " + strings.ReplaceAll(text, "\n", "\n  ")
	}
	l.lose(e)
}
