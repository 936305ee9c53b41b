//go:build drill

package drills

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// label is on everything a drill puts on the engine.
const label = "org.stormdrill.run"

// Ctrl-C in every phase: lifted, evidence kept, exit 130.
func TestDrillInterrupted(t *testing.T) {
	for phase, until := range map[string]string{
		"start": "network", "baseline": "baseline", "fault": "bad-node", "recovery": "recovery",
	} {
		t.Run(phase, func(t *testing.T) {
			o := outcome{dir: filepath.Join(t.TempDir(), "evidence")}
			cmd, out := start(t, until, "--out", o.dir, "bad-lb-node")
			time.Sleep(500 * time.Millisecond) // into the phase
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			o.output, o.code = out.String(), cmd.ProcessState.ExitCode()
			t.Log(o.output)
			if left := engineHolds(t, ""); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
			if o.code != 130 {
				t.Errorf("exit %d, want 130", o.code)
			}
			if phase == "start" {
				return // there may have been nothing to keep
			}
			o.read(t)
			o.want(t, sla.Interrupted, 130)
			ledger, _ := os.ReadFile(filepath.Join(o.dir, "ledger.jsonl"))
			if a, b := strings.Count(string(ledger), `"inject"`), strings.Count(string(ledger), `"lifted"`); a != b {
				t.Errorf("ledger: %d injected, %d lifted", a, b)
			}
		})
	}
}

// SIGKILL of the CLI at random moments: within 15 s nothing is left.
func TestDrillKilled(t *testing.T) {
	for range rounds(4, 10) {
		dir := filepath.Join(t.TempDir(), "evidence")
		cmd, out := start(t, "", "--out", dir, "bad-lb-node")
		after := time.Duration(rand.Int64N(int64(25 * time.Second)))
		time.Sleep(after)
		if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		killed := time.Now()
		for len(engineHolds(t, "")) > 0 && time.Since(killed) < 15*time.Second {
			time.Sleep(100 * time.Millisecond)
		}
		// A container may still have been on its way when the list was first empty.
		gone := time.Since(killed)
		time.Sleep(time.Second)
		if left := engineHolds(t, ""); len(left) > 0 {
			t.Errorf("killed after %s: left behind after %s: %q\n%s", after, time.Since(killed), left, out.String())
		}
		t.Logf("killed after %s: gone after %s", after.Round(time.Millisecond), gone.Round(time.Millisecond))
	}
}
