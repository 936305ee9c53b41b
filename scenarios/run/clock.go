package run

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios/lab"
)

// clockEvery is how often it is measured how far two clocks have drifted: by 5 ms at
// the 500 ppm that NTP may slew one by. clockAsks is how often the other is asked each
// time, of which the quickest answer counts.
const (
	clockEvery = 10 * time.Second
	clockAsks  = 20
)

// clocks relate those of a drill's machines. The record's is that of the load node's
// machine; the CLI's and the switchboard's may be others. The zero value takes all for one.
type clocks struct {
	mu          sync.Mutex
	load, board []wire.Offset // to the CLI's, each time that both were measured
	parted      bool          // load node and switchboard cannot have one clock
	wall        wire.Offset   // the wall clock of the load node's machine to the record's, at last
	set         time.Duration // how far that was set while the drill went on, at most
}

// measure relates both nodes' clocks to the CLI's once more; it gives the load node's.
func (c *clocks) measure(ctx context.Context, l lab.Lab) (wire.Offset, error) {
	load, err := wire.MeasureOffset(ctx, l.Load(), clockAsks)
	if err != nil {
		return load, fmt.Errorf("load node: clock: %w", err)
	}
	board, err := wire.MeasureOffset(ctx, l.Switchboard(), clockAsks)
	if err != nil {
		return load, fmt.Errorf("switchboard: clock: %w", err)
	}
	var wall wire.Wall
	if err := l.Load().Call(ctx, "wall", nil, &wall); err != nil {
		return load, fmt.Errorf("load node: wall clock: %w", err)
	}
	c.add(load, board)
	c.addWall(wall.Offset())
	return load, nil
}

// steps is from where on a wall clock's move is reported: no drift between two measurements
// comes near.
const steps = 10 * time.Millisecond

// addWall takes in how the wall clock relates to the record's. The two drift alike; where
// they part, the former was set.
func (c *clocks) addWall(o wire.Offset) {
	c.mu.Lock()
	defer c.mu.Unlock()
	by, doubt := (o.Shift - c.wall.Shift).Abs(), o.Bound+c.wall.Bound
	switch first := c.wall == (wire.Offset{}); {
	case !first && by > steps+doubt:
		c.set = max(c.set, by)
	case !first && o.Bound > steps && by <= doubt:
		return // it says nothing better
	}
	c.wall = o
}

// stamp is an instant of the wall clock of the load node's machine, ns since 1970, on the
// record's clock.
func (c *clocks) stamp(wall int64) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return wall + int64(c.wall.Shift)
}

// wallSet is how far that clock was set, at most; 0: it was not.
func (c *clocks) wallSet() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.set
}

func (c *clocks) add(load, board wire.Offset) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.load, c.board = append(c.load, load), append(c.board, board)
	c.parted = c.parted || !one(between(load, board))
}

// between relates the switchboard's clock to the load node's, by how each relates to the
// CLI's.
func between(load, board wire.Offset) wire.Offset {
	return wire.Offset{Shift: load.Shift - board.Shift, Bound: load.Bound + board.Bound}
}

// one reports whether two clocks may be one: so they are taken for, for on one machine any
// shift that is measured between them is the measurement's own.
func one(o wire.Offset) bool { return o.Shift.Abs() <= o.Bound }

// cli is how the CLI's clock was first related to the record's, by which all its instants
// are; zero before.
func (c *clocks) cli() (o wire.Offset) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.load) > 0 {
		o = c.load[0]
	}
	return o
}

// at is an instant of the CLI's on the record's clock.
func (c *clocks) at(cli int64) int64 { return cli + int64(c.cli().Shift) }

// now is the record's clock.
func (c *clocks) now() int64 { return c.at(wire.Now()) }

// doubt is how far now may be off, by what was measured so far; none where the two may be
// one.
func (c *clocks) doubt() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, o := range c.load {
		if !one(o) {
			return wire.Over(c.load).Bound
		}
	}
	return 0
}

// instant encloses this one, on the record's clock.
func (c *clocks) instant() link.Bracket {
	now, doubt := c.now(), int64(c.doubt())
	return link.Bracket{Before: now - doubt, After: now + doubt}
}

// switchboard relates the switchboard's clock to the record's, by what was measured so far;
// zero where the two may be one.
func (c *clocks) switchboard() wire.Offset {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.parted {
		return wire.Offset{}
	}
	return between(wire.Over(c.load), wire.Over(c.board))
}

// bracket puts the switchboard's on the record's clock, as wide as the relation is unsure.
func (c *clocks) bracket(b link.Bracket) link.Bracket {
	if b == (link.Bracket{}) {
		return b // nothing was done
	}
	o := c.switchboard()
	b.Before += int64(o.Shift - o.Bound)
	b.After += int64(o.Shift + o.Bound)
	return b
}

// count puts the switchboard's on the record's clock: users were touched first and last at
// the latest then.
func (c *clocks) count(n link.Count) link.Count {
	o := c.switchboard()
	if o == (wire.Offset{}) {
		return n
	}
	n.At, n.Doubt = n.At+int64(o.Shift), int64(o.Bound)
	if n.First != 0 {
		n.First, n.Late = n.First+int64(o.Shift+o.Bound), n.Late+2*int64(o.Bound)
		n.Last += int64(o.Shift + o.Bound)
	}
	return n
}

// remeasure relates the clocks again and again until it is stopped. settle does so a
// last time, and says where it fails.
func (d *Drill) remeasure(ctx context.Context, l lab.Lab) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	tick := time.NewTicker(clockEvery)
	var done sync.WaitGroup
	done.Go(func() {
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if o, err := d.recorder.clocks.measure(ctx, l); err == nil {
				d.recorder.clock(o)
			}
		}
	})
	return func() { cancel(); done.Wait() }
}
