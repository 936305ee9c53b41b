package docker

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/lab"
	"github.com/stormdrill/stormdrill/scenarios/lab/target"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

// startTargets starts the nodes in the plan's order, each ready before the next.
func (l *Lab) startTargets(ctx context.Context) error {
	if err := l.startDisks(ctx); err != nil {
		return err
	}
	if err := l.startPorts(ctx); err != nil {
		return err
	}
	for _, n := range l.Plan.Nodes {
		if err := l.startTarget(ctx, n); err != nil {
			return ofNode(n, err)
		}
		if err := l.ready(ctx, n); err != nil {
			return ofNode(n, err)
		}
	}
	return nil
}

// ofNode says which node an error is of, unless it does so itself.
func ofNode(n plan.Node, err error) error {
	if _, ended := errors.AsType[*lab.EndedError](err); ended {
		return err
	}
	return fmt.Errorf("%s: %w", n.Name, err)
}

func (l *Lab) startTarget(ctx context.Context, n plan.Node) error {
	b, err := l.box(ctx, n)
	if err != nil {
		return err
	}
	unfollow := func() {}
	err = l.startBox(ctx, b, func(id string) (err error) {
		l.mu.Lock()
		l.ids[n.Name] = id
		l.mu.Unlock()
		unfollow, err = l.follow(n.Name)
		return err
	})
	if err != nil {
		unfollow()
	}
	return err
}

// box is one target's container: its place from the plan, its content from the
// scenario. It is not removed by itself, so that a killed one can be started again at
// its address.
func (l *Lab) box(ctx context.Context, n plan.Node) (b box, err error) {
	if n.Spec.Lab != nil {
		b, err = l.embedded(n)
	} else {
		b, err = l.foreign(ctx, n)
	}
	if err != nil {
		return b, err
	}
	b.node, b.addr = n.Name, n.Addr
	b.host.DNS, b.host.DNSSearch = []netip.Addr{l.Plan.SwitchboardAddr}, []string{"."}
	b.host.NanoCPUs = nanoCPUs(n.Spec.CPUs)
	if m := int64(n.Spec.Memory); m > 0 {
		b.host.Memory, b.host.MemorySwap = m, m // a limit that is evaded by swap is none
	}
	b.host.Mounts = mounts(volumesOf(l.Plan.Run, n), func(v volume) string { return v.inside })
	content, err := l.content(n)
	if err != nil {
		return b, err
	}
	b.files, b.from = map[string][]byte{}, n.Spec.Files
	for path, beside := range n.Spec.Files {
		if b.files[path], err = content(beside); err != nil {
			return b, fmt.Errorf("files: %w", err)
		}
	}
	return b, nil
}

// foreign is the container of a user's own image.
func (l *Lab) foreign(ctx context.Context, n plan.Node) (b box, err error) {
	s := n.Spec
	if b.command, err = revealed(s.Command); err != nil {
		return b, fmt.Errorf("command: %w", err)
	}
	if b.env, err = named(s.Env, n.Host()); err != nil {
		return b, fmt.Errorf("env: %w", err)
	}
	// Raw sockets would reach past routes and addresses: what is sent then need not
	// arrive at the switchboard.
	b.host.CapDrop = []string{"NET_RAW"}
	if s.Build != nil {
		b.image, err = l.built(ctx, n)
	} else {
		b.image, err = s.Image, l.pull(ctx, s.Image)
	}
	return b, err
}

// embedded is the container of a target of Stormdrill's own.
func (l *Lab) embedded(n plan.Node) (b box, err error) {
	s := n.Spec
	own, err := l.certificate(n)
	if err != nil {
		return b, err
	}
	of := target.Spec{Node: n.Name, Ports: s.Ports, Web: s.Lab.Web, LB: s.Lab.LB, KV: s.Lab.KV,
		SQL: s.Lab.SQL, CA: l.authority.Certificate, Seed: l.Plan.Seed}
	spec, err := json.Marshal(of)
	if err != nil {
		return b, err
	}
	handed := target.Handed{TLS: own}
	if handed.Secrets, err = secret.Values(of); err != nil {
		return b, err
	}
	b = box{image: l.image, command: []string{"node", "target"},
		env: map[string]string{"STORMDRILL_TARGET": string(spec)}}
	b.host, b.user = ownTarget(s)
	if !handed.Empty() {
		// nothing can be put into one; to the user it runs as, nobody, it is
		b.host.ReadonlyRootfs = false
		b.handed, err = json.Marshal(handed)
	}
	return b, err
}

// nodeVariable names to a container which of a target's replicas it is.
const nodeVariable = "STORMDRILL_NODE"

// named adds the node's name, as it goes over the wire, to an environment that does not have
// one.
func named(env map[string]secret.Text, node string) (map[string]string, error) {
	with := map[string]string{nodeVariable: node}
	for name, text := range env {
		v, err := text.Reveal()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		with[name] = v
	}
	return with, nil
}

