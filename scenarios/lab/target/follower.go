//go:build linux

package target

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/stormdrill/stormdrill/scenarios"
)

// follower is what runs beside a node of a pair. As the standby it asks the
// active one for its log, on and on, and takes over after Fall failed questions
// in a row, if it ever had the whole of it. As the active one it asks, once an
// interval, whether another has taken over meanwhile; then it steps down. Two that do not
// reach each other both lead: a pair alone cannot distinguish a lost peer from a lost line.
type follower struct {
	cfg    scenarios.KV
	store  *store
	base   string // URL of the peer
	client *http.Client
}

// run goes on until ctx ends.
func (f follower) run(ctx context.Context) error {
	fails := 0
	for ctx.Err() == nil {
		if leads, _ := f.store.active(); leads {
			f.guard(ctx)
			continue
		}
		begun := time.Now()
		if err := f.pull(ctx); err == nil {
			fails = 0
			continue
		}
		fails++
		if _, epoch, synced := f.store.place(); synced && fails >= f.cfg.Fall && ctx.Err() == nil {
			f.store.lead(epoch + 1)
			fails = 0
			continue
		}
		pause(ctx, f.cfg.Interval-time.Since(begun))
	}
	return nil
}

// pull asks the active one once for what follows.
func (f follower) pull(ctx context.Context) error {
	from, _, _ := f.store.place()
	var p logPage
	if err := f.get(ctx, f.cfg.Interval, fmt.Sprintf("/log?from=%d", from), &p); err != nil {
		return err
	}
	return f.store.apply(from, p)
}

// guard is one round of the active one's loop.
func (f follower) guard(ctx context.Context) {
	begun := time.Now()
	var other Standing
	err := f.get(ctx, f.cfg.Interval/2, "/state", &other)
	_, epoch, _ := f.store.place()
	if err == nil && other.Role == "active" && other.Epoch > epoch {
		f.store.step(other.Epoch)
		return
	}
	f.store.beats()
	pause(ctx, f.cfg.Interval/2-time.Since(begun))
}

// get asks the peer for JSON.
func (f follower) get(ctx context.Context, within time.Duration, path string, into any) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, f.base+path, nil)
	if err != nil {
		return err
	}
	a, err := f.client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = a.Body.Close() }()
	if a.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, a.Status)
	}
	return json.NewDecoder(a.Body).Decode(into)
}
