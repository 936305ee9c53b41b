package faults

import (
	"context"
	"time"

	"github.com/stormdrill/stormdrill/faults/commands"
	"github.com/stormdrill/stormdrill/faults/link"
)

// Commanding is a fault that runs programs on the CLI's machine. A plan shows
// them, and a run sees first whether they are there.
type Commanding interface{ Commands() []CommandLine }

// CommandLine is one of them.
type CommandLine struct {
	What    string // "inject", "lift", "proof"
	Program string
	Shell   string // as a shell would take it, secrets as names of variables
}

// Slow is a fault with calls that may take longer than a rule's.
type Slow interface {
	// Takes is how much longer a lift, proofs before and after it included, may take.
	Takes() time.Duration
}

// Takes is that of a fault; 0 of one that is not slow.
func Takes(f Fault) time.Duration {
	if s, ok := f.(Slow); ok {
		return s.Takes()
	}
	return 0
}

// ByHand is an injection that a person can lift, if no process is left to do it.
type ByHand interface {
	ByHand() string // lines of a shell
}

// Commands is the control a fault has over programs on the CLI's machine. They run
// in a process that outlives the CLI, and lifts what is left when that has ended.
type Commands interface {
	// Inject runs a job's first command; its lift is pending from then on.
	Inject(ctx context.Context, j commands.Job) (link.Bracket, error)
	// Lift runs a fault's pending lift; safe twice, and without Inject.
	Lift(ctx context.Context, fault string) (link.Bracket, error)
	// Prove runs a command, and says when.
	Prove(ctx context.Context, c commands.Command) (said commands.Said, at int64, err error)
}
