package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"

	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/lab/target"
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
	from    map[string]string // where they are from, as the scenario has it
	handed  []byte            // target.HandedFile; nil: none
	host    container.HostConfig
}

// startBox makes a container, gives its id to made, and starts it. The container is the
// drill's by its labels, also where this fails.
func (l *Lab) startBox(ctx context.Context, b box, made func(id string) error) error {
	provider, err := l.provider()
	if err != nil {
		return err
	}
	var bare unpublished
	c, err := provider.RunContainer(ctx, testcontainers.ContainerRequest{
		Image: b.image, Cmd: b.command, Env: b.env, Labels: l.labelled(b.node),
		Files:    b.content(),
		Networks: []string{l.network},
		ConfigModifier: func(c *container.Config) {
			c.User, c.OpenStdin, c.StdinOnce, c.AttachStdin = b.user, b.stdin, b.stdin, b.stdin
			bare.config = c
		},
		HostConfigModifier: func(h *container.HostConfig) {
			*h = b.host
			bare.host = h
		},
		EndpointSettingsModifier: func(all map[string]*network.EndpointSettings) {
			for _, e := range all {
				e.IPAMConfig = &network.EndpointIPAMConfig{IPv4Address: b.addr}
			}
		},
		LifecycleHooks: []testcontainers.ContainerLifecycleHooks{{
			PreCreates: []testcontainers.ContainerRequestHook{bare.strip},
			PostCreates: []testcontainers.ContainerHook{func(ctx context.Context,
				c testcontainers.Container) error {
				if err := l.hand(ctx, c.GetContainerID(), b.handed); err != nil {
					return err
				}
				return made(c.GetContainerID())
			}},
		}},
	})
	if err != nil {
		return fmt.Errorf("image %s: %w", b.image, err)
	}
	return l.note(ctx, c.GetContainerID(), b)
}

// provider makes containers, over the lab's own connection to the engine.
func (l *Lab) provider() (*testcontainers.DockerProvider, error) {
	p, err := testcontainers.ProviderDefault.GetProvider(testcontainers.WithLogger(quiet{}))
	if err != nil {
		return nil, err
	}
	docker, ok := p.(*testcontainers.DockerProvider)
	if !ok {
		return nil, fmt.Errorf("testcontainers gives %T for Docker", p)
	}
	docker.SetClient(l.engine)
	return docker, nil
}

// hand puts into a container, before it runs, what only its own user may read.
func (l *Lab) hand(ctx context.Context, id string, what []byte) error {
	if what == nil {
		return nil
	}
	var file bytes.Buffer
	w := tar.NewWriter(&file)
	err := w.WriteHeader(&tar.Header{Name: strings.TrimPrefix(target.HandedFile, "/"), Mode: 0o400,
		Uid: nobodyID, Gid: nobodyID, Size: int64(len(what))})
	if err == nil {
		_, err = w.Write(what)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return err
	}
	_, err = l.engine.CopyToContainer(ctx, id,
		client.CopyToContainerOptions{DestinationPath: "/", Content: &file})
	return err
}

// unpublished takes the ports off a container that is about to be made: testcontainers
// publishes those that an image exposes, on all addresses of the machine. Its own
// pre-hooks, which do so, come before a request's.
type unpublished struct {
	config *container.Config
	host   *container.HostConfig
}

func (u *unpublished) strip(context.Context, testcontainers.ContainerRequest) error {
	u.config.ExposedPorts, u.host.PortBindings = nil, nil
	return nil
}

// content are the files as testcontainers takes them, in a fixed order.
func (b box) content() (all []testcontainers.ContainerFile) {
	for _, path := range slices.Sorted(maps.Keys(b.files)) {
		all = append(all, testcontainers.ContainerFile{
			Reader: bytes.NewReader(b.files[path]), ContainerFilePath: path, FileMode: 0o644,
		})
	}
	return all
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
const (
	nobodyID = 65532
	nobody   = "65532:65532"
)

// ownTarget is what an embedded target may do, and its user: one that owns
// nothing, at ports of any number. A kv notes in its container that it has been founded, and files
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