// revealed are words with their secrets, for a container to be started with.
func revealed(words []secret.Text) (all []string, err error) {
	for _, w := range words {
		v, err := w.Reveal()
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// follow copies what a target writes into the evidence, from before it runs, and
// watches for its end; unfollow where it does not come to run. The engine's own log
// would not do: Docker 20.10 gives lines twice of one that is written while it is
// read, and evidence is counted.
func (l *Lab) follow(node string) (unfollow func(), err error) {
	log, err := l.log(node)
	if err != nil {
		return func() {}, err
	}
	begun := &life{id: l.id(node), logged: make(chan struct{})}
	a, err := l.engine.ContainerAttach(context.Background(), begun.id,
		client.ContainerAttachOptions{Stream: true, Stdout: true, Stderr: true})
	if err != nil {
		return func() {}, fmt.Errorf("attach: %w", err)
	}
	log.begin()
	next := l.nextExit(begun.id)
	l.mu.Lock()
	l.lives[node] = begun
	l.mu.Unlock()
	cut := context.AfterFunc(l.living, a.Close)
	l.logs.Go(func() {
		defer close(begun.logged)
		defer a.Close()
		defer cut()
		out, complaint := &stream{targetLog: log}, &stream{targetLog: log}
		// what breaks off is kept as far as it went
		_, _ = stdcopy.StdCopy(out, complaint, a.Reader)
		out.close()
		complaint.close()
	})
	l.watches.Go(func() {
		code, err := l.exit(begun.id, next)
		l.ended(node, begun, code, err)
	})
	return func() {
		l.mu.Lock()
		begun.wished = true
		l.mu.Unlock()
		a.Close()
	}, nil
}

func (l *Lab) id(node string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ids[node]
}

// How a target's readiness is asked.
const (
	readyWithin = 60 * time.Second       // unless the scenario says
	readyEvery  = 100 * time.Millisecond // between two questions
)

// ready waits until a target can be used.
func (l *Lab) ready(ctx context.Context, n plan.Node) error {
	within := readyWithin
	if r := n.Spec.Ready; r != nil && r.Within > 0 {
		within = r.Within
	}
	ctx, cancel := context.WithTimeoutCause(ctx, within, fmt.Errorf("not ready within %s", within))
	defer cancel()
	var last string
	for {
		ok, why, err := l.asked(ctx, n)
		if ok {
			return nil
		}
		if why != "" {
			last = why
		}
		if err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w; last answer: %s%s; the end of its log:\n%s", context.Cause(ctx),
				last, l.strayed(n.Name), l.tailOf(n.Name))
		case err := <-l.lost:
			return err
		case <-time.After(readyEvery):
		}
	}
}

// asked asks once all that a target's readiness consists of.
func (l *Lab) asked(ctx context.Context, n plan.Node) (ok bool, why string, err error) {
	r := n.Spec.Ready
	switch {
	case r != nil && r.Log != "":
		log, err := l.log(n.Name)
		return err == nil && log.ready(), fmt.Sprintf("no log line holds %q", r.Log), err
	case r != nil && r.Health:
		return l.healthy(ctx, n.Name)
	}
	for _, c := range n.Ready {
		var a load.Answer
		if err := l.load.Call(ctx, "knock", c, &a); err != nil {
			return false, "", err
		}
		if !a.Good {
			return false, refusal(n, c, a.Detail), nil
		}
	}
	return true, "", nil
}

// refusal says what a target was asked and what came of it; of a port at which nothing
// listens, what to look at: an image's own port is easily taken for another.
func refusal(n plan.Node, c load.Check, detail string) string {
	asked, keys, port := "", "", ""
	switch {
	case c.TCP != nil:
		asked, keys = "tcp "+c.TCP.Address, "ready"
		if r := n.Spec.Ready; r == nil || r.TCP == "" {
			keys = "ports"
		}
		_, port, _ = net.SplitHostPort(c.TCP.Address)
	case c.HTTP != nil:
		asked, keys = "GET "+string(c.HTTP.URL), "ready"
		if u, err := url.Parse(c.HTTP.URL.Outline()); err == nil {
			port = cmp.Or(u.Port(), map[string]string{"http": "80", "https": "443"}[u.Scheme])
		}
	}
	said := strings.TrimSpace(asked + " " + detail)
	if detail != load.Refused.String() || port == "" {
		return said
	}
	return fmt.Sprintf("%s: nothing listens there; is %s the port that its program listens on, on "+
		"all addresses and not on 127.0.0.1 alone? (%s)", said, port, keys)
}

func (l *Lab) healthy(ctx context.Context, node string) (ok bool, why string, err error) {
	c, err := l.engine.ContainerInspect(ctx, l.id(node), client.ContainerInspectOptions{})
	if err != nil {
		return false, "", err
	}
	h := c.Container.State.Health
	if h == nil {
		return false, "", fmt.Errorf("ready: health: its image has no health check")
	}
	return h.Status == container.Healthy, "health " + string(h.Status), nil
}
