package docker

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/image"
	"github.com/moby/moby/client"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/lab"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

// builder is an engine that builds, lists and removes images.
type builder struct {
	says    string // in answer to a build
	built   []map[string]string
	tags    []string
	images  []image.Summary
	removed []string
}

func (b *builder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/") // after the version
	switch {
	case path == "build":
		_, _ = io.Copy(io.Discard, r.Body)
		var labels map[string]string
		_ = json.Unmarshal([]byte(r.URL.Query().Get("labels")), &labels)
		b.built, b.tags = append(b.built, labels), append(b.tags, r.URL.Query()["t"]...)
		fmt.Fprint(w, b.says)
	case path == "images/json":
		_ = json.NewEncoder(w).Encode(b.images)
	case r.Method == http.MethodDelete:
		b.removed = append(b.removed, strings.TrimPrefix(path, "images/"))
		fmt.Fprint(w, "[]")
	default:
		http.NotFound(w, r)
	}
}

// start gives a lab on it, whose scenario lies in a folder with a Dockerfile.
func (b *builder) start(t *testing.T) *Lab {
	t.Helper()
	if err := settled(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte("FROM scratch\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	engine, err := client.New(client.WithHost("tcp://"+server.Listener.Addr().String()),
		client.WithAPIVersion("1.41"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close() })
	p := &plan.Plan{Run: "r1", Scenario: &scenarios.Scenario{File: filepath.Join(dir, "shop.yaml")}}
	return &Lab{Options: lab.Options{Plan: p}, engine: engine, builds: map[string]string{}}
}

func buildOf(b scenarios.Build) plan.Node {
	return plan.Node{Spec: &scenarios.Target{Build: &b}}
}

// Replicas, and targets of the same source, are of one image, which is the run's; one that
// the scenario names is not.
func TestBuiltOncePerSource(t *testing.T) {
	b := &builder{}
	l := b.start(t)
	other := map[string]secret.Text{"VERSION": "2"}
	var have []string
	for _, of := range []scenarios.Build{{}, {}, {Args: other}, {}, {Args: other}, {Tag: "shop:drill"}} {
		name, err := l.built(t.Context(), buildOf(of))
		if err != nil {
			t.Fatal(err)
		}
		have = append(have, name)
	}
	one, two := builtName+":r1-1", builtName+":r1-2"
	if want := []string{one, one, two, one, two, "shop:drill"}; !slices.Equal(have, want) {
		t.Errorf("images %q, want %q", have, want)
	}
	if want := []string{one, two, "shop:drill"}; !slices.Equal(b.tags, want) {
		t.Errorf("built %q, want %q", b.tags, want)
	}
	for k, want := range []string{"r1", "r1", ""} {
		if have := b.built[k]; have[Label] != want || have[imageLabel] == "" {
			t.Errorf("%s has labels %v, want its run %q", b.tags[k], have, want)
		}
	}
}

// A build that fails is reported with its folder and its last output.
func TestBuildFails(t *testing.T) {
	b := &builder{}
	for k := range 1000 {
		b.says += fmt.Sprintf(`{"stream":"line %d of many\n"}`, k)
	}
	b.says += `{"stream":"cc: shop.c: no such file\n"}{"errorDetail":{"message":"returned a non-zero code: 1"},"error":"x"}`
	l := b.start(t)
	_, err := l.built(t.Context(), buildOf(scenarios.Build{}))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"build of " + filepath.Dir(l.Plan.Scenario.File),
		"returned a non-zero code: 1", "line 999 of many\ncc: shop.c: no such file"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("it lacks %q:\n%s", want, err)
		}
	}
	if strings.Contains(err.Error(), "line 500 ") {
		t.Errorf("it is long:\n%s", err)
	}
}

// A run's images go by the names that it gave them. One that its user has named stays.
func TestImagesRemoved(t *testing.T) {
	b := &builder{images: []image.Summary{
		{ID: "sha256:1", RepoTags: []string{builtName + ":r1-1"}},
		{ID: "sha256:2", RepoTags: []string{builtName + ":r1-2", "mine:latest"}},
		{ID: "sha256:3", RepoTags: []string{"mine:1"}},
		{ID: "sha256:4", RepoTags: []string{"<none>:<none>"}},
		{ID: "sha256:5"},
	}}
	l := b.start(t)
	found, err := removeImages(t.Context(), l.engine, client.Filters{}.Add("label", Label+"=r1"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{builtName + ":r1-1", builtName + ":r1-2", "sha256:4", "sha256:5"}
	if !slices.Equal(b.removed, want) || len(found) != len(want) {
		t.Errorf("removed %q, reported %q, want %q", b.removed, found, want)
	}
}
