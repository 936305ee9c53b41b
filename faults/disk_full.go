package faults

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/stormdrill/stormdrill/faults/disk"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// DiskFull fills a disk of a target's: writes there fail, for want of space, and reads go on.
// The disk is one of its `tmpfs`. What it is filled with has no name, so that the target sees
// no file of it, and is gone when the fault is lifted or the drill ends.
type DiskFull struct {
	Target string `yaml:"target" jsonschema:"required"` // a target or a replica; * globs
	// of the disk, as the target's tmpfs has it
	Path string `yaml:"path" jsonschema:"required"`
	// that stays free, at most; default nothing
	Leave quantity.Size `yaml:"leave"`
}

// Aim is the target, and all kernel links that end there.
func (f *DiskFull) Aim() Aim { return Aim{Target: f.Target} }

// Traits: it counts packets.
func (*DiskFull) Traits() link.Traits {
	return link.Traits{Counts: link.Packets, Cause: link.Server, State: true,
		Unit: link.Unit{Code: "packets-to-full"}}
}

// Bite is nothing beyond Inject, which reads back that the disk is full.
func (f *DiskFull) Bite() time.Duration { return 20 * time.Millisecond }

func (f *DiskFull) String() string {
	if f.Leave > 0 {
		return fmt.Sprintf("fills the target's disk %s but for %s", f.Path, f.Leave)
	}
	return fmt.Sprintf("fills the target's disk %s", f.Path)
}

// Fills is the disk, and how much of it stays free.
func (f *DiskFull) Fills() (path string, leave quantity.Size) { return f.Path, f.Leave }

// Bind checks that there is a target, and a path.
func (f *DiskFull) Bind(name string, site Site) (Injection, error) {
	if f.Path == "" {
		return nil, setting("path", "path is missing: want a disk of the target's, as its tmpfs "+
			"has it")
	}
	if f.Leave < 0 {
		return nil, setting("leave", "leave %s: has to be at least 0", f.Leave)
	}
	if len(site.Targets) == 0 {
		return nil, errors.New("it hits no target")
	}
	ids, err := onLinks(site, false)
	if err != nil {
		return nil, err
	}
	rule := link.Rule{Name: name, Links: ids,
		Tally: &link.Tally{Unit: "packets sent to a target whose disk is full"}}
	return &diskFull{tally: ruleInjection{site.Switchboard, rule}, nodes: site.Nodes,
		targets: site.Targets, disk: *f}, nil
}

type diskFull struct {
	tally   ruleInjection
	nodes   Nodes
	targets []string
	disk    DiskFull

	state  string          // of the disks, as they were read last while they were filled …
	stated *link.Statement // … by a code
}

// Inject fills; the count begins first, so that nothing is missed.
func (d *diskFull) Inject(ctx context.Context) (link.Bracket, error) {
	b, err := d.tally.Inject(ctx)
	if err != nil {
		return b, err
	}
	err = each(d.targets, func(_ int, t string) error {
		return d.nodes.FillDisk(ctx, t, d.disk.Path, d.disk.Leave)
	})
	if err != nil {
		return b, err
	}
	now, err := d.tally.board.Count(ctx, d.tally.rule.Name)
	b.After = now.Read().After
	return b, err
}

// Lift gives back what was taken, and then stops counting; the bracket spans both.
func (d *diskFull) Lift(ctx context.Context) (link.Bracket, error) {
	return d.tally.liftAfter(ctx, func() error {
		return each(d.targets, func(_ int, t string) error {
			return d.nodes.FreeDisk(ctx, t, d.disk.Path)
		})
	})
}

// Proof counts the packets that a target with a full disk was sent, and says what was free
// when that was read last. The fault is active while it holds any of a disk.
func (d *diskFull) Proof(ctx context.Context) (link.Count, error) {
	c, err := d.tally.Proof(ctx)
	if err != nil {
		return c, err
	}
	var free, size, held int64
	for _, t := range d.targets {
		s, err := d.nodes.Disk(ctx, t, d.disk.Path)
		if err != nil {
			return c, err
		}
		free, size, held = free+s.Free, size+s.Size, held+s.Held
	}
	if held > 0 {
		d.state = fmt.Sprintf("%s of %s were free", quantity.Size(free), quantity.Size(size))
		d.stated = link.State("disk-free", "free", quantity.Size(free).String(), "size",
			quantity.Size(size).String())
	}
	c.Detail, c.Stated = d.state, d.stated
	c.Active = c.Active || held > 0
	return c, nil
}

// Disk is how a target's disk stands.
type Disk = disk.State
