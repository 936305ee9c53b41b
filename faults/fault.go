// Package faults holds what can go wrong in a drill: one file per fault. A
// fault is plain configuration; Bind checks it against what it is aimed at and
// gives an Injection, which does and undoes.
package faults

import (
	"context"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// Fault is the configuration of one fault, as a scenario writes it.
type Fault interface {
	// Aim says what the fault wants to hit, in the scenario's words.
	Aim() Aim
	// Traits are what scoring has to know of it.
	Traits() link.Traits
	// Bind checks the fault against the site and touches nothing; it is what a
	// dry run does. All that can be known to fail fails here.
	Bind(name string, site Site) (Injection, error)
	// Bite is how long after Inject returns the fault may take to show its
	// first effect on matching traffic.
	Bite() time.Duration
	// String says in a few words what it does: "answers 503 to 30% of requests".
	String() string
}

// Aim is a fault's selector: a link ("lb -> app-2"), a target ("app-2"), or what
// asks the resolver ("shoppers"), or where a flood goes; one of the four.
type Aim struct {
	Link   string
	Target string
	From   string   // what asks names, of a fault of their resolver …
	Names  []string // … and which; none: all
	To     string   // URL of a flood
	// Misleads: names are answered with an address that is not theirs.
	Misleads bool
	// Moves: names have moved to another target or replica, MovesTo, and their old
	// addresses refuse; answers about them may be kept for MovesTTL (0: as ever).
	Moves    bool
	MovesTo  string
	MovesTTL time.Duration
	// Proxied: the fault edits a byte stream, so Toxiproxy has to stand in the
	// links it hits. Otherwise it needs kernel links (packet faults, a dead node).
	Proxied bool
	// Reads: it reads HTTP there, so that TLS has to end in those links.
	Reads bool
	// Staged: it answers in the node's stead, or slows requests down, so the HTTP stage has
	// to hold there what clients ask until it is whole.
	Staged bool
}

// Site is what a fault is bound to. While planning, it has no controls.
type Site struct {
	Links   []link.Link // what Aim matched; for a Target: all links that end there
	Targets []string    // nodes, where Aim names a target
	Askers  []string    // clients, where Aim names clients of the resolver
	// those of them that ask apart from requests, and keep what they have where an answer fails
	Apart       []string
	Moved       []link.Link // theirs to where the names they ask have moved, if they have
	Switchboard Switchboard
	Nodes       Nodes
	Load        Load
	Commands    Commands
	Environment []string // NAME=value: what commands are given of the drill
}

// Switchboard is the control a fault has over links.
type Switchboard interface {
	Apply(ctx context.Context, r link.Rule) (link.Bracket, error)
	Lift(ctx context.Context, name string) (link.Bracket, error)
	Count(ctx context.Context, name string) (link.Count, error)
}

// Nodes is the control a fault has over targets' containers.
type Nodes interface {
	// Kill sends SIGKILL and waits until the container is dead; a dead one is left alone.
	Kill(ctx context.Context, node string) error
	// Start starts a stopped or killed container again, at the same address,
	// and waits until its process runs; a running one is left alone.
	Start(ctx context.Context, node string) error
	// Terminate sends the signal by which the container ends in order, SIGTERM unless its
	// image says otherwise, and does not wait for its end.
	Terminate(ctx context.Context, node string) error
	// Pause freezes the container's processes.
	Pause(ctx context.Context, node string) error
	// Unpause thaws them; a container that is not frozen is left alone.
	Unpause(ctx context.Context, node string) error
	// Running reports whether the container's process runs, and is not frozen.
	Running(ctx context.Context, node string) (bool, error)
	// LimitCPU lowers the container's CPU limit, and reads back that it holds.
	LimitCPU(ctx context.Context, node string, cpus float64) error
	// RestoreCPU restores the CPU limit it was started with, and reads it back; one
	// that was never starved is left alone.
	RestoreCPU(ctx context.Context, node string) error
	// CPU reports its limit, and how often it stood still for it.
	CPU(ctx context.Context, node string) (CPU, error)
	// LimitMemory lowers the container's memory limit; it returns when the limit is in
	// force, or the container has met it and is dead.
	LimitMemory(ctx context.Context, node string, memory quantity.Size) error
	// RestoreMemory restores the memory limit it was started with, and reads it back; one
	// that was never squeezed is left alone.
	RestoreMemory(ctx context.Context, node string) error
	// MemoryLimited reports whether its memory limit is lowered.
	MemoryLimited(ctx context.Context, node string) (bool, error)
	// FillDisk fills a disk of the container's, that it has at a path, and reads back that no
	// more is free than was to be left.
	FillDisk(ctx context.Context, node, path string, leave quantity.Size) error
	// FreeDisk gives back what FillDisk took, and reads it back; a disk that was never filled
	// is left alone.
	FreeDisk(ctx context.Context, node, path string) error
	// Disk reports its state.
	Disk(ctx context.Context, node, path string) (Disk, error)
	// WaitExit waits until the container is dead, and reports whether the kernel has killed
	// any of its processes for want of memory.
	WaitExit(ctx context.Context, node string) (oom bool, err error)
}

// Load is the control a fault has over floods that the load node has ready.
type Load interface {
	Flood(ctx context.Context, name string) (link.Bracket, error)
	// StopFlood cuts a flood off, requests that wait for their answer too; safe twice,
	// and unbegun.
	StopFlood(ctx context.Context, name string) (link.Bracket, error)
	Flooded(ctx context.Context, name string) (link.Count, error)
}

// Injection is a bound fault.
type Injection interface {
	// Inject applies the fault. If it fails half-way, Lift undoes what was done.
	Inject(ctx context.Context) (link.Bracket, error)
	// Lift undoes exactly what Inject did; safe without Inject, and safe twice.
	Lift(ctx context.Context) (link.Bracket, error)
	// Proof counts what the fault did on the wire so far.
	Proof(ctx context.Context) (link.Count, error)
}
