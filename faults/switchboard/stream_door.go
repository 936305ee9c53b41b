package switchboard

import (
	"context"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/Shopify/toxiproxy/v2/stream"
	"golang.org/x/sys/unix"
)

// door takes the clients of a proxied link in, and puts Toxiproxy's pipeline
// between each and the HTTP stage. Toxiproxy's own listener would keep the
// sockets to itself, and nobody could send an RST.
type door struct {
	server   *toxiproxy.ApiServer
	proxy    *toxiproxy.Proxy // never listens: it owns the toxic
	toxic    *toxic
	listener net.Listener
	stage    *stage
	faults   *modes
	users    func(netip.Addr) bool
	ctx      context.Context // ends all connections
	stop     context.CancelFunc
	busy     sync.WaitGroup

	mu    sync.Mutex
	flows map[*flow]bool
}

// serve takes clients in until the listener is closed.
func (d *door) serve() {
	for {
		c, err := d.listener.Accept()
		if err != nil {
			return
		}
		if err := d.admit(c.(*net.TCPConn)); err != nil {
			_ = c.Close()
		}
	}
}

func (d *door) admit(client *net.TCPConn) error {
	near, far, err := pipe()
	if err != nil {
		return err
	}
	from, _ := netip.ParseAddrPort(client.RemoteAddr().String())
	f := newFlow(d.ctx, client, d.faults, d.users(from.Addr()))
	d.keep(f)
	context.AfterFunc(f.over, func() {
		d.forget(f)
		_ = client.Close()
		_ = near.Close()
	})
	d.stage.connections.Add(1)
	d.busy.Go(func() { d.stage.serve(f, far) })
	d.toxic.coming = f // NewState takes it, on this goroutine
	name := client.RemoteAddr().String()
	d.proxy.Toxics.StartLink(d.server, name+" there", client, ending{near, f}, stream.Upstream)
	d.proxy.Toxics.StartLink(d.server, name+" back", near, mouth{f}, stream.Downstream)
	d.faults.meet(f)
	return nil
}

// ending is where Toxiproxy writes what comes from the client; a client that
// ends what it says has left: nobody waits for what is held for it.
type ending struct {
	io.Writer
	*flow
}

// Close ends the flow.
func (e ending) Close() error {
	e.end()
	return nil
}

// close ends the link and all its connections, and waits for them.
func (d *door) close() {
	_ = d.listener.Close()
	d.stop()
	d.busy.Wait()
}

func (d *door) keep(f *flow) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.flows[f] = true
}

func (d *door) forget(f *flow) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.flows, f)
}

// meet confronts all connections that stand with the modes.
func (d *door) meet() {
	d.mu.Lock()
	all := make([]*flow, 0, len(d.flows))
	for f := range d.flows {
		all = append(all, f)
	}
	d.mu.Unlock()
	for _, f := range all {
		d.faults.meet(f)
	}
}

// pipe gives the two ends of a connection that never leaves the process.
func pipe() (a, b net.Conn, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	if a, err = connOf(fds[0]); err != nil {
		_ = unix.Close(fds[1])
		return nil, nil, err
	}
	if b, err = connOf(fds[1]); err != nil {
		_ = a.Close()
	}
	return a, b, err
}

func connOf(fd int) (net.Conn, error) {
	f := os.NewFile(uintptr(fd), "pipe")
	defer func() { _ = f.Close() }() // the connection has a descriptor of its own
	return net.FileConn(f)
}
