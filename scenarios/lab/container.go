package lab

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"

	"github.com/stormdrill/stormdrill/scenarios"
)

// box is a container as it is to be made. It has one network, the drill's, and no
// port of it is published, whatever its image exposes.
type box struct {
	node    string
	addr    netip.Addr
	image   string
	command []string
	env     map[string]string
	user    string // empty: the image's
	stdin   bool   // it is spoken to
	files   map[string][]byte
	host    container.HostConfig
}

// startBox makes a container, gives its id to made, and starts it. The container is the
// drill's by its labels, also where this fails.
func (l *Lab) startBox(ctx context.Context, b box, made func(id string) error) error {
	b.host.NetworkMode = container.NetworkMode(l.network)
	c, err := l.engine.ContainerCreate(ctx, client.ContainerCreateOptions{
		Config: &container.Config{
			Image: b.image, User: b.user, Cmd: b.command, Env: variables(b.env), Labels: l.labelled(b.node),
			OpenStdin: b.stdin, StdinOnce: b.stdin, AttachStdin: b.stdin,
		},
		HostConfig: &b.host,
		NetworkingConfig: &network.NetworkingConfig{EndpointsConfig: map[string]*network.EndpointSettings{
			l.network: {IPAMConfig: &network.EndpointIPAMConfig{IPv4Address: b.addr}},
		}},
	})
	if err != nil {
		return fmt.Errorf("create: %w", err)
	}
	if err := l.fill(ctx, c.ID, b.files); err != nil {
		return fmt.Errorf("files: %w", err)
	}
	if err := made(c.ID); err != nil {
		return err
	}
	if _, err := l.engine.ContainerStart(ctx, c.ID, client.ContainerStartOptions{}); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	return nil
}

// variables are an environment as engines take it, in a fixed order.
func variables(env map[string]string) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(env)) {
		all = append(all, name+"="+env[name])
	}
	return all
}

// fill puts files into a container that does not run yet.
func (l *Lab) fill(ctx context.Context, id string, files map[string][]byte) error {
	if len(files) == 0 {
		return nil
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, path := range slices.Sorted(maps.Keys(files)) {
		h := tar.Header{Name: strings.TrimPrefix(path, "/"), Mode: 0o644, Size: int64(len(files[path]))}
		if err := w.WriteHeader(&h); err != nil {
			return err
		}
		if _, err := w.Write(files[path]); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	_, err := l.engine.CopyToContainer(ctx, id, client.CopyToContainerOptions{DestinationPath: "/", Content: &b})
	return err
}

// Limits of Stormdrill's own containers. Threads count as processes; an instrument
// that reaches its limit of memory is killed, and the run is an error, never a pass.
const (
	ownProcesses = 512
	ownMemory    = 2 << 30
)

// own is what Stormdrill's own containers may do: what their role needs, and no more.
// Their binary is all that is in them.
func own(capabilities ...string) container.HostConfig {
	most := int64(ownProcesses)
	h := container.HostConfig{
		CapDrop: []string{"ALL"}, CapAdd: capabilities,
		SecurityOpt: []string{"no-new-privileges"}, ReadonlyRootfs: true,
	}
	h.PidsLimit, h.Memory, h.MemorySwap = &most, ownMemory, ownMemory
	return h
}

// portsForAll is the first port that takes no capability to listen on; engines before
// and beside Docker 20.10 leave it at 1024.
const portsForAll = "net.ipv4.ip_unprivileged_port_start"

// nobody is a user that owns nothing.
const nobody = "65532:65532"

// ownTarget is what an embedded target may do, and as whom it runs: as nobody, at
// ports of any number. A kv notes in its container that it has been founded, and files
// cannot be put into one that is read-only.
func ownTarget(s *scenarios.Target) (h container.HostConfig, user string) {
	h = own()
	h.Sysctls = map[string]string{portsForAll: "0"}
	h.ReadonlyRootfs = s.Lab.KV == nil && len(s.Files) == 0
	if s.Lab.KV != nil {
		return h, ""
	}
	return h, nobody
}
