//go:build linux

package switchboard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// Run is the switchboard's life: it serves the calls that
// package link lists from in, answering and telling events to out, until in ends, falls silent
// (wire.ErrSilent), or ctx ends. Then it lifts every rule, takes its addresses and its table away,
// and returns; what could not be undone is in the error. It changes the network
// namespace it runs in and needs NET_ADMIN there.
func Run(ctx context.Context, in io.Reader, out io.Writer) error {
	server := wire.NewServer(out)
	server.Names = wire.Named("apply", "lift", "count") // a lift is never before what it lifts
	b := &board{emit: server.Emit}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, in, b.calls()) }()
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done(): // in may block for ever: do not wait for it
		err = context.Cause(ctx)
	}
	return wire.Part(err, b.close)
}

// board is one switchboard: the kernel's side and the streams'.
type board struct {
	emit emitter

	deadlines wire.Deadlines // of the rules in force

	mu     sync.RWMutex // held for writing while prepare and close change what follows
	closed bool
	site   *site
}

func (b *board) calls() map[string]wire.Handler {
	return map[string]wire.Handler{
		"prepare": wire.Handle(func(ctx context.Context, s link.Spec) (any, error) {
			return nil, b.prepare(ctx, s)
		}),
		"apply": wire.Handle(func(_ context.Context, r link.Rule) (out link.Bracket, err error) {
			err = b.with(func(s *site) error { out, err = s.apply(r); return err })
			if err == nil {
				b.deadlines.Set(r.Name, r.For, func() error { return b.expire(r.Name) }, b.emit)
			}
			return out, err
		}),
		"lift": wire.Handle(func(_ context.Context, name string) (out link.Bracket, err error) {
			b.deadlines.Take(name)
			err = b.with(func(s *site) error { out, err = s.lift(name); return err })
			return out, err
		}),
		"count": wire.Handle(func(_ context.Context, name string) (out link.Count, err error) {
			err = b.with(func(s *site) error { out, err = s.count(name); return err })
			return out, err
		}),
		"traffic": wire.Handle(func(context.Context, struct{}) (out []link.Traffic, err error) {
			err = b.with(func(s *site) error { out, err = s.traffic(); return err })
			return out, err
		}),
		"requests": wire.Handle(func(context.Context, struct{}) (out []link.Traffic, err error) {
			err = b.with(func(s *site) error { out = s.streams.traffic(); return nil })
			return out, err
		}),
		"contained": wire.Handle(func(ctx context.Context, _ struct{}) (out []string, err error) {
			err = b.with(func(s *site) error { out, err = s.walls.examine(ctx); return err })
			return out, err
		}),
		"strays": wire.Handle(func(context.Context, struct{}) (out link.Strays, err error) {
			err = b.with(func(s *site) error { out, err = s.stray(); return err })
			return out, err
		}),
		"examine": wire.Handle(func(context.Context, struct{}) (any, error) {
			return Examine(), nil
		}),
		"leftover": wire.Handle(func(context.Context, struct{}) (out []string, err error) {
			err = b.with(func(s *site) error { out, err = s.leftover(); return err })
			return out, err
		}),
	}
}

var (
	errUnprepared = errors.New("switchboard: not prepared: call prepare first")
	errPrepared   = errors.New("switchboard: prepared already: start another one for another drill")
	errClosed     = errors.New("switchboard: closing")
)

func (b *board) prepare(ctx context.Context, s link.Spec) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return errClosed
	}
	if b.site != nil {
		return errPrepared
	}
	made, err := prepare(ctx, s, b.emit)
	if err != nil {
		return fmt.Errorf("switchboard: %w", err)
	}
	b.site = made
	return nil
}

// with does something with a prepared site, which is not closed meanwhile.
func (b *board) with(do func(*site) error) error {
	b.mu.RLock()
	defer b.mu.RUnlock()
	switch {
	case b.closed:
		return errClosed
	case b.site == nil:
		return errUnprepared
	}
	return do(b.site)
}

// expire lifts a rule with a deadline that has passed.
func (b *board) expire(name string) error {
	return b.with(func(s *site) error { _, err := s.lift(name); return err })
}

func (b *board) close() error {
	b.deadlines.Clear()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	if b.site == nil {
		return nil
	}
	return b.site.close()
}

// emitter emits events. A peer that no longer listens to them ends the conversation too, so
// one that cannot be emitted is no loss.
type emitter func(name string, body any) error

func (e emitter) touched(rule string, at int64) {
	_ = e("touched", link.Touched{Rule: rule, At: at})
}
func (e emitter) unknown(u link.Unknown) { _ = e("unknown-name", u) }
func (e emitter) trouble(id string, err error) {
	_ = e("trouble", link.Trouble{Link: id, What: err.Error()})
}
