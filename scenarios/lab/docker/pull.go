package docker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/pkg/authconfig"
	"github.com/moby/moby/api/types/jsonstream"
	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// A pull that fails is tried again: registries and the ways to them have bad moments.
const (
	mostPulls = 3
	pullPause = 2 * time.Second // before the next one
)

// pull has the engine pull an image that it does not have, with the user's own login to its
// registry, and reports how far it has come. Where testcontainers puts a mirror's name
// before the image's, it pulls that by itself.
func (l *Lab) pull(ctx context.Context, image string) error {
	if l.hasImage(ctx, image) {
		return nil
	}
	l.say("image-pulled", "pulling image "+image, "image", image)
	if testcontainers.ReadConfig().Config.HubImageNamePrefix != "" {
		return nil
	}
	var o client.ImagePullOptions
	if _, login, err := testcontainers.DockerImageAuth(ctx, image); err == nil {
		if o.RegistryAuth, err = authconfig.Encode(login); err != nil {
			return fmt.Errorf("image %s: login: %w", image, err)
		}
	}
	for n := 1; ; n++ {
		err := l.pullOnce(ctx, image, o)
		switch {
		case err == nil, ctx.Err() != nil:
			return err
		case n == mostPulls || forGood(err):
			return fmt.Errorf("image %s cannot be pulled: %w; what helps: "+
				"look at it by docker pull %s, "+
				"give the engine a login by docker login where the registry wants one, "+
				"or use an image that is here by --image %s=OTHER",
				image, err, image, image)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pullPause):
		}
	}
}

// forGood reports whether a registry would say so again.
func forGood(err error) bool {
	return errdefs.IsNotFound(err) || errdefs.IsInvalidArgument(err) ||
		errdefs.IsUnauthorized(err) || errdefs.IsPermissionDenied(err)
}

func (l *Lab) pullOnce(ctx context.Context, image string, o client.ImagePullOptions) error {
	answer, err := l.engine.ImagePull(ctx, image, o)
	if err != nil {
		return err
	}
	layers := layers{}
	report := l.Pulling
	if report == nil {
		report = func(timeline.Pull) {}
	}
	for m, err := range answer.JSONMessages(ctx) {
		if err == nil && m.Error != nil {
			err = errors.New(m.Error.Message)
		}
		if err != nil {
			report(layers.sum(image, true))
			return err
		}
		if layers.take(m) {
			report(layers.sum(image, false))
		}
	}
	report(layers.sum(image, true))
	return ctx.Err()
}

// layers are those of an image that is pulled, by their ids.
type layers map[string]layer

type layer struct {
	there         bool
	loaded, whole int64 // bytes
}

// take takes in what an engine says. It says it in words that docker pull shows as they are;
// what is in others, as of a later engine, is not counted.
func (l layers) take(m jsonstream.Message) (counts bool) {
	if m.ID == "" {
		return false
	}
	is := l[m.ID]
	switch m.Status {
	case "Pulling fs layer", "Waiting", "Verifying Checksum", "Extracting":
	case "Downloading":
		if p := m.Progress; p != nil {
			is.loaded, is.whole = p.Current, p.Total
		}
	case "Download complete":
		is.loaded = max(is.loaded, is.whole)
	case "Already exists", "Pull complete":
		is.there, is.loaded = true, max(is.loaded, is.whole)
	default:
		return false
	}
	l[m.ID] = is
	return true
}

func (l layers) sum(image string, over bool) timeline.Pull {
	p := timeline.Pull{Image: image, Layers: len(l), Over: over}
	for _, is := range l {
		if is.there {
			p.Done++
		}
		p.Loaded += is.loaded
	}
	return p
}
