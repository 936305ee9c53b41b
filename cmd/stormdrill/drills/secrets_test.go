//go:build drill

package drills

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What is given as ${env:NAME} is in nothing that is kept, printed, or shown by the engine
// of the drill's containers, but for what a target of another image is given for its own.
func TestDrillSecrets(t *testing.T) {
	t.Parallel()
	const mark = "m4rk3rm4rk3rm4rk3r"
	dir := filepath.Join(t.TempDir(), "evidence")
	cmd := exec.CommandContext(t.Context(), stormdrill, "run", "secrets.yaml", "--out", dir)
	cmd.Env = append(os.Environ(), "MARK="+mark, "OTHER=other-value")
	p := launch(t, "", cmd)
	shown := engineShows(t, p)
	o := outcome{dir: dir, output: p.out.String(), code: p.ProcessState.ExitCode()}
	o.read(t)
	t.Log(o.output)
	if n := bytes.Count(shown, []byte(`"STORMDRILL_TARGET=`)); n < 2 {
		t.Errorf("the engine shows %d embedded targets, want two", n)
	}
	for what, text := range map[string][]byte{"the terminal": []byte(o.output), "docker inspect": shown} {
		if bytes.Contains(text, []byte(mark)) {
			t.Errorf("the secret is in what %s shows", what)
		}
	}
	if bytes.Contains(shown, []byte("PRIVATE KEY")) {
		t.Error("docker inspect shows a key")
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte(mark)) {
			t.Errorf("the secret is in %s", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if !strings.Contains(o.log(t, "app"), "POST") {
		t.Error("app had no requests")
	}
}

// engineShows is all that the engine shows of the drill's containers until its end.
func engineShows(t *testing.T, p *process) (all []byte) {
	t.Helper()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-p.ended:
			return all
		case <-tick.C:
		}
		ids, err := exec.Command("docker", "ps", "-aq", "--filter", "label="+label).Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range strings.Fields(string(ids)) {
			shown, _ := exec.Command("docker", "inspect", id).Output() // it may be gone by now
			all = append(all, shown...)
		}
	}
}
