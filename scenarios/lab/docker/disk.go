package docker

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"time"

	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/client"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/disk"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

// disksAt is where the node that holds the targets' disks has them.
const disksAt = "/disks"

// volume is a target's disk: a volume of the engine's that is a file system in memory. It is
// there as long as any container that has it runs, so the node that holds them keeps it over
// the end of its target.
type volume struct {
	name   string
	inside string // path in the target
	at     string // path in the node that holds it
	size   quantity.Size
}

// volumesOf are a node's disks, in the order of their paths. They are named by its address,
// as an engine takes not every name.
func volumesOf(run string, n plan.Node) (all []volume) {
	for i, inside := range slices.Sorted(maps.Keys(n.Spec.Tmpfs)) {
		all = append(all, volume{
			name:   "stormdrill-" + run + "-" + n.Addr.String() + "-" + strconv.Itoa(i+1),
			inside: inside,
			at:     path.Join(disksAt, n.Addr.String(), strconv.Itoa(i+1)),
			size:   n.Spec.Tmpfs[inside],
		})
	}
	return all
}

// mounts are volumes as a container has them, each at a path.
func mounts(all []volume, at func(volume) string) (out []mount.Mount) {
	for _, v := range all {
		out = append(out, mount.Mount{Type: mount.TypeVolume, Source: v.name, Target: at(v)})
	}
	return out
}

// startDisks makes the targets' disks, where they have any, and starts the node that holds
// and fills them. It has no network but the drill's, and no right but to write to a folder
// of any owner.
func (l *Lab) startDisks(ctx context.Context) (err error) {
	var all []volume
	for _, n := range l.Plan.Nodes {
		all = append(all, volumesOf(l.Plan.Run, n)...)
	}
	if len(all) == 0 {
		return nil
	}
	for _, v := range all {
		if _, err := l.engine.VolumeCreate(ctx, client.VolumeCreateOptions{Name: v.name,
			Driver: "local", Labels: l.labels(), DriverOpts: map[string]string{"type": "tmpfs",
				"device": "tmpfs", "o": fmt.Sprintf("size=%d", int64(v.size))}}); err != nil {
			return fmt.Errorf("disk %s: %w", v.name, err)
		}
	}
	h := own("DAC_OVERRIDE")
	h.Mounts = mounts(all, func(v volume) string { return v.at })
	l.disks, err = l.converse(ctx, "disk", l.Plan.DiskAddr, h)
	if err != nil {
		return err
	}
	for _, v := range all {
		s, err := l.disk(ctx, "state", v.at)
		if err != nil {
			return err
		}
		// Kernels give whole pages.
		if got := quantity.Size(s.Size); got < v.size || got > v.size+maxPage {
			return fmt.Errorf("disk %s: the engine gave %s, and %s were asked for: it has no "+
				"volumes in memory of a size", v.name, got, v.size)
		}
	}
	return nil
}

// maxPage is the largest page of the kernels that Docker runs on.
const maxPage = 64 << 10

// disk asks the node that holds them about one.
func (l *Lab) disk(ctx context.Context, call string, in any) (s disk.State, err error) {
	if l.disks == nil {
		return s, errors.New("no target has a disk")
	}
	if err = l.disks.Call(ctx, call, in, &s); err != nil {
		return s, fmt.Errorf("disk: %w", err)
	}
	return s, nil
}

// diskAt is where the node that holds it has a target's disk.
func (l *Lab) diskAt(node, inside string) (string, error) {
	for _, v := range volumesOf(l.Plan.Run, l.planned(node)) {
		if v.inside == inside {
			return v.at, nil
		}
	}
	return "", fmt.Errorf("%s has no disk %s", node, inside)
}

// FillDisk fills a target's disk, and reads back that no more is free than was to be left.
func (l *Lab) FillDisk(ctx context.Context, node, inside string, leave quantity.Size) error {
	at, err := l.diskAt(node, inside)
	if err != nil {
		return err
	}
	s, err := l.disk(ctx, "fill", disk.Fill{Path: at, Leave: int64(leave)})
	for end := time.Now().Add(fullWithin); err == nil && s.Free > int64(leave); {
		if time.Now().After(end) {
			return fmt.Errorf("fill the disk %s of %s: %s are free, and %s were to be left", inside,
				node, quantity.Size(s.Free), leave)
		}
		time.Sleep(20 * time.Millisecond) // the target has deleted something: that is taken, too
		s, err = l.disk(ctx, "state", at)
	}
	return err
}

// fullWithin is how long a target may go on deleting what it has on a disk that is filled.
const fullWithin = 2 * time.Second

// FreeDisk gives back what FillDisk took, and reads it back.
func (l *Lab) FreeDisk(ctx context.Context, node, inside string) error {
	at, err := l.diskAt(node, inside)
	if err != nil {
		return err
	}
	s, err := l.disk(ctx, "free", at)
	if err == nil && s.Held > 0 {
		err = fmt.Errorf("free the disk %s of %s: %s are still held", inside, node,
			quantity.Size(s.Held))
	}
	return err
}

// Disk reports the state of a target's disk.
func (l *Lab) Disk(ctx context.Context, node, inside string) (faults.Disk, error) {
	at, err := l.diskAt(node, inside)
	if err != nil {
		return faults.Disk{}, err
	}
	return l.disk(ctx, "state", at)
}

// removeVolumes removes the volumes that filter selects, and names what there was.
func removeVolumes(ctx context.Context, engine *client.Client,
	filter client.Filters) (found []string, err error) {
	list, err := engine.VolumeList(ctx, client.VolumeListOptions{Filters: filter})
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, v := range list.Items {
		found = append(found, "volume "+v.Name)
		_, err := engine.VolumeRemove(ctx, v.Name, client.VolumeRemoveOptions{})
		errs = append(errs, unlessGone(err))
	}
	return found, errors.Join(errs...)
}

// volumeMade is when a volume was made; the zero time where its engine does not say.
func volumeMade(created string) time.Time {
	at, _ := time.Parse(time.RFC3339, created)
	return at
}
