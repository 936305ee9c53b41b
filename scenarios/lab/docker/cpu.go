package docker

import (
	"context"
	"encoding/json"
	"fmt"
	"math"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

// LimitCPU lowers a target's CPU limit.
func (l *Lab) LimitCPU(ctx context.Context, node string, cpus float64) error {
	return l.limitCPUs(ctx, node, nanoCPUs(cpus))
}

// RestoreCPU restores the limit that the plan gave.
func (l *Lab) RestoreCPU(ctx context.Context, node string) error {
	return l.limitCPUs(ctx, node, nanoCPUs(l.planned(node).Spec.CPUs))
}

// nanoCPUs is a limit as engines take it, ns of CPU time per second.
func nanoCPUs(cpus float64) int64 { return int64(math.Round(cpus * 1e9)) }

// limitCPUs sets a limit unless it is in force, and reads it back.
func (l *Lab) limitCPUs(ctx context.Context, node string, want int64) error {
	have, err := l.limits(ctx, node)
	if err != nil || have.NanoCPUs == want {
		return err
	}
	o := client.ContainerUpdateOptions{Resources: &container.Resources{NanoCPUs: want}}
	if _, err := l.engine.ContainerUpdate(ctx, l.id(node), o); err != nil {
		return fmt.Errorf("limit the CPU time of %s: %w", node, err)
	}
	if have, err = l.limits(ctx, node); err != nil {
		return err
	}
	if have.NanoCPUs != want {
		return fmt.Errorf("limit the CPU time of %s: the engine says that it is %g CPUs, and %g "+
			"were asked for", node, float64(have.NanoCPUs)/1e9, float64(want)/1e9)
	}
	return nil
}

// CPU reports a target's limit, and how often it stood still for it.
func (l *Lab) CPU(ctx context.Context, node string) (faults.CPU, error) {
	have, err := l.limits(ctx, node)
	if err != nil {
		return faults.CPU{}, err
	}
	s, err := l.stats(ctx, node)
	return faults.CPU{Limit: float64(have.NanoCPUs) / 1e9,
		Throttled: s.CPUStats.ThrottlingData.ThrottledPeriods}, err
}

// limits are what the engine says a target's limits are.
func (l *Lab) limits(ctx context.Context, node string) (container.Resources, error) {
	c, err := l.engine.ContainerInspect(ctx, l.id(node), client.ContainerInspectOptions{})
	if err != nil {
		return container.Resources{}, fmt.Errorf("inspect %s: %w", node, err)
	}
	return c.Container.HostConfig.Resources, nil
}

// stats reads a target's control group, once.
func (l *Lab) stats(ctx context.Context, node string) (s container.StatsResponse, err error) {
	r, err := l.engine.ContainerStats(ctx, l.id(node), client.ContainerStatsOptions{})
	if err == nil {
		defer r.Body.Close()
		err = json.NewDecoder(r.Body).Decode(&s)
	}
	if err != nil {
		return s, fmt.Errorf("stats of %s: %w", node, err)
	}
	return s, nil
}

// planned is the plan's node of a name; faults are bound to no other.
func (l *Lab) planned(node string) plan.Node {
	for _, n := range l.Plan.Nodes {
		if n.Name == node {
			return n
		}
	}
	return plan.Node{Name: node, Spec: &scenarios.Target{}}
}
