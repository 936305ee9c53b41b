package docker

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"

	"github.com/moby/moby/client"
	"github.com/moby/moby/client/pkg/jsonmessage"
	"github.com/testcontainers/testcontainers-go"

	"github.com/stormdrill/stormdrill/scenarios"
)

// built builds a target's image and gives its name.
func (l *Lab) built(ctx context.Context, b *scenarios.Build) (string, error) {
	args := map[string]*string{}
	for k, text := range b.Args {
		v, err := text.Reveal()
		if err != nil {
			return "", fmt.Errorf("build: args: %s: %w", k, err)
		}
		args[k] = &v
	}
	dir := b.Context
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(filepath.Dir(l.Plan.Scenario.File), dir)
	}
	r := testcontainers.ContainerRequest{FromDockerfile: testcontainers.FromDockerfile{Context: dir,
		Dockerfile: b.Dockerfile, BuildArgs: args, KeepImage: true}}
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
