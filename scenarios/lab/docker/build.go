package docker

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/moby/moby/client"
	"github.com/moby/moby/client/pkg/jsonmessage"
	"github.com/testcontainers/testcontainers-go"

	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

// builtName is the repository of images that a run builds of its targets' Dockerfiles and
// removes again. Its registry is one that cannot be (RFC 2606): none of them is ever pulled.
const builtName = "stormdrill.invalid/built"

// built gives the name of a target's image, and builds it where no target of this run has
// done so: replicas are of one image, also where its folder changes meanwhile.
func (l *Lab) built(ctx context.Context, n plan.Node) (string, error) {
	b := n.Spec.Build
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
	source := sourceOf(dir, b, args)
	if name, done := l.builds[source]; done {
		return name, nil
	}
	name := l.builtAs(b)
	o, err := l.buildOptions(dir, b, args, name)
	if err != nil {
		return "", fmt.Errorf("build of %s: %w", dir, err)
	}
	if c, ok := o.Context.(interface{ Close() error }); ok {
		defer c.Close()
	}
	l.say("image-built", "starting image "+name+", built from "+dir, "image", name, "folder", dir)
	if err := l.build(ctx, o); err != nil {
		return "", fmt.Errorf("build of %s: %w", dir, err)
	}
	l.builds[source] = name
	return name, nil
}

// sourceOf is what an image is made from and called: of one source, one image is built.
func sourceOf(dir string, b *scenarios.Build, args map[string]*string) string {
	s := fmt.Sprintf("%q %q %q", dir, b.Dockerfile, b.Tag)
	for _, k := range slices.Sorted(maps.Keys(args)) {
		s += fmt.Sprintf(" %q=%q", k, *args[k])
	}
	return s
}

// builtAs names the image that is built next: as the scenario does, or for this run.
func (l *Lab) builtAs(b *scenarios.Build) string {
	if b.Tag != "" {
		return b.Tag
	}
	return fmt.Sprintf("%s:%s-%d", builtName, l.Plan.Run, len(l.builds)+1)
}

// buildOptions say what to build, and what to call it. Of an image that the scenario names
// nothing says that it is the run's; one that loses its name to the next build is removed
// as node images are.
func (l *Lab) buildOptions(dir string, b *scenarios.Build, args map[string]*string,
	name string) (client.ImageBuildOptions, error) {
	r := testcontainers.ContainerRequest{FromDockerfile: testcontainers.FromDockerfile{Context: dir,
		Dockerfile: b.Dockerfile, BuildArgs: args, KeepImage: true}}
	o, err := r.BuildOptions()
	if err != nil {
		return o, err
	}
	o.Tags, o.Labels = []string{name}, map[string]string{imageLabel: "built"}
	if b.Tag == "" {
		maps.Copy(o.Labels, l.labels())
	}
	return o, nil
}

// build has the engine build an image; the error holds the end of what the build said.
func (l *Lab) build(ctx context.Context, o client.ImageBuildOptions) error {
	answer, err := l.engine.ImageBuild(ctx, o.Context, o)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	said := &tail{}
	if err := jsonmessage.DisplayStream(answer.Body, said); err != nil {
		return fmt.Errorf("%w; the end of what it said:\n%s", err, said.text())
	}
	return nil
}

// builtImage is one that a run has built: by what names it can be removed, or by its id.
type builtImage struct {
	labels map[string]string
	made   time.Time
	names  []string
}

// imagesOf lists the images that runs have built and not removed. One that its user has
// given a name, too, stays under that: then it is no run's any more.
func imagesOf(ctx context.Context, engine *client.Client, filter client.Filters) (all []builtImage,
	err error) {
	list, err := engine.ImageList(ctx, client.ImageListOptions{Filters: filter})
	if err != nil {
		return nil, err
	}
	for _, i := range list.Items {
		if names := ours(i.ID, i.RepoTags); len(names) > 0 {
			all = append(all, builtImage{i.Labels, time.Unix(i.Created, 0), names})
		}
	}
	return all, nil
}

// ours are the names of an image that are a run's, or its id where it has none. Engines
// before 24 call that a name, <none>:<none>.
func ours(id string, names []string) (all []string) {
	named := false
	for _, n := range names {
		if strings.HasPrefix(n, builtName+":") {
			all = append(all, n)
		}
		named = named || n != "<none>:<none>"
	}
	if !named {
		return []string{id}
	}
	return all
}

// removeImages removes the images of runs that filter selects, and names what there was.
func removeImages(ctx context.Context, engine *client.Client,
	filter client.Filters) (found []string, err error) {
	all, err := imagesOf(ctx, engine, filter)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, i := range all {
		for _, name := range i.names {
			found = append(found, "image "+name)
			_, err := engine.ImageRemove(ctx, name, client.ImageRemoveOptions{PruneChildren: true})
			errs = append(errs, unlessGone(err))
		}
	}
	return found, errors.Join(errs...)
}
