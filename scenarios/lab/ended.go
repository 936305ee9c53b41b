package lab

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// EndedError is a container of the drill that ended though no fault wanted it to.
type EndedError struct {
	What    string // "target app-1", "load node"
	Code    int    // exit status; −1: not known
	OOM     bool   // the kernel has killed one of its processes for want of memory
	Removed bool   // somebody else is removing it, or has
	Signal  string // that somebody else had the engine send it; empty: none
	Said    string // the end of its log
}

func (e *EndedError) Error() string {
	how := fmt.Sprintf("its process ended with exit status %d", e.Code)
	switch killed := signal(e.Code - 128); {
	case e.Removed:
		how = "somebody else removed its container (docker rm, a pruning job, or stormdrill clean --all)"
	case e.OOM:
		how = fmt.Sprintf("the kernel killed it for want of memory (OOM, exit status %d): give it more (memory:), or look for what it does with it", e.Code)
	case e.Signal != "":
		how = fmt.Sprintf("somebody else had the engine send it %s (exit status %d)", e.Signal, e.Code)
	case e.Code < 0:
		how = "its process ended, and the engine does not say how"
	case killed != "":
		how = fmt.Sprintf("its process was killed by %s (exit status %d), and the engine was not asked to", killed, e.Code)
	}
	return fmt.Sprintf("%s: %s, though no fault wanted it to end; the end of its log:\n%s", e.What, how, e.Said)
}

// EngineError is the engine, or the way to it, being gone amid the drill.
type EngineError struct{ Err error }

func (e *EngineError) Error() string {
	return fmt.Sprintf("the engine no longer answers (%v): what of the drill it still holds, stormdrill clean removes once it is back", e.Err)
}

// Unwrap gives the cause.
func (e *EngineError) Unwrap() error { return e.Err }

// SilentError is a node of the drill's own that runs and does not answer.
type SilentError struct {
	What string // "load node"
	Err  error
}

func (e *SilentError) Error() string {
	return fmt.Sprintf("%s: it does not answer (%v): is it frozen, or the machine out of memory or CPU time?", e.What, e.Err)
}

// Unwrap gives the cause.
func (e *SilentError) Unwrap() error { return e.Err }

// LogError is a target's log that cannot be kept.
type LogError struct {
	What string
	Err  error
}

func (e *LogError) Error() string {
	cure := ""
	if full(e.Err) {
		cure = ": make room, or give run another --out"
	}
	return fmt.Sprintf("%s: its log cannot be kept: %v%s", e.What, e.Err, cure)
}

// Unwrap gives the cause.
func (e *LogError) Unwrap() error { return e.Err }

// life is a container's process, from one start to its end.
type life struct {
	id     string
	wished bool          // to end: a fault wanted it, or it never began
	logged chan struct{} // closed when all it wrote has come; nil: nothing is followed
}

// nextExit asks for a container's next end. It has to be asked before the start: the
// engine then tells of an end that comes at once.
func (l *Lab) nextExit(id string) client.ContainerWaitResult {
	return l.engine.ContainerWait(l.living, id, client.ContainerWaitOptions{Condition: container.WaitConditionNextExit})
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
		next = l.engine.ContainerWait(l.living, id, client.ContainerWaitOptions{Condition: container.WaitConditionNotRunning})
	}
}

// goneWithin is how long an engine may take to say that it is there.
const goneWithin = 3 * time.Second

// gone says whether the engine no longer answers.
func (l *Lab) gone() error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(l.living), goneWithin)
	defer cancel()
	if _, err := l.engine.Ping(ctx, client.PingOptions{}); err != nil {
		return &EngineError{err}
	}
	return nil
}

// logWithin is how long the end of a log may come after the end of who wrote it.
const logWithin = time.Second

// ended tells of a target's end, unless a fault wanted it; that may be known only after
// the next life has begun.
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
func (l *Lab) autopsy(id string, code int) *EndedError {
	e := &EndedError{Code: code}
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

// nodeEnded tells of the end of a conversation with a node of our own. Its container
// removes itself: what the engine told of it before is all that is to be had.
func (l *Lab) nodeEnded(role, id string, conversation error, next client.ContainerWaitResult, said *tail) {
	if errors.Is(conversation, wire.ErrSilent) {
		if gone := l.gone(); gone != nil {
			l.lose(gone)
			return
		}
		l.lose(&SilentError{role + " node", wire.ErrSilent})
		return
	}
	e := &EndedError{What: role + " node", Code: -1}
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
