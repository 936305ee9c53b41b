package lab

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
)

// Reap removes all of a run that is over without having removed it, also what
// the engine was still creating when the run ended: until nothing has appeared
// for quietFor.
func Reap(ctx context.Context, run string) error {
	engine, err := connect(ctx)
	if err != nil {
		return err
	}
	defer engine.Close()
	return reap(ctx, engine, run)
}

// quietFor is how long the engine may take to finish a request of a client that
// is gone.
const quietFor = 3 * time.Second

func reap(ctx context.Context, engine *client.Client, run string) error {
	filter := client.Filters{}.Add("label", Label+"="+run)
	last := time.Now()
	for time.Since(last) < quietFor {
		if left, err := removeOnce(ctx, engine, filter); left > 0 || err != nil {
			last = time.Now()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("run %s: %w", run, context.Cause(ctx))
		case <-time.After(100 * time.Millisecond):
		}
	}
	return nil
}

// Dead is a run that Clean has found.
type Dead struct {
	Run     string
	Ledger  string // the file, on the machine that ran it; empty unless that is this one, and the run was removed
	outcome string // "removed", or why not
}

func (d Dead) String() string { return fmt.Sprintf("run %s: %s", d.Run, d.outcome) }

// Clean removes what dead runs left, and tells of each. A run of this machine that
// still goes on, and any of another machine, is only named, unless all is set.
func Clean(ctx context.Context, all bool) (done []Dead, err error) {
	engine, err := connect(ctx)
	if err != nil {
		return nil, err
	}
	defer engine.Close()
	runs, err := runsOn(ctx, engine)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, run := range slices.Sorted(maps.Keys(runs)) {
		of := runs[run]
		if why := inUse(run, of[hostLabel]); why != "" && !all {
			done = append(done, Dead{Run: run, outcome: "left alone: " + why})
			continue
		}
		if err := removeRun(ctx, engine, run); err != nil {
			errs = append(errs, err)
			continue
		}
		d := Dead{Run: run, outcome: "removed"}
		if of[hostLabel] == host() {
			d.Ledger = of[ledgerLabel]
		}
		done = append(done, d)
	}
	return done, errors.Join(errs...)
}

// runsOn lists the runs that have something on the engine, with the labels of their
// network, or else of a container.
func runsOn(ctx context.Context, engine *client.Client) (map[string]map[string]string, error) {
	runs := map[string]map[string]string{}
	filter := client.Filters{}.Add("label", Label)
	containers, err := engine.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: filter})
	if err != nil {
		return nil, err
	}
	for _, c := range containers.Items {
		runs[c.Labels[Label]] = c.Labels
	}
	networks, err := engine.NetworkList(ctx, client.NetworkListOptions{Filters: filter})
	if err != nil {
		return nil, err
	}
	for _, n := range networks.Items {
		runs[n.Labels[Label]] = n.Labels
	}
	return runs, nil
}

// removeRun removes the containers and networks of one run, until the engine
// shows none.
func removeRun(ctx context.Context, engine *client.Client, run string) error {
	filter := client.Filters{}.Add("label", Label+"="+run)
	for {
		left, err := removeOnce(ctx, engine, filter)
		if left == 0 && err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("%d things of run %s are left: stormdrill clean removes them", left, run), err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// removeOnce removes all that carry the label and says how many there were.
func removeOnce(ctx context.Context, engine *client.Client, filter client.Filters) (found int, err error) {
	containers, err := engine.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: filter})
	if err != nil {
		return 1, err
	}
	var errs []error
	for _, c := range containers.Items {
		_, err := engine.ContainerRemove(ctx, c.ID, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
		if !gone(err) {
			errs = append(errs, err)
		}
	}
	networks, err := engine.NetworkList(ctx, client.NetworkListOptions{Filters: filter})
	if err != nil {
		return 1, err
	}
	for _, n := range networks.Items {
		if _, err := engine.NetworkRemove(ctx, n.ID, client.NetworkRemoveOptions{}); !gone(err) {
			errs = append(errs, err)
		}
	}
	return len(containers.Items) + len(networks.Items), errors.Join(errs...)
}

// gone: it is no longer there, or somebody else is removing it this moment.
func gone(err error) bool { return err == nil || errdefs.IsNotFound(err) || errdefs.IsConflict(err) }
