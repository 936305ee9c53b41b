//go:build drill

package docker

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/stormdrill/stormdrill/scenarios/lab"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// registry starts Debian's docker-registry on loopback, whose registries an engine takes
// without TLS, and gives its address.
func registry(t *testing.T) string {
	t.Helper()
	at, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := at.Addr().String()
	dir := t.TempDir()
	config := filepath.Join(dir, "config.yml")
	text := fmt.Sprintf("version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %q}}\nhttp: {addr: %q}\n",
		dir, addr)
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	serve := exec.CommandContext(t.Context(), "docker-registry", "serve", config)
	serve.Stdout, serve.Stderr = &said, &said
	_ = at.Close()
	if err := serve.Start(); err != nil {
		t.Fatalf("%v: make peers installs it", err)
	}
	t.Cleanup(func() { _ = serve.Process.Kill(); _ = serve.Wait() })
	for range 200 {
		if r, err := http.Get("http://" + addr + "/v2/"); err == nil {
			_ = r.Body.Close()
			return addr
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("docker-registry does not answer:\n%s", &said)
	return ""
}

func docker(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("docker", args...).CombinedOutput(); err != nil {
		t.Fatalf("docker %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// An image that the engine does not have comes from its registry, and how far it has come
// is reported; one that is nowhere is reported with its name and what helps, and not asked
// for again and again.
func TestPull(t *testing.T) {
	at := registry(t)
	image := at + "/shop:1"
	dir := t.TempDir()
	layer := bytes.Repeat([]byte("stormdrill"), 300_000)
	for name, text := range map[string][]byte{"a": layer, "b": layer[1:],
		"Dockerfile": []byte("FROM scratch\nCOPY a /a\nCOPY b /b\nCMD [\"/a\"]\n")} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	docker(t, "build", "-q", "-t", image, dir)
	remove := func() { _ = exec.Command("docker", "image", "rm", image).Run() }
	t.Cleanup(remove)
	docker(t, "push", "-q", image)
	remove()

	engine, err := connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	var said []string
	var shown []timeline.Pull
	l := &Lab{engine: engine, Options: lab.Options{
		Progress: func(n timeline.Note) { said = append(said, n.Text) },
		Pulling:  func(p timeline.Pull) { shown = append(shown, p) }}}
	for range 2 { // the second time it is there
		if err := l.pull(t.Context(), image); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := engine.ImageInspect(t.Context(), image); err != nil {
		t.Error(err)
	}
	if len(said) != 1 || !strings.Contains(said[0], image) {
		t.Errorf("said %q", said)
	}
	last := shown[len(shown)-1]
	if last.Image != image || last.Layers != 2 || last.Done != 2 || !last.Over || last.Loaded == 0 {
		t.Errorf("at its end %+v, of %d", last, len(shown))
	}
	began := time.Now()
	err = l.pull(t.Context(), at+"/shop:none")
	if err == nil || !strings.Contains(err.Error(), "image "+at+"/shop:none cannot be pulled: ") ||
		!strings.Contains(err.Error(), "docker login") {
		t.Errorf("have %v", err)
	}
	if asked := time.Since(began); asked > pullPause {
		t.Errorf("asked for %s for what is not there", asked)
	}
	t.Log(err)
	if n := count(t, engine, at); n != 1 {
		t.Errorf("%d images of %s", n, at)
	}
}

// count is how many images of a registry the engine has.
func count(t *testing.T, engine *client.Client, at string) int {
	t.Helper()
	all, err := engine.ImageList(context.Background(),
		client.ImageListOptions{Filters: client.Filters{}.Add("reference", at+"/*")})
	if err != nil {
		t.Fatal(err)
	}
	return len(all.Items)
}
