//go:build linux

package target

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
)

// NodeHeader names, on every answer, the node that made it, as its name goes over the wire.
const NodeHeader = "X-Stormdrill-Node"

// grace is how long requests under way may take once the target is asked to end; well
// within the 10 s that an engine waits before it kills.
const grace = 3 * time.Second

// defaultHeaderTimeout is for a request's header, from the first byte waited for.
const defaultHeaderTimeout = 10 * time.Second

// service is one kind of target: what answers on the ports, what answers on
// ports of its own, and what runs beside.
type service struct {
	http.Handler
	tls   *tls.Config // nil: plain
	extra map[uint16]http.Handler
	run   func(context.Context) error

	connections   int // served at a time, on each port; 0: all
	headerTimeout time.Duration
}

// Run serves the target until ctx ends or the process is asked to end (SIGTERM, SIGINT),
// then lets requests under way finish, for 3 s at most. A line per request and per change
// of state goes to out, within 200 ms. The error says what kept it from serving; a wished
// end is none.
func Run(ctx context.Context, spec Spec, out io.Writer) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	lines := newJournal(out)
	defer lines.Close()
	s, err := spec.service(lines)
	if err == nil {
		s.tls, err = spec.secured()
	}
	if err != nil {
		return fmt.Errorf("target %s: %w", spec.Node, err)
	}
	if w := spec.Web; w != nil && w.Start > 0 && !pause(ctx, w.Start) {
		return nil
	}
	if err := s.serve(ctx, spec.Ports); err != nil {
		return fmt.Errorf("target %s: %w", spec.Node, err)
	}
	return nil
}

func (s Spec) service(lines *journal) (service, error) {
	switch {
	case len(s.Ports) == 0:
		return service{}, errors.New("no port to serve")
	case s.kinds() != 1:
		return service{}, errors.New("want exactly one of web, lb, kv, sql")
	case s.Web != nil:
		return newWebService(s, lines)
	case s.LB != nil:
		return newBalancerService(s, lines)
	case s.KV != nil:
		return newKVService(s, lines)
	}
	return newSQLService(s, lines)
}

func (s Spec) kinds() int {
	n := 0
	for _, set := range []bool{s.Web != nil, s.LB != nil, s.KV != nil, s.SQL != nil} {
		if set {
			n++
		}
	}
	return n
}

// secured is the target's TLS; nil: it has none.
func (s Spec) secured() (*tls.Config, error) {
	if s.TLS == nil {
		return nil, nil
	}
	c, err := s.TLS.TLS()
	return &tls.Config{Certificates: []tls.Certificate{c}}, err
}

// serve listens on everything before it serves anything: a target that can
// only do half of its work shall not look ready.
func (s service) serve(ctx context.Context, ports []uint16) error {
	all := map[uint16]http.Handler{}
	for _, p := range ports {
		all[p] = s.Handler
	}
	maps.Copy(all, s.extra) // a port of its own may be declared, so that it has links
	if len(all) == len(s.extra) {
		return errors.New("no port to serve requests on: the one it has is for its state")
	}
	listeners := map[net.Listener]http.Handler{}
	for p, h := range all {
		l, err := listen(p, s.connections)
		if err != nil {
			closeAll(listeners)
			return err
		}
		if _, own := s.extra[p]; s.tls != nil && !own {
			l = tls.NewListener(l, s.tls)
		}
		listeners[l] = h
	}
	return serveAll(ctx, listeners, s)
}

func closeAll(listeners map[net.Listener]http.Handler) {
	for l := range listeners {
		_ = l.Close() // nothing was served on it
	}
}

// serveAll serves until ctx ends; the first to fail ends all.
func serveAll(ctx context.Context, listeners map[net.Listener]http.Handler, s service) error {
	g, ctx := errgroup.WithContext(ctx)
	for l, h := range listeners {
		srv := &http.Server{Handler: h, ReadHeaderTimeout: cmp.Or(s.headerTimeout,
			defaultHeaderTimeout), ErrorLog: log.New(io.Discard, "", 0)}
		g.Go(func() error {
			if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		})
		g.Go(func() error {
			<-ctx.Done()
			bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
			defer cancel()
			if srv.Shutdown(bounded) != nil {
				_ = srv.Close() // the clients had their time
			}
			return nil
		})
	}
	if s.run != nil {
		g.Go(func() error { return s.run(ctx) })
	}
	return g.Wait()
}
