package plan

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/library"
)

// A file that is named where another scenario is extended is looked for beside the one that
// extends, and the message says so.
func TestLookedFor(t *testing.T) {
	dir := t.TempDir()
	data, _, err := library.Open("server-down")
	if err != nil {
		t.Fatal(err)
	}
	own := "extends: base/shop.yaml\nname: own\n"
	base := strings.Replace(string(data), "\n  app:\n",
		"\n  app:\n    files: {/etc/a: a.conf}\n", 1)
	if !strings.Contains(base, "a.conf") {
		t.Fatal("the drill has no target app")
	}
	if err := os.Mkdir(filepath.Join(dir, "base"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"ctl.yaml": own, "base/shop.yaml": base,
		"base/a.conf": "x"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_, err = Load(filepath.Join(dir, "ctl.yaml"))
	if err == nil || !strings.Contains(err.Error(),
		`file "a.conf": there is none where it was looked for, beside ctl.yaml`) {
		t.Errorf("have %v", err)
	}
}
