//go:build linux

package switchboard

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/Shopify/toxiproxy/v2/stream"
	"golang.org/x/sys/unix"
)

// linkListener takes the clients of a proxied link in, and puts Toxiproxy's pipeline
// between each and the HTTP stage, once a fault wants it there. Toxiproxy's own
// listener would keep the sockets to itself, and no RST could be sent.
type linkListener struct {
	server   *toxiproxy.ApiServer
	proxy    *toxiproxy.Proxy // never listens: it owns the toxic
	toxic    *toxic
	listener net.Listener
	stage    *stage
	faults   *modes
	origin   func(netip.Addr) origin
	nodes    bool            // the link is between nodes
	refused  func(error)     // a client could not be taken in
	ctx      context.Context // ends all connections
	stop     context.CancelFunc
	busy     sync.WaitGroup

	starting sync.Mutex // one pipeline at a time: the toxic is given its flow

	mu    sync.Mutex
	flows map[*flow]bool
}

// Between two failed accepts the listener waits, ever longer: a process without a
// descriptor left gets none by asking at once, and one that is free again is not left
// unused.
const (
	firstPause   = 5 * time.Millisecond
	longestPause = time.Second
)

// serve takes clients in until the listener is closed. A failure is reported once, until
// one has come in again: the next client may come all the same.
func (d *linkListener) serve() {
	pause := firstPause
	for {
		c, err := d.listener.Accept()
		switch {
		case err == nil:
			d.admit(c.(*net.TCPConn))
			pause = firstPause
			continue
		case errors.Is(err, net.ErrClosed) || d.ctx.Err() != nil:
			return
		case pause == firstPause:
			d.refused(err)
		}
		select {
		case <-time.After(pause):
		case <-d.ctx.Done():
			return
		}
		pause = min(2*pause, longestPause)
	}
}

func (d *linkListener) admit(client *net.TCPConn) {
	from, _ := netip.ParseAddrPort(client.RemoteAddr().String())
	f := newFlow(d.ctx, client, d.faults, d.nodes, &d.stage.trace, d.origin(from.Addr()))
	d.keep(f)
	answers := newAnswerPipe(f, d.start)
	context.AfterFunc(f.over, func() {
		d.forget(f)
		_ = client.Close()
		_ = answers.Close()
	})
	d.stage.connections.Add(1)
	d.busy.Go(func() { d.stage.serve(f, clientConn{client, answers}) })
	d.faults.meet(f)
}

// start starts a client's pipeline.
func (d *linkListener) start(t *answerPipe) {
	d.starting.Lock()
	defer d.starting.Unlock()
	d.toxic.coming = t.flow // NewState takes it, on this goroutine
	d.proxy.Toxics.StartLink(d.server, t.flow.client.RemoteAddr().String(), t, pipeSink{t.flow, t},
		stream.Downstream)
}

// lookEvery is how often it is looked which clients have closed.
const lookEvery = 20 * time.Millisecond

// look ends the flows of clients that have closed. Nothing may read from such a connection
// at the time: nothing waits for what is held for it. A client that ends its side has
// closed.
func (d *linkListener) look() {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-d.ctx.Done():
			return
		case <-tick.C:
		}
		all := d.standing()
		polled := make([]unix.PollFd, len(all))
		for i, f := range all {
			polled[i] = unix.PollFd{Fd: f.fd, Events: unix.POLLRDHUP}
		}
		if n, _ := unix.Poll(polled, 0); n <= 0 {
			continue
		}
		for i, p := range polled {
			// also of a descriptor that is another's by now: then the flow is over
			if p.Revents != 0 {
				all[i].end()
			}
		}
	}
}

// close ends the link and all its connections, and waits for them.
func (d *linkListener) close() {
	_ = d.listener.Close()
	d.stop()
	d.busy.Wait()
}

func (d *linkListener) keep(f *flow) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.flows[f] = true
}

func (d *linkListener) forget(f *flow) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.flows, f)
}

// meet confronts all connections that stand with the modes.
func (d *linkListener) meet() {
	for _, f := range d.standing() {
		d.faults.meet(f)
	}
}

func (d *linkListener) standing() []*flow {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := make([]*flow, 0, len(d.flows))
	for f := range d.flows {
		all = append(all, f)
	}
	return all
}
