//go:build linux

package switchboard

import (
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// Counters have no clock: First is when a poll saw the first packet, so it is
// late by at most the time since the poll before, pollFirst or a little more; Last, once
// something was seen, by at most pollLast.
const (
	pollFirst = 5 * time.Millisecond
	pollLast  = 100 * time.Millisecond
)

// poll watches a cut's counters until it is lifted, and reports when it first touched
// users' traffic.
func (p *packets) poll(c *cut) {
	tick := time.NewTicker(pollFirst)
	defer tick.Stop()
	reported := false
	for {
		select {
		case <-c.stop:
			if first := c.count.First; first != 0 && !reported {
				p.touched(c.rule.Name, first)
			}
			return
		case <-tick.C:
		}
		first := p.look(c)
		if first != 0 && !reported {
			reported = true
			tick.Reset(pollLast)
			p.touched(c.rule.Name, first)
		}
	}
}

// look reads the counters and gives the instant of the first touch. A failed
// reading is tried again at the next tick; "count" reports its error.
func (p *packets) look(c *cut) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c.on {
		_ = p.read(c)
	}
	return c.count.First
}

// read brings a cut's count up to date; p.mu is held.
func (p *packets) read(c *cut) error {
	before := wire.Now()
	counters, err := p.rules.counters()
	if err != nil {
		return err
	}
	now := wire.Now()
	fresh := link.Count{Unit: c.count.Unit, First: c.count.First, Last: c.count.Last,
		Late: c.count.Late}
	for _, t := range c.tallys {
		n := counters[t.name]
		fresh.Total += n
		switch {
		case t.users:
			fresh.Users += n
		case t.blind:
			fresh.Users += n
			fresh.Blind = true
		default:
			fresh.Checks += n
		}
	}
	if fresh.Users > c.count.Users {
		fresh.Last = now
		if fresh.First == 0 {
			fresh.First, fresh.Late = now, now-c.looked
		}
	}
	c.count, c.looked = fresh, before
	return nil
}
