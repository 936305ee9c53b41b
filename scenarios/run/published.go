package run

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios/lab"
	"github.com/stormdrill/stormdrill/scenarios/lab/carry"
	"github.com/stormdrill/stormdrill/scenarios/plan"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// publisher listens on this machine's 127.0.0.1, and has the lab carry what comes there into
// the drill's network. Before the lab is there, and beyond carry.Most connections at once, each
// is reset as soon as it is accepted, so that the client learns at once that nothing is there.
type publisher struct {
	full      func() // called once, when there were too many
	listeners []net.Listener
	free      chan struct{} // has room for each connection
	life      context.Context
	end       context.CancelFunc
	busy      sync.WaitGroup

	mu       sync.Mutex
	carry    func(ctx context.Context, to plan.Published, c net.Conn) error // nil: nothing is there
	reported bool
}

// publish listens on all ports, or on none.
func publish(all []plan.Published, full func()) (*publisher, error) {
	p := &publisher{full: full, free: make(chan struct{}, carry.Most)}
	p.life, p.end = context.WithCancel(context.Background())
	for _, to := range all {
		at, err := net.Listen("tcp4", to.Address())
		if err != nil {
			p.close()
			return nil, fmt.Errorf(
				"publish %s on %s: %w: choose another port, or end what listens there",
				to.Leads(), to.Address(), err)
		}
		p.listeners = append(p.listeners, at)
		p.busy.Go(func() { p.accept(at, to) })
	}
	return p, nil
}

// leadTo has the ports lead into a lab.
func (p *publisher) leadTo(l lab.Lab) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.carry = l.Carry
}

// acceptAgain is how long after a connection could not be accepted the next is waited for.
const acceptAgain = 50 * time.Millisecond

func (p *publisher) accept(at net.Listener, to plan.Published) {
	for {
		c, err := at.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil: // for want of a descriptor, perhaps
			select {
			case <-time.After(acceptAgain):
			case <-p.life.Done():
			}
			continue
		}
		select {
		case p.free <- struct{}{}:
			p.busy.Go(func() {
				p.lead(c, to)
				<-p.free
			})
		default:
			reset(c)
			p.report()
		}
	}
}

// lead has a connection carried to its end.
func (p *publisher) lead(c net.Conn, to plan.Published) {
	p.mu.Lock()
	carry := p.carry
	p.mu.Unlock()
	if carry == nil || carry(p.life, to, c) != nil {
		reset(c)
		return
	}
	_ = c.Close() // it has ended
}

// report says, once, that there were too many.
func (p *publisher) report() {
	p.mu.Lock()
	reported := p.reported
	p.reported = true
	p.mu.Unlock()
	if !reported {
		p.full()
	}
}

// close closes the ports, and all connections that came by them. It is safe twice.
func (p *publisher) close() {
	for _, l := range p.listeners {
		_ = l.Close()
	}
	if p.end != nil {
		p.end()
	}
	p.busy.Wait()
}

// reset closes a connection so that the other side learns that it broke off.
func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // fails on a connection that is gone already
	}
	_ = c.Close()
}

// publish listens on the ports that the drill publishes, before anything of it is started.
func (d *Drill) publish() (err error) {
	d.published, err = publish(d.plan.Published, func() {
		d.recorder.note(timeline.Noted(wire.Now(), "ports-full",
			fmt.Sprintf("published ports had more than %d connections at once: "+
				"those beyond were reset", carry.Most), "most", strconv.Itoa(carry.Most)))
	})
	return err
}

// leadInto lets the published ports lead into the lab, and says where they are.
func (d *Drill) leadInto(l lab.Lab) {
	d.published.leadTo(l)
	for _, p := range d.plan.Published {
		d.say("published", fmt.Sprintf("%s leads to %s", p.Address(), p.Leads()),
			"address", p.Address(), "to", p.Leads())
	}
}
