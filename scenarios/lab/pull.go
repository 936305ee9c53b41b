package lab

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/pkg/authconfig"
	"github.com/moby/moby/client"
	"github.com/moby/moby/client/pkg/jsonmessage"
	"github.com/testcontainers/testcontainers-go"

	"github.com/stormdrill/stormdrill/scenarios"
)

// pulled gives the name by which the engine has a user's image, which is pulled where
// it does not.
func (l *Lab) pulled(ctx context.Context, image string) (string, error) {
	image = prefixed(testcontainers.ReadConfig().Config.HubImageNamePrefix, image)
	_, err := l.engine.ImageInspect(ctx, image)
	if !errdefs.IsNotFound(err) {
		return image, err
	}
	l.say("pull of " + image)
	var o client.ImagePullOptions
	if _, auth, err := testcontainers.DockerImageAuth(ctx, image); err == nil { // else it is public, or the registry says that it is not
		if o.RegistryAuth, err = authconfig.Encode(auth); err != nil {
			return "", fmt.Errorf("image %s: credentials: %w", image, err)
		}
	}
	stream, err := l.engine.ImagePull(ctx, image, o)
	if err == nil {
		err = stream.Wait(ctx)
	}
	if err != nil {
		return "", fmt.Errorf("image %s: %w", image, err)
	}
	return image, nil
}

// prefixed is an image of the Docker Hub as TESTCONTAINERS_HUB_IMAGE_NAME_PREFIX, or
// hub.image.name.prefix in ~/.testcontainers.properties, has it: by a registry's name
// that stands before. An image that names its registry stays as it is.
func prefixed(prefix, image string) string {
	first, _, several := strings.Cut(image, "/")
	if prefix == "" || several && (first == "localhost" || strings.ContainsAny(first, ".:")) {
		return image
	}
	return path.Join(prefix, image)
}

// built builds a target's image and gives its name.
func (l *Lab) built(ctx context.Context, b *scenarios.Build) (string, error) {
	args := map[string]*string{}
	for k, v := range b.Args {
		args[k] = &v
	}
	dir := b.Context
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(filepath.Dir(l.Plan.Scenario.File), dir)
	}
	r := testcontainers.ContainerRequest{FromDockerfile: testcontainers.FromDockerfile{Context: dir, Dockerfile: b.Dockerfile, BuildArgs: args, KeepImage: true}}
	o, err := r.BuildOptions()
	if err != nil {
		return "", fmt.Errorf("build: %w", err)
	}
	if c, ok := o.Context.(interface{ Close() error }); ok {
		defer c.Close()
	}
	return o.Tags[0], l.build(ctx, o)
}

// build has the engine build an image; the error holds what the build said.
func (l *Lab) build(ctx context.Context, o client.ImageBuildOptions) error {
	answer, err := l.engine.ImageBuild(ctx, o.Context, o)
	if err != nil {
		return fmt.Errorf("build: %w", err)
	}
	defer answer.Body.Close()
	var said bytes.Buffer
	if err := jsonmessage.DisplayStream(answer.Body, &said); err != nil {
		return fmt.Errorf("build: %w\n%s", err, said.String())
	}
	return nil
}
