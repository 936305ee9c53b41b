//go:build drill

package bench

import (
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// Build compiles a program of a module that this one requires, in the version it
// requires, and gives its path.
func Build(tb testing.TB, dir, program string) string {
	tb.Helper()
	to := filepath.Join(dir, strings.ReplaceAll(path.Clean(program), "/", "-"))
	if out, err := exec.Command("go", "build", "-o", to, program).CombinedOutput(); err != nil {
		tb.Fatalf("build %s: %v\n%s", program, err, out)
	}
	return to
}
