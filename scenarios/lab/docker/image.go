package docker

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/moby/moby/client"
)

// imageName is the repository of the node image; its tag is the binary's hash. Its
// registry is one that cannot be (RFC 2606): the image is never pulled, and none of the
// Docker Hub's, before whose names TESTCONTAINERS_HUB_IMAGE_NAME_PREFIX puts a mirror's.
const imageName = "stormdrill.invalid/node"

// nodeImage gives the image that holds nothing but our binary; it is built
// once per binary and kept.
func (l *Lab) nodeImage(ctx context.Context) (string, error) {
	binary, err := l.binary(ctx)
	if err != nil {
		return "", err
	}
	// Read as it is needed: a whole binary in memory would stay there for the run.
	b, err := os.Open(binary)
	if err != nil {
		return "", fmt.Errorf("node image: %w", err)
	}
	defer b.Close()
	if err := static(b); err != nil {
		return "", fmt.Errorf("node image: %s: %w", binary, err)
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, b); err != nil {
		return "", fmt.Errorf("node image: %s: %w", binary, err)
	}
	tag := hex.EncodeToString(sum.Sum(nil)[:6])
	name := imageName + ":" + tag
	if l.hasImage(ctx, name) {
		return name, nil
	}
	// Two drills that begin together would build it twice, and leave one of the two
	// without a name.
	release, err := await(ctx, "node-"+tag, func(lock string) {
		l.say("node-image-awaited", "starting node image "+name+
			", as soon as another stormdrill has built it (it holds "+lock+")",
			"image", name, "lock", lock)
	})
	if err != nil {
		return "", fmt.Errorf("node image: %w", err)
	}
	defer release()
	if l.hasImage(ctx, name) {
		return name, nil
	}
	l.say("node-image", "starting node image "+name, "image", name)
	if err := l.buildImage(ctx, b, name); err != nil {
		return "", fmt.Errorf("node image: %w", err)
	}
	l.prune(ctx, name)
	return name, nil
}

func (l *Lab) hasImage(ctx context.Context, name string) bool {
	_, err := l.engine.ImageInspect(ctx, name)
	return err == nil
}

// stale is when an image that another binary was built into may go: by then a
// drill of that binary has its containers, and the engine keeps what they use.
const stale = time.Hour

// prune removes the node images of binaries before this one, so that few tags
// stay. The engine refuses to remove what a running drill uses, and is not
// pressed: the next build asks again.
func (l *Lab) prune(ctx context.Context, keep string) {
	all, err := l.engine.ImageList(ctx, client.ImageListOptions{
		Filters: client.Filters{}.Add("reference",
			imageName)})
	if err != nil {
		return
	}
	for _, i := range all.Items {
		if time.Since(time.Unix(i.Created, 0)) < stale {
			continue
		}
		for _, tag := range i.RepoTags {
			if tag != keep {
				_, _ = l.engine.ImageRemove(ctx, tag,
					client.ImageRemoveOptions{PruneChildren: true})
			}
		}
	}
}

// imageLabel is on every node image.
const imageLabel = "org.stormdrill.image"

// tagged is how long an image may take to get its name once it is built.
const tagged = 10 * time.Second

// pruneNameless removes node images that another build of the same binary took the name
// from: two stormdrills with folders for temporary files of their own share no lock. The
// engine keeps what a drill uses; that one's end asks again.
func pruneNameless(ctx context.Context, engine *client.Client) {
	all, err := engine.ImageList(ctx, client.ImageListOptions{
		Filters: client.Filters{}.Add("dangling",
			"true").Add("label", imageLabel)})
	if err != nil {
		return
	}
	for _, i := range all.Items {
		if time.Since(time.Unix(i.Created, 0)) > tagged {
			_, _ = engine.ImageRemove(ctx, i.ID, client.ImageRemoveOptions{PruneChildren: true})
		}
	}
}

// binary is the program for the engine's system and architecture: this one, or one beside it.
func (l *Lab) binary(ctx context.Context) (string, error) {
	if l.Binary != "" {
		return l.Binary, nil
	}
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(self); err == nil {
		self = real // what lies beside it lies beside the program, not beside a link to it
	}
	v, err := l.engine.ServerVersion(ctx, client.ServerVersionOptions{})
	if err != nil {
		return "", fmt.Errorf("engine: %w", err)
	}
	if hasRoles && v.Os == runtime.GOOS && v.Arch == runtime.GOARCH {
		return self, nil
	}
	other := filepath.Join(filepath.Dir(self), "stormdrill-"+v.Os+"-"+v.Arch)
	if _, err := os.Stat(other); err != nil {
		return "", fmt.Errorf("the engine runs %s/%s containers, and the program for them, %s, "+
			"is not there: make build ARCH=%s makes it, and a release has it beside stormdrill",
			v.Os, v.Arch, other, v.Arch)
	}
	return other, nil
}

// static refuses a binary that needs a loader, which an empty image lacks.
func static(b io.ReaderAt) error {
	f, err := elf.NewFile(b)
	if err != nil {
		return fmt.Errorf("not a Linux program: %w", err)
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return errors.New("not static, so it cannot run in an empty container: build it by " +
				"make build")
		}
	}
	return nil
}

// buildImage streams the build context to the engine: no file of it is left behind,
// however this ends.
func (l *Lab) buildImage(ctx context.Context, binary *os.File, name string) error {
	r, w := io.Pipe()
	go func() { w.CloseWithError(pack(w, binary)) }()
	defer r.Close()
	return l.build(ctx, client.ImageBuildOptions{Context: r, Tags: []string{name}, Remove: true,
		ForceRemove: true})
}

// pack makes a build context, a Dockerfile and the binary.
func pack(archive io.Writer, binary *os.File) error {
	// The label comes last, so that no step of a build that goes on has it.
	const recipe = "FROM scratch\nCOPY stormdrill /stormdrill\nENTRYPOINT " +
		"[\"/stormdrill\"]\nLABEL " +
		imageLabel + "=node\n"
	size, err := binary.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	w := tar.NewWriter(archive)
	for _, f := range []struct {
		name string
		mode int64
		size int64
		data io.Reader
	}{
		{"Dockerfile", 0o644, int64(len(recipe)), strings.NewReader(recipe)},
		{"stormdrill", 0o755, size, io.NewSectionReader(binary, 0, size)},
	} {
		if err := w.WriteHeader(&tar.Header{Name: f.name, Mode: f.mode, Size: f.size}); err != nil {
			return err
		}
		if _, err := io.Copy(w, f.data); err != nil {
			return err
		}
	}
	return w.Close()
}
