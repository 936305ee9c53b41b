package lab

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
)

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
