package docker

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/moby/moby/client"
)

// A process that has no descriptor left is reported as such, through the engine's client
// library and its own words, and not that its engine does not run.
func TestNoDescriptorLeft(t *testing.T) {
	path := filepath.Join(t.TempDir(), "engine.sock")
	for _, cause := range []error{syscall.EMFILE, syscall.ENFILE} {
		dial := func(context.Context, string, string) (net.Conn, error) {
			return nil, spent(&net.OpError{Op: "dial", Net: "unix", Addr: &net.UnixAddr{Name: path},
				Err: os.NewSyscallError("socket", cause)})
		}
		c, err := client.New(client.WithHost("unix://"+path), client.WithDialContext(dial))
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Ping(t.Context(), client.PingOptions{})
		if !errors.Is(err, cause) {
			t.Errorf("%q, want it to be %q", err, cause)
		}
	}
}

// What else is the matter with an engine's socket is told as it was before.
func TestSocketIsDialed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "engine.sock")
	if _, err := socket(path).dial(t.Context(), "tcp", "ignored:80"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v, want that there is no such socket", err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := socket(path).dial(t.Context(), "tcp", "ignored:80")
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
}
