package docker

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"sync"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

func (l *Lab) labels() map[string]string { return labels(l.Plan) }

// labelled are the labels of a container.
func (l *Lab) labelled(node string) map[string]string {
	all := l.labels()
	all[NodeLabel] = node
	return all
}

// router is the switchboard as the kernel has it: it forwards, sends clients no redirect to
// a shorter way round itself, and answers every packet it refuses.
var router = map[string]string{
	portsForAll:                            "0", // of its DNS
	"net.ipv4.ip_forward":                  "1",
	"net.ipv4.conf.all.send_redirects":     "0",
	"net.ipv4.conf.default.send_redirects": "0",
	// Neither per destination nor over all: a mask of no types is limited by neither.
	"net.ipv4.icmp_ratelimit": "0",
	"net.ipv4.icmp_ratemask":  "0",
}

func (l *Lab) startSwitchboard(ctx context.Context) (err error) {
	l.switchboard, err = l.talk(ctx, "switchboard", l.Plan.SwitchboardAddr, router)
	if err != nil {
		return err
	}
	spec := l.Plan.Switchboard
	spec.Authority = l.authority
	if err := l.switchboard.Call(ctx, "prepare", spec, nil); err != nil {
		return err
	}
	return l.examineWalls(ctx)
}

// startLoad leaves the limit of descriptors as the engine has it: an engine may
// not be allowed to raise it, and a load node that runs out convicts itself.
func (l *Lab) startLoad(ctx context.Context) (err error) {
	l.load, err = l.talk(ctx, "load", l.Plan.LoadAddr, manyPorts)
	if err != nil {
		return err
	}
	spec := l.Plan.Load
	spec.Authority = l.authority.Certificate
	asked := []any{spec}
	for _, n := range l.Plan.Nodes {
		asked = append(asked, n.Ready)
	}
	values, err := secret.Values(asked...)
	if err != nil {
		return err
	}
	if err := l.load.Call(ctx, "secrets", values, nil); err != nil {
		return err
	}
	return l.load.Call(ctx, "prepare", spec, nil)
}

// manyPorts lets the load node open connections as many users on as many machines do: by
// default one that it closed keeps its port for a minute, and from 470 new ones a second on
// the kernel looks for a free one in vain.
var manyPorts = map[string]string{
	portsForAll:                    "0", // of webhooks
	"net.ipv4.ip_local_port_range": "1024 65535",
	// a second after it was closed; time stamps distinguish the two
	"net.ipv4.tcp_tw_reuse": "1",
}

// instrumentShares is the weight of load node and switchboard where containers compete
// for CPU time; the others have an engine's own 1024. The instrument must not wait for
// what it measures: a load node that waits once for 145 ms for busy targets, its own
// drill's or another's, has sent 0.1 % of 45 s more than 100 ms late, and the run is void.
const instrumentShares = 8192

// talk starts one of our own nodes, attached before it runs: commands go in at
// its stdin, and when that ends, it ends. Its stderr is kept for the error.
func (l *Lab) talk(ctx context.Context, role string, at netip.Addr,
	sysctls map[string]string) (*wire.Peer, error) {
	h := own("NET_ADMIN")
	h.CPUShares, h.Sysctls = instrumentShares, sysctls
	return l.converse(ctx, role, at, h)
}

// converse is talk to a node that may do what h says.
func (l *Lab) converse(ctx context.Context, role string, at netip.Addr,
	h container.HostConfig) (*wire.Peer, error) {
	var p *wire.Peer
	n, err := l.startOwn(ctx, box{node: role, addr: at, host: h}, func(s stdio) {
		p = wire.NewPeer(s.out, s.in, func(name string, body json.RawMessage) {
			if l.Events != nil {
				l.Events(role, name, body)
			}
		})
	})
	if err != nil {
		return p, err
	}
	l.tend(n, p)
	return p, nil
}

// ownNode is one of our own that runs.
type ownNode struct {
	role, id string
	next     client.ContainerWaitResult // its end
	said     *tail                      // on stderr
}

// startOwn starts one of our own nodes; its role is the box's name. attached is given its
// stdin and stdout before it runs; when that stdin ends, the node does.
func (l *Lab) startOwn(ctx context.Context, b box, attached func(stdio)) (n ownNode, err error) {
	n = ownNode{role: b.node, said: &tail{}}
	b.image, b.command, b.stdin = l.image, []string{"node", b.node}, true
	b.host.AutoRemove, b.host.LogConfig = true, container.LogConfig{Type: "none"}
	err = l.startBox(ctx, b, func(made string) error {
		n.id, n.next = made, l.nextExit(made)
		s, err := l.attach(context.WithoutCancel(ctx), made, n.said)
		if err == nil {
			attached(s)
		}
		return err
	})
	if err != nil {
		return n, fmt.Errorf("%w %s", err, n.said)
	}
	return n, nil
}

// tend reports where a conversation with a node of our own ends.
func (l *Lab) tend(n ownNode, with interface {
	Done() <-chan struct{}
	Err() error
}) {
	l.watches.Go(func() {
		select {
		case <-with.Done():
			l.nodeEnded(n.role, n.id, with.Err(), n.next, n.said)
		case <-l.living.Done():
		}
	})
}

// stdio are a container's stdin and stdout, as this side has them.
type stdio struct {
	in  io.WriteCloser
	out *io.PipeReader
}

// attach takes a container's stdin, stdout and stderr.
func (l *Lab) attach(ctx context.Context, id string, said *tail) (stdio, error) {
	a, err := l.engine.ContainerAttach(ctx, id,
		client.ContainerAttachOptions{Stream: true, Stdin: true, Stdout: true, Stderr: true})
	if err != nil {
		return stdio{}, fmt.Errorf("attach: %w", err)
	}
	r, w := io.Pipe()
	go func() {
		_, err := stdcopy.StdCopy(w, said, a.Reader)
		w.CloseWithError(err)
	}()
	return stdio{a.Conn, r}, nil
}

// tail keeps the last of what is written to it.
type tail struct {
	mu sync.Mutex
	b  []byte
}

// mostTail is how much a tail keeps: some twenty lines.
const mostTail = 4 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p...)
	t.b = t.b[max(0, len(t.b)-mostTail):]
	return len(p), nil
}

// text is what it keeps.
func (t *tail) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.b))
}

func (t *tail) String() string {
	if text := t.text(); text != "" {
		return "(it said: " + text + ")"
	}
	return ""
}
