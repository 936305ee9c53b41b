//go:build unix

package userdir

import (
	"os"
	"strings"
	"testing"
)

// The folder is made once, and one that others may use, or that is a link, is refused.
func TestMake(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for range 2 {
		dir, err := Make()
		if err != nil || dir != Path() {
			t.Fatalf("have %s, %v", dir, err)
		}
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
	}
	refused := func(what string) {
		t.Helper()
		if _, err := Make(); err == nil || !strings.Contains(err.Error(), "of this user alone") {
			t.Errorf("%s: have %v", what, err)
		}
	}
	try := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	try(os.Chmod(Path(), 0o770))
	refused("one of a group's")
	try(os.Remove(Path()))
	try(os.Symlink(t.TempDir(), Path()))
	refused("a link")
	t.Setenv("TMPDIR", "/no/such/folder")
	if _, err := Make(); err == nil || !strings.Contains(err.Error(), "TMPDIR") {
		t.Errorf("none for temporary files: have %v", err)
	}
}
