//go:build drill

package docker

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/image"
	"github.com/moby/moby/client"

	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

// server is a program that is put into an image.
const server = `package main

import "net/http"

func main() { panic(http.ListenAndServe(":8080", nil)) }
`

// shop writes a scenario of two replicas that are built from a Dockerfile beside it.
func shop(t *testing.T, dockerfile string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"main.go": server, "Dockerfile": dockerfile,
		"shop.yaml": `name: shop
targets:
  shop: {build: {args: {OF: drill}}, replicas: 2, ports: [8080]}
load: {users: {to: "http://shop:8080/", rate: 100/s, connections: {per: request}}}
phases: {baseline: 10s, fault: 5s, recovery: 10s}
faults: {closed: {refuse: {link: users -> shop-2}}}
sla: {thresholds: [success in baseline >= 99%]}
`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "build", "-trimpath", "-o", filepath.Join(dir, "server"),
		filepath.Join(dir, "main.go"))
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatal(string(out))
	}
	return filepath.Join(dir, "shop.yaml")
}

const sound = "FROM scratch\nARG OF\nCOPY server /server\nENTRYPOINT [\"/server\"]\n"

// openFile starts the lab of a scenario file, whose shop may be another.
func openFile(t *testing.T, file, run string, edit func(*scenarios.Target)) (*Lab, error) {
	t.Helper()
	s, err := plan.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if edit != nil {
		edit(s.Targets["shop"])
	}
	return begin(t, s, run, nil)
}

// images counts the images that the engine has of a run, but for the steps that others are
// built of.
func images(t *testing.T, run string) int { return len(imagesOfRun(t, run, false)) }

// imagesOfRun lists them, steps included on demand.
func imagesOfRun(t *testing.T, run string, steps bool) []image.Summary {
	t.Helper()
	engine, err := connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	all, err := engine.ImageList(context.Background(), client.ImageListOptions{All: steps,
		Filters: client.Filters{}.Add("label", Label+"="+run)})
	if err != nil {
		t.Fatal(err)
	}
	return all.Items
}

// Two replicas are of one image, which goes with the run.
func TestBuiltImageGoes(t *testing.T) {
	const run = "00000000000000b1"
	l, err := openFile(t, shop(t, sound), run, nil)
	if err != nil {
		t.Fatal(err)
	}
	if n := images(t, run); n != 1 {
		t.Errorf("%d images of the run, want 1", n)
	}
	f, err := l.Facts(t.Context())
	if err != nil {
		t.Error(err)
	}
	for _, n := range f.Nodes {
		if strings.HasPrefix(n.Name, "shop-") && n.Image != builtName+":"+run+"-1" {
			t.Errorf("%s is of %s", n.Name, n.Image)
		}
	}
	closeLab(t, l, run)
	if n := len(imagesOfRun(t, run, true)); n != 0 {
		t.Errorf("%d images of the run are left, steps included", n)
	}
}

// An image that the scenario names stays, and takes no other run's removal with it.
func TestBuiltImageKept(t *testing.T) {
	const run, tag = "00000000000000b2", "stormdrill.invalid/test-kept:1"
	l, err := openFile(t, shop(t, sound), run,
		func(s *scenarios.Target) { s.Build.Tag = tag })
	if err != nil {
		t.Fatal(err)
	}
	closeLab(t, l, run)
	engine, err := connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	if _, err := engine.ImageRemove(t.Context(), tag,
		client.ImageRemoveOptions{PruneChildren: true}); err != nil {
		t.Errorf("it was not kept: %v", err)
	}
}

// A build that fails names target and folder, says what it said, and leaves no image.
func TestBuildThatFails(t *testing.T) {
	const run = "00000000000000b3"
	file := shop(t, "FROM scratch\nCOPY nothing /\n")
	_, err := openFile(t, file, run, nil)
	if err == nil {
		t.Fatal("it started")
	}
	for _, want := range []string{"shop-1: build of " + filepath.Dir(file), "nothing"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q lacks %q", err, want)
		}
	}
	if n := images(t, run) + left(t, run); n != 0 {
		t.Errorf("%d things of the run are left", n)
	}
}
