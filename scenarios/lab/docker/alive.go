package docker

import (
	"context"
	"fmt"
	"maps"
	"os"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/stormdrill/stormdrill/scenarios/plan"
)

// More labels, on all that a run puts on the engine.
const (
	// hostLabel names the machine of the CLI that runs the drill.
	hostLabel = "org.stormdrill.host"
	// untilLabel is when the drill is over at the latest, RFC 3339: what is left then is
	// left for good, whichever machine began it.
	untilLabel = "org.stormdrill.until"
)

// labels are on all that a plan's run puts on the engine.
func labels(p *plan.Plan) map[string]string {
	return map[string]string{Label: p.Run, hostLabel: host(),
		untilLabel: latest(p, time.Now()).UTC().Format(time.RFC3339)}
}

// slack is what a drill may take beyond its phases and its targets' readiness: images that
// are built or pulled, lifts, writes that are read back.
const slack = 30 * time.Minute

// latest is when a drill that begins now is over at the latest.
func latest(p *plan.Plan, now time.Time) time.Time {
	f := p.Header.Phases
	now = now.Add(slack + f.WarmUp + f.Baseline + p.InjectDelay + f.Hold + f.Recovery)
	for _, n := range p.Nodes {
		if r := n.Spec.Ready; r != nil && r.Within > 0 {
			now = now.Add(r.Within)
		} else {
			now = now.Add(readyWithin)
		}
	}
	return now
}

func host() string {
	name, err := os.Hostname()
	if err != nil {
		return "unknown"
	}
	return name
}

// found is what the engine has of a run.
type found struct {
	labels  map[string]string
	nodes   int       // switchboard and load node, that run
	targets int       // containers of targets, in whatever state
	newest  time.Time // when the last of it was made
}

// runsOn lists the runs that have something on the engine.
func runsOn(ctx context.Context, engine *client.Client) (map[string]*found, error) {
	runs := map[string]*found{}
	filter := client.Filters{}.Add("label", Label)
	containers, err := engine.ContainerList(ctx,
		client.ContainerListOptions{All: true, Filters: filter})
	if err != nil {
		return nil, err
	}
	networks, err := engine.NetworkList(ctx, client.NetworkListOptions{Filters: filter})
	if err != nil {
		return nil, err
	}
	images, err := imagesOf(ctx, engine, filter)
	if err != nil {
		return nil, err
	}
	volumes, err := engine.VolumeList(ctx, client.VolumeListOptions{Filters: filter})
	if err != nil {
		return nil, err
	}
	of := func(labels map[string]string, made time.Time) *found {
		f := runs[labels[Label]]
		if f == nil {
			f = &found{labels: map[string]string{}}
			runs[labels[Label]] = f
		}
		maps.Copy(f.labels, labels) // of a network there are more
		if made.After(f.newest) {
			f.newest = made
		}
		return f
	}
	for _, c := range containers.Items {
		f := of(c.Labels, time.Unix(c.Created, 0))
		switch node := c.Labels[NodeLabel]; {
		case node != "switchboard" && node != "load":
			f.targets++
		case c.State == container.StateRunning || c.State == container.StatePaused:
			f.nodes++
		}
	}
	for _, n := range networks.Items {
		of(n.Labels, n.Created)
	}
	for _, i := range images {
		of(i.labels, i.made)
	}
	for _, v := range volumes.Items {
		of(v.Labels, volumeMade(v.CreatedAt))
	}
	return runs, nil
}

// startWithin is how long a run may have neither a node nor a target.
const startWithin = 30 * time.Second

// alive says why a run must be left alone; empty where it is dead. The engine shows it:
// switchboard and load node live no longer than the CLI that talks to them, and come before
// any target, whichever user runs the drill and wherever.
func (f *found) alive(now time.Time) string {
	switch age := now.Sub(f.newest); {
	case f.nodes > 0:
		return "it is running: " + plural(f.nodes, "node") + " of it with its stormdrill"
	case f.targets == 0 && age < startWithin:
		return fmt.Sprintf("it may be starting: what there is of it was made %s ago",
			age.Round(time.Second))
	}
	return ""
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// overdue reports whether a run should have been over by now.
func (f *found) overdue(now time.Time) bool {
	until, err := time.Parse(time.RFC3339, f.labels[untilLabel])
	return err == nil && now.After(until)
}

// engineNow is the engine's clock, by which it says when things were made.
func engineNow(ctx context.Context, engine *client.Client) (time.Time, error) {
	info, err := engine.Info(ctx, client.InfoOptions{})
	if err != nil {
		return time.Time{}, err
	}
	now, err := time.Parse(time.RFC3339Nano, info.Info.SystemTime)
	if err != nil {
		return time.Time{}, fmt.Errorf("the engine's clock: %w", err)
	}
	return now, nil
}
