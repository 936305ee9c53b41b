package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/plan"
	"github.com/stormdrill/stormdrill/scenarios/run"
)

// A run is repeated by the file that it was begun with, not by the name within it, and with all
// that decides what runs; a shipped drill by its name.
func TestAgain(t *testing.T) {
	file := filepath.Join(t.TempDir(), "my shop.yaml")
	text, err := os.ReadFile("../../scenarios/library/server-down.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		arg, want string
		flags     runFlags
		control   bool
	}{
		{"server-down", "stormdrill run server-down --seed 7", runFlags{}, false},
		{file, "stormdrill run '" + file + "' --with '" + file + "' --image app=shop:2 " +
			"--uncontained --seed 7", runFlags{with: overlays{file}, uncontained: true,
			images: map[string]string{"app": "shop:2"}}, false},
		{"server-down", "stormdrill run server-down --repeat 3 --allow 1 --control 2 --seed 5",
			runFlags{repeat: 3, allow: 1, controls: 2, seed: 5}, true},
	} {
		all, err := plan.Open(c.arg)
		if err != nil {
			t.Fatal(err)
		}
		d := &run.Drill{Scenario: all[0], Seed: 7, Control: c.control}
		if have := c.flags.again(d); have != c.want {
			t.Errorf("have %s\nwant %s", have, c.want)
		}
	}
}
