package lab

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNoEngine is returned where nothing answers that could run a drill's nodes.
var ErrNoEngine = errors.New("no Docker engine answers: start one, or point DOCKER_HOST at it; " +
	"stormdrill doctor says more")

// ErrSubnetTaken is returned where another network took the subnet between Room and
// Start: make the plan again, for another.
var ErrSubnetTaken = errors.New("subnet taken")

// UncontainedError says what the drill's network lacks of its walls.
type UncontainedError struct {
	Lacks []string // each a sentence's beginning
}

// Error names all, and the cures.
func (e *UncontainedError) Error() string {
	return fmt.Sprintf("the engine does not close the drill's network: %s; use an engine that "+
		"does "+
		"(Docker 20.10 or newer, see stormdrill doctor), or allow it by --uncontained",
		strings.Join(e.Lacks, "; "))
}

// EndedError is a container of the drill that ended though no fault wanted it to.
type EndedError struct {
	What    string // "target app-1", "load node"
	Code    int    // exit status; −1: not known
	OOM     bool   // the kernel has killed one of its processes for want of memory
	Removed bool   // something else is removing it, or has
	Signal  string // that another client had the engine send it; empty: none
	Said    string // the end of its log
}

func (e *EndedError) Error() string {
	how := fmt.Sprintf("its process ended with exit status %d", e.Code)
	switch killed := Signal(e.Code - 128); {
	case e.Removed:
		how = "something else removed its container (docker rm, a pruning job, or stormdrill " +
			"clean --all)"
	case e.OOM:
		how = fmt.Sprintf("the kernel killed it for want of memory (OOM, exit status %d): give "+
			"it more (memory:), or look for what it does with it", e.Code)
	case e.Signal != "":
		how = fmt.Sprintf("something else had the engine send it %s (exit status %d)", e.Signal,
			e.Code)
	case e.Code < 0:
		how = "its process ended, and the engine does not say how"
	case killed != "":
		how = fmt.Sprintf("its process was killed by %s (exit status %d), and the engine was not "+
			"asked to", killed, e.Code)
	}
	return fmt.Sprintf("%s: %s, though no fault wanted it to end; the end of its log:\n%s", e.What,
		how, e.Said)
}

// EngineError is the engine, or the way to it, being gone amid the drill.
type EngineError struct{ Err error }

func (e *EngineError) Error() string {
	return fmt.Sprintf("the engine no longer answers (%v): what of the drill it still holds, "+
		"stormdrill clean removes once it is back", e.Err)
}

// Unwrap gives the cause.
func (e *EngineError) Unwrap() error { return e.Err }

// SilentError is a node of the drill's own that runs and does not answer.
type SilentError struct {
	What string // "load node"
	Err  error
}

func (e *SilentError) Error() string {
	return fmt.Sprintf("%s: it does not answer (%v): is it frozen, or the machine out of memory "+
		"or CPU time?", e.What, e.Err)
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
