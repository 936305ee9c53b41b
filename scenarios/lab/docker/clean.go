package docker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"

	"github.com/stormdrill/stormdrill/scenarios/lab"
)

// Reap removes all of a run that is over without having removed it, also what
// the engine was still creating when the run ended: until nothing has appeared
// for quietFor.
func (Engine) Reap(ctx context.Context, run string) error {
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
		if left, err := removeOnce(ctx, engine, filter); len(left) > 0 || err != nil {
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

// Clean removes what dead runs left, and reports each. A run that goes on is only named,
// unless all is set.
func (Engine) Clean(ctx context.Context, all bool) ([]lab.Dead, error) {
	return eachDead(ctx, func(ctx context.Context, engine *client.Client, run string, f *found,
		now time.Time) (*lab.Dead, error) {
		if why := f.alive(now); why != "" && !all {
			return &lab.Dead{Run: run, Outcome: "left alone: " + why}, nil
		}
		return removeDead(ctx, engine, run, f)
	})
}

// Sweep removes what dead runs of this machine left, and those of any that should have
// been over by now: a job that was cancelled with all its processes leaves none that
// would. Those that go on it does not mention.
func (Engine) Sweep(ctx context.Context) ([]lab.Dead, error) {
	return eachDead(ctx, func(ctx context.Context, engine *client.Client, run string, f *found,
		now time.Time) (*lab.Dead, error) {
		if !f.left(now) {
			return nil, nil
		}
		return removeDead(ctx, engine, run, f)
	})
}

// Left names the runs that Sweep would remove.
func Left(ctx context.Context) (runs []string, err error) {
	_, err = eachDead(ctx, func(_ context.Context, _ *client.Client, run string, f *found,
		now time.Time) (*lab.Dead, error) {
		if f.left(now) {
			runs = append(runs, run)
		}
		return nil, nil
	})
	return runs, err
}

// left reports whether a run is dead and this machine's to remove.
func (f *found) left(now time.Time) bool {
	return f.alive(now) == "" && (f.labels[hostLabel] == host() || f.overdue(now))
}

// eachDead asks what to do about each run that has something on the engine.
func eachDead(ctx context.Context, do func(context.Context, *client.Client, string, *found,
	time.Time) (*lab.Dead, error)) (done []lab.Dead, err error) {
	engine, err := connect(ctx)
	if err != nil {
		return nil, err
	}
	defer engine.Close()
	runs, err := runsOn(ctx, engine)
	if err != nil || len(runs) == 0 {
		return nil, err
	}
	now, err := engineNow(ctx, engine)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, run := range slices.Sorted(maps.Keys(runs)) {
		d, err := do(ctx, engine, run, runs[run], now)
		if d != nil {
			done = append(done, *d)
		}
		errs = append(errs, err)
	}
	return done, errors.Join(errs...)
}

// removeDead removes a run.
func removeDead(ctx context.Context, engine *client.Client, run string, f *found) (*lab.Dead,
	error) {
	if err := removeRun(ctx, engine, run); err != nil {
		return nil, err
	}
	d := lab.Dead{Run: run, Outcome: "removed"}
	if f.labels[hostLabel] == host() {
		d.Ledger = f.labels[ledgerLabel]
	}
	return &d, nil
}

// removeRun removes the containers, networks, volumes and images of one run, until the engine
// shows none.
func removeRun(ctx context.Context, engine *client.Client, run string) error {
	filter := client.Filters{}.Add("label", Label+"="+run)
	err := untilGone(ctx, func(ctx context.Context) ([]string, error) {
		return removeOnce(ctx, engine, filter)
	})
	if err != nil {
		return fmt.Errorf("run %s: %w", run, err)
	}
	pruneNameless(ctx, engine)
	return nil
}

// patience is how long an engine may take to remove one more thing. It waits 12 s for the end
// of a container that it killed, and says then that it has seen none: it is asked again, four
// times. One that was itself killed may wait for an end that came while it was away for ever.
const patience = time.Minute

// untilGone has once remove what is left, and name it, until nothing is, or there has
// been no less of it for as long as patience lasts.
func untilGone(ctx context.Context, once func(context.Context) ([]string, error)) error {
	least, since := math.MaxInt, time.Now()
	for {
		try, cancel := context.WithTimeout(ctx, patience)
		left, err := once(try)
		cancel()
		if len(left) == 0 && err == nil {
			return nil
		}
		if len(left) > 0 && len(left) < least {
			least, since = len(left), time.Now()
		}
		names := strings.Join(left, ", ")
		switch {
		case ctx.Err() != nil:
			return errors.Join(fmt.Errorf("left: %s: stormdrill clean removes it",
				cmp.Or(names, "objects that the engine does not name")), err)
		case time.Since(since) >= patience:
			return errors.Join(fmt.Errorf("the engine has not removed %s in %s: it has to be "+
				"restarted, or what holds that removed; stormdrill clean does the rest",
				cmp.Or(names, "anything"), patience), err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// removeOnce removes all that carry the label, and names what there was.
func removeOnce(ctx context.Context, engine *client.Client, filter client.Filters) (found []string,
	err error) {
	containers, err := engine.ContainerList(ctx,
		client.ContainerListOptions{All: true, Filters: filter})
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, c := range containers.Items {
		found = append(found, "container "+c.ID[:min(len(c.ID), 12)])
		_, err := engine.ContainerRemove(ctx, c.ID,
			client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
		errs = append(errs, unlessGone(err))
	}
	networks, err := engine.NetworkList(ctx, client.NetworkListOptions{Filters: filter})
	if err != nil {
		return found, errors.Join(append(errs, err)...)
	}
	for _, n := range networks.Items {
		found = append(found, "network "+n.Name)
		_, err := engine.NetworkRemove(ctx, n.ID, client.NetworkRemoveOptions{})
		errs = append(errs, unlessGone(err))
	}
	volumes, err := removeVolumes(ctx, engine, filter)
	errs, found = append(errs, err), append(found, volumes...)
	images, err := removeImages(ctx, engine, filter)
	return append(found, images...), errors.Join(append(errs, err)...)
}

// unlessGone is nil where the thing is there no more.
func unlessGone(err error) error {
	if errdefs.IsNotFound(err) {
		return nil
	}
	return err
}
