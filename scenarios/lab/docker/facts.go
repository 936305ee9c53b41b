package docker

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"

	"github.com/stormdrill/stormdrill/scenarios/lab"
)

// Facts are what the engine says of itself and of the images, and what was put into the
// nodes.
func (l *Lab) Facts(ctx context.Context) (f lab.Facts, err error) {
	info, err := l.engine.Info(ctx, client.InfoOptions{})
	if err != nil {
		return f, fmt.Errorf("engine: %w", err)
	}
	i := info.Info
	f.Engine = lab.Engine{Name: "Docker Engine", Version: i.ServerVersion,
		System: i.OperatingSystem, Kernel: i.KernelVersion, Architecture: i.Architecture,
		CPUs: i.NCPU, Memory: i.MemTotal}
	l.mu.Lock()
	f.Nodes = slices.Clone(l.made)
	l.mu.Unlock()
	for k := range f.Nodes {
		n := &f.Nodes[k]
		found, err := l.engine.ImageInspect(ctx, n.ID)
		// its name may mean another by now, and it have none
		if err != nil && !errdefs.IsNotFound(err) {
			return f, fmt.Errorf("image of %s: %w", n.Name, err)
		}
		n.Digests = append([]string{}, found.RepoDigests...)
	}
	return f, nil
}

// note keeps what a container was made of: its image by its content, as a name may come to
// mean another.
func (l *Lab) note(ctx context.Context, id string, b box) error {
	found, err := l.engine.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
	if err != nil {
		return fmt.Errorf("inspect: %w", err)
	}
	n := lab.Node{Name: b.node, Image: b.image, ID: found.Container.Image, Files: []lab.File{}}
	for _, path := range slices.Sorted(maps.Keys(b.files)) {
		sum := sha256.Sum256(b.files[path])
		n.Files = append(n.Files, lab.File{Path: path, From: b.from[path],
			SHA256: hex.EncodeToString(sum[:]), Bytes: len(b.files[path])})
	}
	l.mu.Lock()
	l.made = append(l.made, n)
	l.mu.Unlock()
	return nil
}
