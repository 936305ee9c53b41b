//go:build drill

package drills

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/library"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// label is on everything a drill puts on the engine.
const label = "org.stormdrill.run"

// Ctrl-C while the fault is on: lifted, evidence kept, exit 130.
func TestDrillInterrupted(t *testing.T) {
	t.Parallel()
	interrupted(t, "bad-node")
}

// And in every other phase. At the start there may be nothing to keep.
func TestLongInterrupted(t *testing.T) {
	for phase, until := range map[string]string{"start": "network", "baseline": "baseline", "recovery": "recovery"} {
		t.Run(phase, func(t *testing.T) { interrupted(t, until) })
	}
}

// interrupted interrupts a run once it has said a text.
func interrupted(t *testing.T, until string) {
	t.Helper()
	o := outcome{dir: filepath.Join(t.TempDir(), "evidence")}
	p := start(t, until, "--out", o.dir, "bad-lb-node")
	time.Sleep(500 * time.Millisecond) // into the phase
	if err := p.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	p.Wait()
	o.output, o.code = p.out.String(), p.ProcessState.ExitCode()
	t.Log(o.output)
	if o.code != 130 {
		t.Errorf("exit %d, want 130", o.code)
	}
	if until == "network" { // runs by itself
		if left := engineHolds(t, ""); len(left) > 0 {
			t.Errorf("left behind: %q", left)
		}
		return
	}
	o.read(t)
	if left := engineHolds(t, o.card.Run); o.card.Run == "" || len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	o.want(t, sla.Interrupted, 130)
	ledger, err := os.ReadFile(filepath.Join(o.dir, "ledger.jsonl"))
	if a, b := strings.Count(string(ledger), `"inject"`),
		strings.Count(string(ledger), `"lifted"`); err != nil || a != b {
		t.Errorf("ledger: %d injected, %d lifted, %v", a, b, err)
	}
}

// SIGKILL of the CLI at random moments of a shipped drill: then nothing is left. TestTorture
// does so to every change, to a shorter one.
func TestLongKilled(t *testing.T) {
	for range 10 {
		dir := filepath.Join(t.TempDir(), "evidence")
		p := start(t, "", "--out", dir, "bad-lb-node")
		after := time.Duration(rand.Int64N(int64(25 * time.Second)))
		time.Sleep(after)
		kill(t, p)
		gone := wantGone(t, "", time.Now())
		t.Logf("killed after %s: gone after %s\n%s", after.Round(time.Millisecond), gone, p.out)
	}
}

// The same while a target is frozen, starved or dead: its container goes like any other.
func TestLongKilledAmidFault(t *testing.T) {
	t.Parallel()
	for drill, c := range map[string]struct{ fault, state string }{
		"frozen-server":  {"freeze", "(Paused)"},
		"starved-server": {"neighbour", "Up"},
		"server-down":    {"power-cut", "Exited"},
	} {
		t.Run(drill, func(t *testing.T) {
			t.Parallel()
			text, _, err := library.Open(drill)
			if err != nil {
				t.Fatal(err)
			}
			file := rewritten(t, drill, text, "baseline: 10s", "baseline: 3s") // nothing is judged
			dir := filepath.Join(t.TempDir(), "evidence")
			p := start(t, c.fault, "--out", dir, file)
			time.Sleep(500 * time.Millisecond) // into the phase
			run := runOf(t, dir)
			if holds := engineHolds(t, run); run == "" ||
				!strings.Contains(strings.Join(holds, "\n"), c.state) {
				t.Errorf("run %q: have %q, want one %s", run, holds, c.state)
			}
			kill(t, p)
			t.Logf("gone after %s\n%s", wantGone(t, run, time.Now()), p.out)
		})
	}
}

func kill(t *testing.T, p *process) {
	t.Helper()
	if err := p.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	p.Wait()
}

// runOf is the run that keeps its evidence in a folder; it names its ledger to the engine.
func runOf(t *testing.T, dir string) string {
	t.Helper()
	out, err := exec.Command("docker", "network", "ls", "--format",
		fmt.Sprintf("{{.Label %q}}", label),
		"--filter", "label=org.stormdrill.ledger="+filepath.Join(dir,
			"ledger.jsonl")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return strings.TrimSpace(string(out))
}

// wantGone waits until all that a run has, its reaper too, has gone after the death of its
// CLI, and says when; all runs' where none is named, as only a test that runs by itself
// can ask. What is left when the last reaper has ended stays.
func wantGone(t *testing.T, run string, died time.Time) (after time.Duration) {
	t.Helper()
	for reapers(run) > 0 {
		time.Sleep(100 * time.Millisecond)
	}
	after = time.Since(died)
	// A container may still have been on its way when the list was first empty.
	time.Sleep(time.Second)
	if left := engineHolds(t, run); len(left) > 0 {
		t.Errorf("left behind after %s: %q", after, left)
	}
	return after.Round(time.Millisecond)
}

// reapers counts the processes that wait for a run's end.
func reapers(run string) (n int) {
	all, _ := filepath.Glob("/proc/[0-9]*/cmdline") // the pattern is well formed
	for _, path := range all {
		line, _ := os.ReadFile(path) // of one that has ended there is nothing to read
		if strings.Contains(string(line), "\x00reap\x00--run\x00"+run) {
			n++
		}
	}
	return n
}
