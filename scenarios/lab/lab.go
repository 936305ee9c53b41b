// Package lab is the seam between a drill and the machines it runs on: what gives a drill
// its nodes, and what a drill may ask of them. Package docker does so with containers,
// package sim in memory, and labtest holds what is true of both.
package lab

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios/plan"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Ground is where drills run.
type Ground interface {
	// Room is a subnet that is free, ErrNoEngine where there is no ground to be had.
	Room(ctx context.Context) (netip.Prefix, error)
	// Start starts everything a plan needs and returns when all targets are ready. If it
	// fails, nothing is left, and the error holds the tail of the failing target's log.
	// ErrSubnetTaken is told apart.
	Start(ctx context.Context, o Options) (Lab, error)
	// Reap removes all of a run that is over without having removed it, also what was still
	// being made when the run ended.
	Reap(ctx context.Context, run string) error
	// Clean removes what dead runs left, and reports each. A run that goes on is only
	// named, unless all is set.
	Clean(ctx context.Context, all bool) ([]Dead, error)
	// Sweep removes what dead runs of this machine left, and those of any that should have
	// been over by now. Those that go on it does not mention.
	Sweep(ctx context.Context) ([]Dead, error)
	// Doctor examines whether drills can run here, and reports each finding as it is made.
	Doctor(ctx context.Context, report func(Finding))
}

// Lab is a drill's running nodes.
type Lab interface {
	faults.Nodes
	// Switchboard and Load are the conversations with the drill's own nodes.
	Switchboard() *wire.Peer
	Load() *wire.Peer
	// Lost reports, once, a node that ended though no fault was meant to end it.
	Lost() <-chan error
	// Strays says what went by no link so far, by the names of nodes.
	Strays(ctx context.Context) (timeline.Strays, error)
	// Follow gives the lines that a target writes from now on, over all its lives, as they
	// come, until ctx or the lab ends: then there is no error. take is called by one goroutine,
	// and nothing more is read while it runs.
	Follow(ctx context.Context, node string, take func(Line)) error
	// Carry takes a connection of the CLI's machine to a port that the plan publishes, over the
	// link that host has to it, until what answers there has ended: then there is no error. The
	// error says that it could not be made, or broke off; ctx ends it, and the lab's end. It does
	// not close c.
	Carry(ctx context.Context, to plan.Published, c net.Conn) error
	// Environment is what a command on the CLI's machine is given of the drill, as
	// NAME=value, for a fault that is aimed at the given nodes.
	Environment(fault string, nodes []string) []string
	// Facts are what it was made of.
	Facts(ctx context.Context) (Facts, error)
	// Close removes all of it, and completes the logs. It is safe twice.
	Close(ctx context.Context) error
}

// Line is one of a target's log.
type Line struct {
	// At is when the lab had it from the target, by the wall clock of the machine that the load
	// node runs on, ns since 1970.
	At   int64
	Text string // without its end, as far as MostLine bytes; valid UTF-8
}

// Options say what to start.
type Options struct {
	Plan *plan.Plan
	Dir  string // evidence: each target's log goes to Dir/logs/NODE.log
	// Events takes what the nodes emit; node is "switchboard" or "load". The lab itself
	// emits those of a "target" (LogCut) and of the "engine" (OutOfMemory).
	Events   func(node, name string, body json.RawMessage)
	Progress func(timeline.Note) // one per step; nil: silent
	Pulling  func(timeline.Pull) // how far an image has come, again and again; nil: silent
	Binary   string              // what the node image is made of; default: this program
	// Uncontained allows a network that packets can leave, where the engine makes no
	// other; otherwise Start fails with an UncontainedError.
	Uncontained bool
}

// Dead is a run that Clean or Sweep has found.
type Dead struct {
	Run string
	// the file, on the machine that ran it; empty unless that is this one, and the run was removed
	Ledger  string
	Outcome string // "removed", or why not
}

func (d Dead) String() string { return fmt.Sprintf("run %s: %s", d.Run, d.Outcome) }

// Finding is one thing that the doctor looked at.
type Finding struct {
	What   link.Text // was looked at
	OK     bool
	Needed bool      // drills do not run without it
	Detail link.Text // the value that was found, and the one that is wanted
	Means  link.Text // what drills have of it
	Cure   link.Text // what to do about it; empty where OK
}
