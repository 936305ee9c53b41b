package docker

import (
	"context"
	"fmt"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/stormdrill/stormdrill/faults"
)

var _ faults.Nodes = (*Lab)(nil)

// Kill sends SIGKILL to a target and waits until it is dead.
func (l *Lab) Kill(ctx context.Context, node string) error {
	l.wish(node, true)
	dead := l.engine.ContainerWait(ctx, l.id(node),
		client.ContainerWaitOptions{Condition: container.WaitConditionNotRunning})
	if _, err := l.engine.ContainerKill(ctx, l.id(node),
		client.ContainerKillOptions{Signal: "KILL"}); err != nil && !l.dead(ctx, node) {
		return fmt.Errorf("kill %s: %w", node, err)
	} else if err != nil {
		return nil
	}
	select {
	case <-dead.Result:
		return nil
	case err := <-dead.Error:
		return fmt.Errorf("kill %s: %w", node, err)
	}
}

// dead reports whether a target is seen to be: an engine refuses to signal one.
func (l *Lab) dead(ctx context.Context, node string) bool {
	c, err := l.engine.ContainerInspect(ctx, l.id(node), client.ContainerInspectOptions{})
	return err == nil && !c.Container.State.Running
}

// wish notes whether a fault is about to end a target's life.
func (l *Lab) wish(node string, end bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lives[node].wished = end
}

// Terminate sends a target the signal by which it ends in order: SIGTERM, unless its
// image says otherwise; one that is dead is left alone.
func (l *Lab) Terminate(ctx context.Context, node string) error {
	l.wish(node, true)
	c, err := l.engine.ContainerInspect(ctx, l.id(node), client.ContainerInspectOptions{})
	if err != nil {
		return fmt.Errorf("inspect %s: %w", node, err)
	}
	by := "SIGTERM"
	if c.Container.Config != nil && c.Container.Config.StopSignal != "" {
		by = c.Container.Config.StopSignal
	}
	if _, err := l.engine.ContainerKill(ctx, l.id(node),
		client.ContainerKillOptions{Signal: by}); err != nil && !l.dead(ctx, node) {
		return fmt.Errorf("terminate %s: %w", node, err)
	}
	return nil
}

// Pause freezes a target's processes.
func (l *Lab) Pause(ctx context.Context, node string) error {
	if _, err := l.engine.ContainerPause(ctx, l.id(node),
		client.ContainerPauseOptions{}); err != nil {
		return fmt.Errorf("pause %s: %w", node, err)
	}
	return nil
}

// Unpause thaws them; a target that is not frozen is left alone.
func (l *Lab) Unpause(ctx context.Context, node string) error {
	c, err := l.engine.ContainerInspect(ctx, l.id(node), client.ContainerInspectOptions{})
	if err != nil {
		return fmt.Errorf("inspect %s: %w", node, err)
	}
	if !c.Container.State.Paused {
		return nil
	}
	if _, err := l.engine.ContainerUnpause(ctx, l.id(node),
		client.ContainerUnpauseOptions{}); err != nil {
		return fmt.Errorf("unpause %s: %w", node, err)
	}
	return nil
}

// Start starts a dead target again, at its address; a running one is left alone.
func (l *Lab) Start(ctx context.Context, node string) error {
	up, err := l.Running(ctx, node)
	if err != nil || up {
		return err
	}
	unfollow, err := l.follow(node)
	if err == nil {
		_, err = l.engine.ContainerStart(ctx, l.id(node), client.ContainerStartOptions{})
	}
	if err != nil {
		unfollow()
		return fmt.Errorf("start %s: %w", node, err)
	}
	return nil
}

// Running reports whether a target's process runs, and is not frozen.
func (l *Lab) Running(ctx context.Context, node string) (bool, error) {
	c, err := l.engine.ContainerInspect(ctx, l.id(node), client.ContainerInspectOptions{})
	if err != nil {
		return false, fmt.Errorf("inspect %s: %w", node, err)
	}
	return c.Container.State.Running && !c.Container.State.Paused, nil
}
