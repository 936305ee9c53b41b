package run

import (
	"context"

	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// ErrNobodyWaits is returned for an acknowledgement of a run that does not wait for one.
var ErrNobodyWaits = watch.ErrNobodyWaits

// Waiting lists the runs of this user that wait for an acknowledgement.
func Waiting(ctx context.Context) ([]string, error) { return watch.Waiting(ctx) }

// Acknowledge acknowledges for the persons that a run of this user on this machine waits for:
// run is its id, or the beginning of it. It gives the whole id, and their watchers' names.
func Acknowledge(ctx context.Context, run, note string) (id string, watchers []string, err error) {
	return watch.Acknowledge(ctx, run, note)
}
