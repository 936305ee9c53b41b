//go:build drill

package drills

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/engine"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

const token = "s3cret and more"

// own is a run of own-commands.yaml, which logs in its folder what it does.
type own struct {
	outcome
	*process
	t *testing.T
}

func beginOwn(t *testing.T, mode string) *own {
	t.Helper()
	dir := t.TempDir()
	o := &own{t: t, outcome: outcome{dir: filepath.Join(dir, "evidence")}}
	cmd := exec.CommandContext(t.Context(), stormdrill, "run", "own-commands.yaml", "--out", o.dir)
	cmd.Env = append(os.Environ(), "DIR="+dir, "MODE="+mode, "TOKEN="+token)
	o.process = launch(t, "", cmd)
	return o
}

func (o *own) path(name string) string { return filepath.Join(filepath.Dir(o.dir), name) }

func (o *own) has(name string) bool {
	_, err := os.Stat(o.path(name))
	return err == nil
}

// await waits until the commands have made a file; one of them is then under way,
// or done.
func (o *own) await(name string) {
	o.t.Helper()
	for !o.has(name) {
		select {
		case <-o.ended:
			o.t.Fatalf("no %s:\n%s", name, o.out)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// end waits for the run's end, and reads its scorecard.
func (o *own) end() {
	o.t.Helper()
	o.Wait()
	o.output, o.code = o.out.String(), o.ProcessState.ExitCode()
	o.t.Log(o.output)
	o.read(o.t)
}

// lines are what the commands did, without the run's id.
func (o *own) lines() (run, did string) {
	o.t.Helper()
	b, err := os.ReadFile(o.path("log"))
	if err != nil {
		o.t.Fatal(err)
	}
	run, _, _ = strings.Cut(string(b), " ")
	return run, strings.ReplaceAll(strings.TrimSpace(string(b)), run+" ", "")
}

// wantLifted wants the fault lifted once, while its target was there, with the
// secret known to the commands and to nothing that was kept.
func (o *own) wantLifted() {
	o.t.Helper()
	_, did := o.lines()
	if want := "inject " + token + "\nlift " + token + " beside its target"; did != want ||
		o.has("there") {
		o.t.Errorf("have %q, want %q; the fault is there: %v", did, want, o.has("there"))
	}
	ledger, err := os.ReadFile(filepath.Join(o.dir, "ledger.jsonl"))
	if err != nil || strings.Count(string(ledger), `"what":"lifted"`) != 1 {
		o.t.Errorf("ledger: %v\n%s", err, ledger)
	}
	if left, err := filepath.Glob(filepath.Join(o.dir, "lift-*")); err != nil || len(left) > 0 {
		o.t.Errorf("left beside the ledger: %q, %v", left, err)
	}
	o.wantSecret()
}

func (o *own) wantSecret() {
	o.t.Helper()
	if strings.Contains(o.out.String(), token) {
		o.t.Error("the secret was printed")
	}
	err := filepath.WalkDir(o.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte(token)) {
			o.t.Errorf("the secret is in %s", path)
		}
		return err
	})
	if err != nil {
		o.t.Error(err)
	}
}

// The CLI is killed while a fault of the user's own is on, or while its command
// still runs: the command is ended, the fault lifted while its target is there, and
// then the rest removed.
func TestDrillOwnKilled(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ mode, until string }{"injected": {"", "injected"},
		"half-way": {"hang", "there"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := beginOwn(t, c.mode)
			o.await(c.until)
			pid, _ := os.ReadFile(o.path("there"))
			kill(t, o.process)
			run, _ := o.lines()
			took := wantGone(t, run, time.Now())
			o.wantLifted()
			if _, err := os.Stat("/proc/" + strings.TrimSpace(string(pid))); err == nil {
				t.Error("its command lives on")
			}
			t.Logf("lifted and gone after %s", took)
		})
	}
}

// Ctrl-C lifts it; an injection that fails half-way is undone and is an error of
// the surroundings, in the command's own words.
func TestDrillOwnWaysOut(t *testing.T) {
	t.Parallel()
	t.Run("interrupt", func(t *testing.T) {
		t.Parallel()
		o := beginOwn(t, "")
		o.await("injected")
		if err := o.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		o.end()
		o.want(t, sla.Interrupted, 130)
		o.wantLifted()
	})
	t.Run("half-way", func(t *testing.T) {
		t.Parallel()
		o := beginOwn(t, "half")
		o.end()
		o.want(t, sla.Error, 4)
		if r := fmt.Sprint(o.card.Reasons); !strings.Contains(r,
			"inject mine: inject: sh: exit status 7: no such rule as ${env:TOKEN}") {
			t.Errorf("reasons: %s", r)
		}
		o.wantLifted()
	})
}

// A second Ctrl-C does not wait for a lift that takes its time: the CLI ends amid it,
// as if it had been killed. The lift goes on to its end, is noted, and then the rest
// is removed.
func TestDrillOwnInterruptedTwice(t *testing.T) {
	t.Parallel()
	o := beginOwn(t, "slow")
	interrupt := func() {
		if err := o.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
	}
	o.await("injected")
	interrupt()
	o.await("lifting")
	run, _ := o.lines()
	if n := reapers(run); n != 1 {
		t.Errorf("%d reapers, want 1", n)
	}
	interrupt()
	o.Wait()
	if code := o.ProcessState.ExitCode(); code != 130 || !o.has("there") {
		t.Errorf("exit %d, lifted before it: %v; want 130, amid the lift:\n%s", code,
			!o.has("there"), o.out)
	}
	if err := os.WriteFile(o.path("go-on"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Logf("lifted and gone after %s", wantGone(t, run, time.Now()))
	o.wantLifted()
}

// A lift that fails is an error, a fault left in place; beside the ledger stands a
// script that lifts it, and a person who knows the secret can run it.
func TestDrillOwnStuck(t *testing.T) {
	t.Parallel()
	o := beginOwn(t, "stuck")
	o.end()
	o.want(t, sla.Error, 4)
	file := filepath.Join(o.dir, "lift-mine.sh")
	want := sla.Say(sla.FaultLeft, "lift mine: lift: sh: exit status 9: still held by ${env:TOKEN}; lift it by hand: sh "+
		file)
	if len(o.card.Reasons) != 1 || !o.card.Reasons[0].Equal(want) || !o.has("there") {
		t.Errorf("reasons %q, want %q; there: %v", o.card.Reasons, want, o.has("there"))
	}
	o.wantSecret()
	left, err := engine.InForce(filepath.Join(o.dir, "ledger.jsonl"))
	if err != nil || len(left) != 1 || left[0].Lift != file {
		t.Fatalf("in force: %+v, %v", left, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	hand := exec.CommandContext(ctx, "sh", file)
	hand.Env = append(os.Environ(), "DIR="+filepath.Dir(o.dir), "TOKEN="+token)
	if out, err := hand.CombinedOutput(); err != nil || o.has("there") {
		t.Errorf("by hand: %v; there: %v\n%s", err, o.has("there"), out)
	}
}
